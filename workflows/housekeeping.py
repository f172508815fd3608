"""The scheduled round that forgets what is kept only for a while."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.housekeeping import HousekeepingActivities
    from workflows import policies


@workflow.defn(name="Housekeeping")
class HousekeepingWorkflow:
    """One round."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """How many rows were forgotten, by what they were."""
        return await workflow.execute_activity_method(
            HousekeepingActivities.tidy_up,
            **policies.TIDY,
        )
