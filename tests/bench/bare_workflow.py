"""The baseline of the conversation: a workflow that counts signals, and knows nothing else."""

from datetime import datetime, timedelta

from temporalio import activity, workflow


@activity.defn
async def do_nothing(_payload: str) -> None:
    """What remains of an activity without its work."""


@workflow.defn(name="Bare")
class BareWorkflow:
    """Takes signals and updates until its one timer fires."""

    def __init__(self) -> None:
        self._taken = 0

    @workflow.run
    async def run(self, until: datetime) -> None:
        """Ends at that time."""
        await workflow.sleep(until - workflow.now())

    @workflow.signal
    def receive(self, payload: str) -> None:
        """Something of the size of mail."""
        self._taken += 1

    @workflow.update
    async def send(self, payload: str) -> None:
        """One activity, as delivering is one."""
        await workflow.execute_activity(
            do_nothing, payload, start_to_close_timeout=timedelta(seconds=10)
        )

    @workflow.query
    def taken(self) -> int:
        """How many signals it has counted."""
        return self._taken
