"""The scheduled look for messages that webhooks lost."""

from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.reconciliation import ReconciliationActivities
    from workflows import policies


@workflow.defn(name="Reconciliation")
class ReconciliationWorkflow:
    """One look at every account. An account that cannot be asked does not stop the others."""

    @workflow.run
    async def run(self) -> dict[str, int | None]:
        """How many messages were fed in per account; None where its provider could not be asked."""
        accounts = await workflow.execute_activity_method(
            ReconciliationActivities.list_reconcilable_accounts,
            **policies.RECONCILE,
        )
        return {str(account_id): await self._look(account_id) for account_id in accounts}

    async def _look(self, account_id: UUID) -> int | None:
        try:
            return await workflow.execute_activity_method(
                ReconciliationActivities.reconcile_account,
                account_id,
                **policies.RECONCILE,
                summary=f"account {account_id}",
            )
        except ActivityError:
            workflow.logger.warning("account not reconciled", extra={"account_id": str(account_id)})
            return None
