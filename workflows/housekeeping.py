"""The scheduled round that forgets what is kept only for a while."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.erasure import ErasureActivities
    from activities.housekeeping import HousekeepingActivities
    from activities.retention import RetentionActivities
    from workflows import policies


@workflow.defn(name="Housekeeping")
class HousekeepingWorkflow:
    """One round."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        """How many rows were forgotten, by what they were."""
        forgotten = await workflow.execute_activity_method(
            HousekeepingActivities.tidy_up,
            **policies.TIDY,
        )
        if workflow.patched("retention"):
            resumed = await workflow.execute_activity_method(
                ErasureActivities.resume_erasures, **policies.TIDY
            )
            forgotten |= {"resumed_erasures": resumed, "contents": await self._expire()}
        return forgotten

    async def _expire(self) -> int:
        total = 0
        for _ in range(policies.RETENTION_ROUNDS):
            expired = await workflow.execute_activity_method(
                RetentionActivities.expire_some, **policies.TIDY
            )
            total += expired
            if not expired:
                break
        return total
