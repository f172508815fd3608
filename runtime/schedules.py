"""What Temporal does for us at regular times."""

from datetime import timedelta
from typing import Final

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

from workflows.housekeeping import HousekeepingWorkflow
from workflows.policies import RECONCILE_EVERY, TIDY_EVERY
from workflows.reconciliation import ReconciliationWorkflow

RECONCILIATION: Final = "reconciliation"
HOUSEKEEPING: Final = "housekeeping"
_TIMEOUT: Final = timedelta(seconds=10)


async def keep(client: Client, task_queue: str) -> None:
    """Make each schedule, unless it is there already."""
    reconciling = ScheduleActionStartWorkflow(
        ReconciliationWorkflow.run, id=RECONCILIATION, task_queue=task_queue
    )
    tidying = ScheduleActionStartWorkflow(
        HousekeepingWorkflow.run, id=HOUSEKEEPING, task_queue=task_queue
    )
    await _make(client, RECONCILIATION, reconciling, RECONCILE_EVERY)
    await _make(client, HOUSEKEEPING, tidying, TIDY_EVERY)


async def _make(
    client: Client, name: str, action: ScheduleActionStartWorkflow, every: timedelta
) -> None:
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        # One round covers all that was missed; rounds that pile up would not do more.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)),
    )
    try:
        await client.create_schedule(name, schedule, rpc_timeout=_TIMEOUT)
    except ScheduleAlreadyRunningError:
        return
