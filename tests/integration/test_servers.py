"""The servers that the other tests stand on."""

from uuid import uuid4

import psycopg
from temporalio import workflow
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker, WorkerDeploymentConfig

from runtime.embedded.postgres import PostgresServer
from workflows import search_attributes


@workflow.defn(versioning_behavior=VersioningBehavior.PINNED)
class Echo:
    @workflow.run
    async def run(self, text: str) -> str:
        return text


def test_postgres_is_ready_and_of_the_expected_version(postgres_server: PostgresServer) -> None:
    with psycopg.connect(postgres_server.conninfo) as connection:
        assert connection.info.server_version >= 180000


def test_every_test_has_a_database_of_its_own(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        name = connection.info.dbname
    assert name.startswith("test_")


async def test_temporal_knows_our_search_attributes(temporal_dev_server: WorkflowEnvironment) -> None:
    request = ListSearchAttributesRequest(namespace=temporal_dev_server.client.namespace)
    known = await temporal_dev_server.client.operator_service.list_search_attributes(request)
    assert set(search_attributes.ALL) <= set(known.custom_attributes)


async def test_temporal_offers_worker_versioning(temporal_dev_server: WorkflowEnvironment) -> None:
    client, queue = temporal_dev_server.client, f"queue-{uuid4()}"
    version = WorkerDeploymentVersion(deployment_name=queue, build_id="1")
    deployment = WorkerDeploymentConfig(version=version, use_worker_versioning=True)
    await client.workflow_service.set_worker_deployment_current_version(
        SetWorkerDeploymentCurrentVersionRequest(
            namespace=client.namespace, deployment_name=queue, build_id="1", allow_no_pollers=True
        )
    )
    async with Worker(client, task_queue=queue, workflows=[Echo], deployment_config=deployment):
        answer = await client.execute_workflow(
            Echo.run, "hello", id=f"echo-{uuid4()}", task_queue=queue
        )
    assert answer == "hello"
