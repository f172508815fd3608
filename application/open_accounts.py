"""Accounts ready for use, with their secrets opened; kept for a moment, a bounded number of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from application.adapters import adapter_of
from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.errors import NotFound
from domain.ids import AccountId
from storage.accounts import Accounts
from storage.shelf import Shelf

# A disabled account or a new secret takes effect everywhere within this time.
KEPT_FOR: Final = timedelta(seconds=5)
# How soon an account may be loaded again because its secrets seem out of date.
RELOAD_AFTER: Final = timedelta(seconds=1)


class OpenAccount(NamedTuple):
    """An account and the adapter of its channel."""

    credentials: Credentials
    channel: Channel


class OpenAccounts:
    """Looks accounts up for every webhook and every message, so it asks the database seldom."""

    def __init__(self, accounts: Accounts, channels: Mapping[ChannelName, Channel]) -> None:
        self._accounts = accounts
        self._channels = channels
        self._shelf = Shelf[AccountId, OpenAccount | None]()

    async def find(
        self, account_id: AccountId, not_older_than: timedelta = KEPT_FOR
    ) -> OpenAccount | None:
        """The account, or None when there is none that is enabled. Unknown ones are kept too."""
        kept = self._shelf.find(account_id, not_older_than)
        if kept:
            return kept.thing
        account = await self._load(account_id)
        self._shelf.put(account_id, account)
        return account

    async def get(self, account_id: AccountId) -> OpenAccount:
        """The account, enabled or not: what was promised to a customer is still sent."""
        return await self.find(account_id) or await self._open(account_id)

    async def _load(self, account_id: AccountId) -> OpenAccount | None:
        try:
            account = await self._accounts.get(account_id)
            return await self._open(account_id) if account.enabled else None
        except NotFound:
            return None

    async def _open(self, account_id: AccountId) -> OpenAccount:
        credentials = await self._accounts.credentials(account_id)
        return OpenAccount(credentials, adapter_of(self._channels, credentials.channel))
