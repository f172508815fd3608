"""Assemble and run the Temporal worker. Nothing imports it."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.worker import Worker

from activities.capacity import CapacityActivities
from activities.delivery import DeliveryActivities
from activities.erasure import ErasureActivities
from activities.housekeeping import HousekeepingActivities
from activities.media import MediaActivities
from activities.projection import ProjectionActivities
from activities.reconciliation import ReconciliationActivities
from activities.retention import RetentionActivities
from runtime import logging, metrics, schedules, settings, telemetry, versions
from runtime.engine_services import Parts
from runtime.log_context import LogContext
from runtime.process import keep_what_is_loaded, run_main
from runtime.settings import Settings
from runtime.telemetry import Tracing
from runtime.temporal import connect
from runtime.wiring import open_application
from workflows.conversation import ConversationWorkflow
from workflows.erasure import ErasureWorkflow
from workflows.housekeeping import HousekeepingWorkflow
from workflows.reconciliation import ReconciliationWorkflow
from workflows.sandbox import RUNNER

CACHED_CONVERSATIONS: Final = 5_000
"""About 75 KB each. A conversation that is not cached costs a replay with its next message."""

STICKY_TIMEOUT: Final = timedelta(seconds=2)
"""How long a message waits for a worker that died before another one takes it (default: 10 s)."""

LAST_WORK: Final = timedelta(seconds=20)
"""What activities under way get when the worker is told to end: a slot's wait plus one call."""


async def main() -> None:
    """Run until SIGTERM or SIGINT, then finish what is under way."""
    configured = settings.load()
    with telemetry.tracing("worker", configured.build_id) as tracing:
        logging.configure(configured.log_level, configured.log_format, also=tracing.log_processors)
        client = await connect(
            configured,
            runtime=metrics.sdk_telemetry(configured),
            interceptors=tracing.interceptors,
        )
        with metrics.exposed(configured):
            await work(configured, client, tracing)


async def work(configured: Settings, client: Client, tracing: Tracing) -> None:
    """Everything that goes on in a worker, until it is told to end."""
    async with open_application(configured, client, tracing) as application:
        parts = application.parts
        worker = await build(client, configured, activities(parts))
        # It dispatches too: what reconciling finds, and what an API that died left behind.
        async with (
            parts.gauges.running(),
            parts.lease_audit.running(),
            parts.dispatcher.running(configured.dispatch_concurrency),
            worker,
        ):
            await begin(client, configured)
            keep_what_is_loaded()
            await told_to_end()


def activities(parts: Parts) -> Sequence[Callable[..., Any]]:
    """Everything the workflows may ask of the world."""
    delivery = DeliveryActivities(
        outbox=parts.outbox,
        provider=parts.provider,
        slots=parts.slots,
        health=parts.health,
        fallbacks=parts.fallbacks,
    )
    projection = ProjectionActivities(parts.read_model)
    capacity = CapacityActivities(parts.capacity)
    media = MediaActivities(parts.media_copier)
    reconciliation = ReconciliationActivities(parts.reconciler)
    housekeeping = HousekeepingActivities(parts.housekeeper)
    retention = RetentionActivities(parts.retention)
    erasure = ErasureActivities(parts.eraser)
    return (
        *delivery.all,
        *projection.all,
        *capacity.all,
        *media.all,
        *reconciliation.all,
        *housekeeping.all,
        *retention.all,
        *erasure.all,
    )


async def build(client: Client, configured: Settings, provided: Sequence[Callable[..., Any]]) -> Worker:
    """One worker; versioned where the server offers it. Run more processes rather than a bigger one."""
    versioned = await versions.is_versioning_offered(client)
    return Worker(
        client,
        task_queue=configured.task_queue,
        workflows=[
            ConversationWorkflow,
            ErasureWorkflow,
            HousekeepingWorkflow,
            ReconciliationWorkflow,
        ],
        activities=provided,
        workflow_runner=RUNNER,
        interceptors=[LogContext()],
        max_cached_workflows=CACHED_CONVERSATIONS,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        graceful_shutdown_timeout=LAST_WORK,
        deployment_config=versions.deployment(configured.build_id) if versioned else None,
    )


async def begin(client: Client, configured: Settings) -> None:
    """What a first worker sees to. In production, `holdfast promote` is a step of the deployment."""
    if configured.is_embedded and await versions.is_versioning_offered(client):
        await versions.promote(client, configured.build_id)
    await schedules.keep(client, configured.task_queue)


async def told_to_end() -> None:
    """Wait for SIGTERM or SIGINT."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()


if __name__ == "__main__":
    run_main(main())
