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

from workflows.policies import RECONCILE_EVERY
from workflows.reconciliation import ReconciliationWorkflow

RECONCILIATION: Final = "reconciliation"


async def keep_reconciling(client: Client, task_queue: str) -> None:
    """Make the schedule, unless it is there already."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(
            ReconciliationWorkflow.run, id=RECONCILIATION, task_queue=task_queue
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=RECONCILE_EVERY)]),
        # One look covers all that was missed; looks that pile up would not see more.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=1)),
    )
    try:
        await client.create_schedule(RECONCILIATION, schedule, rpc_timeout=timedelta(seconds=10))
    except ScheduleAlreadyRunningError:
        return
