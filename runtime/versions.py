"""Which build of the worker new conversations begin on."""

from datetime import timedelta
from typing import Final

from temporalio.api.workflowservice.v1 import (
    ListWorkerDeploymentsRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

DEPLOYMENT: Final = "holdfast"
_TIMEOUT: Final = timedelta(seconds=10)
_WITHOUT_VERSIONING: Final = (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED)


def deployment(build_id: str) -> WorkerDeploymentConfig:
    """A conversation stays on the build it began with, until it continues as new on a later one."""
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


async def promote(client: Client, build_id: str) -> None:
    """Let new conversations begin on this build. Repeating it changes nothing.

    Raises RPCError when Temporal does not answer.
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=DEPLOYMENT,
        build_id=build_id,
        identity=client.identity,
        ignore_missing_task_queues=True,
        allow_no_pollers=True,
    )
    await client.workflow_service.set_worker_deployment_current_version(
        request, retry=True, timeout=_TIMEOUT
    )


async def is_versioning_offered(client: Client) -> bool:
    """Whether this Temporal server knows worker deployments (server 1.29.1 or later)."""
    request = ListWorkerDeploymentsRequest(namespace=client.namespace, page_size=1)
    try:
        await client.workflow_service.list_worker_deployments(request, timeout=_TIMEOUT)
    except RPCError as error:
        if error.status in _WITHOUT_VERSIONING:
            return False
        raise
    return True
