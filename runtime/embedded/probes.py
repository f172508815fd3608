"""Is it ready? One question per kind of program, each answered within a second or two."""

import asyncio
from datetime import timedelta
from typing import Final

import httpx2
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.errors import Unavailable
from runtime.settings import Settings
from runtime.temporal import connect

_PATIENCE: Final = 2.0


async def answers(url: str) -> bool:
    """A web server answers this address with success."""
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
            return (await client.get(url)).is_success
    except httpx2.HTTPError:
        return False


async def temporal_serves(settings: Settings) -> bool:
    """The Temporal server is up and has this namespace."""
    return await _connect(settings) is not None


async def worker_polls(settings: Settings, since: float) -> bool:
    """A worker started after `since` (UNIX time) asks our task queue for work."""
    client = await _connect(settings)
    if client is None:
        return False
    request = DescribeTaskQueueRequest(
        namespace=settings.temporal_namespace,
        task_queue=TaskQueue(name=settings.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        known = await client.workflow_service.describe_task_queue(
            request, timeout=timedelta(seconds=_PATIENCE)
        )
    except RPCError:
        return False
    return any(poller.last_access_time.seconds >= int(since) for poller in known.pollers)


async def _connect(settings: Settings) -> Client | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await connect(settings)
    except (Unavailable, RPCError, TimeoutError):
        return None
