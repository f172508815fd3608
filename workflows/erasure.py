"""Erasing a person as a Temporal workflow: it outlives crashes, and ends with a proof or an alarm."""

from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.erasure import ErasureActivities
    from workflows import policies


@workflow.defn(name="Erasure")
class ErasureWorkflow:
    """Detach, close, erase, prove. It knows an id and counts, nothing of the person."""

    @workflow.run
    async def run(self, erasure_id: UUID) -> None:
        """Each step may be repeated, so a run that continues as new begins at the beginning."""
        await workflow.execute_activity_method(
            ErasureActivities.detach_contact, erasure_id, **policies.STORAGE
        )
        await workflow.execute_activity_method(
            ErasureActivities.close_conversations_of_contact, erasure_id, **policies.CLOSING
        )
        for _ in range(policies.ERASURE_ROUNDS):
            await self._erase(erasure_id)
            if not await self._prove(erasure_id):
                return
            # What was written meanwhile, such as a webhook that nobody could read, goes next.
            await workflow.sleep(policies.ERASURE_PAUSE, summary="something was left")
        await workflow.execute_activity_method(
            ErasureActivities.give_up_erasure, erasure_id, **policies.STORAGE
        )

    async def _erase(self, erasure_id: UUID) -> None:
        while await workflow.execute_activity_method(
            ErasureActivities.erase_some, erasure_id, **policies.ERASURE
        ):
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(erasure_id)

    async def _prove(self, erasure_id: UUID) -> int:
        return await workflow.execute_activity_method(
            ErasureActivities.prove_erasure, erasure_id, **policies.ERASURE
        )
