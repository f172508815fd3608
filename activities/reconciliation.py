"""Ask providers for messages that their webhooks lost."""

from temporalio import activity

from activities import Activities
from activities.failures import as_failure
from activities.heartbeats import heartbeating
from domain.errors import ChannelError
from domain.ids import AccountId
from domain.ports import Reconciler


class ReconciliationActivities:
    """One list of accounts, one look at each."""

    def __init__(self, reconciler: Reconciler) -> None:
        self._reconciler = reconciler

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (self.list_reconcilable_accounts, self.reconcile_account)

    @activity.defn
    async def list_reconcilable_accounts(self) -> list[AccountId]:
        """The accounts to look at."""
        return await self._reconciler.account_ids()

    @activity.defn
    async def reconcile_account(self, account_id: AccountId) -> int:
        """Feed in what is missing, as much as one run may; return how many messages that were."""
        async with heartbeating():
            try:
                return await self._reconciler.reconcile(account_id)
            except ChannelError as error:
                raise as_failure(error, retry=error.retryable, after=error.retry_after) from error
