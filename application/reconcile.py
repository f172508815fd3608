"""Finds what webhooks lost: asks each provider what it received since we last asked."""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from application.intake import Intake
from application.open_accounts import OpenAccounts
from application.whole_lists import whole
from domain.ids import AccountId
from storage.accounts import Accounts
from storage.endpoints import Endpoints
from storage.watermarks import Watermarks

# Clocks differ, and a provider may list a message a little later than it received it.
OVERLAP: Final = timedelta(minutes=10)
# What is further back was missed before anybody could look; a provider's list is not asked for it.
FURTHEST_BACK: Final = timedelta(days=3)

LOST = Counter(
    "holdfast_recovered_messages",
    "Messages that no webhook brought, found by asking the provider.",
    ["account_id"],
)

log = structlog.get_logger()


class Reconciliation:
    """Fulfils `domain.ports.Reconciler`. Repeating it stores nothing twice."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        endpoints: Endpoints,
        watermarks: Watermarks,
        open_accounts: OpenAccounts,
        intake: Intake,
    ) -> None:
        self._accounts = accounts
        self._endpoints = endpoints
        self._watermarks = watermarks
        self._open_accounts = open_accounts
        self._intake = intake

    async def account_ids(self) -> list[AccountId]:
        """Every enabled account whose provider can be asked."""
        accounts = await whole(self._accounts.listing)
        return [account.account_id for account in accounts if account.enabled]

    async def reconcile(self, account_id: AccountId) -> int:
        """Ask the provider for messages since the watermark; return how many were new.

        The watermark moves only when everything before it is stored. Raises ChannelError.
        """
        structlog.contextvars.bind_contextvars(account_id=str(account_id))
        account = await self._open_accounts.find(account_id)
        addresses = await self._addresses(account_id)
        if account is None or not addresses:
            return 0
        began = datetime.now(UTC)
        since = await self._since(account_id, began)
        events = await account.channel.received_since(account.credentials, addresses, since)
        recovered = [await self._intake.recover(account, event) for event in events]
        await self._watermarks.set(account_id, began)
        LOST.labels(str(account_id)).inc(sum(recovered))
        if any(recovered):
            log.warning("webhooks were lost", recovered=sum(recovered))
        return sum(recovered)

    async def _since(self, account_id: AccountId, now: datetime) -> datetime:
        watermark = await self._watermarks.get(account_id)
        if watermark is None:
            return now - OVERLAP
        return max(watermark - OVERLAP, now - FURTHEST_BACK)

    async def _addresses(self, account_id: AccountId) -> list[str]:
        return [
            endpoint.address
            for endpoint in await whole(self._endpoints.listing)
            if endpoint.account_id == account_id and endpoint.enabled
        ]
