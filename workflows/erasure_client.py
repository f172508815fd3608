"""Starts erasures: nobody above this file knows that Temporal carries them out."""

from typing import Final, Protocol
from uuid import UUID

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from workflows.client import RPC_TIMEOUT
from workflows.erasure import ErasureWorkflow
from workflows.policies import TASK_QUEUE

PREFIX: Final = "erasure"


class ErasureStarter(Protocol):
    """Has an erasure carried out."""

    async def start(self, erasure_id: UUID) -> bool:
        """False when nobody could be told: it stays requested, and is started later."""


class TemporalErasures:
    """Erasures, carried out by Temporal."""

    def __init__(self, client: Client, *, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, erasure_id: UUID) -> bool:
        """One that runs already goes on; one that ended incomplete begins again."""
        try:
            await self._client.start_workflow(
                ErasureWorkflow.run,
                erasure_id,
                id=f"{PREFIX}/{erasure_id}",
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="erases a person",
                rpc_timeout=RPC_TIMEOUT,
            )
        except RPCError:
            return False
        return True
