"""Accounts ready for use, with their secrets opened; kept for a moment, a bounded number of them."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.errors import NotFound
from domain.ids import AccountId
from storage.accounts import Accounts

# A disabled account or a new secret takes effect everywhere within this time.
KEPT_FOR: Final = timedelta(seconds=5)
# How soon an account may be loaded again because its secrets seem out of date.
RELOAD_AFTER: Final = timedelta(seconds=1)
KEPT_AT_MOST: Final = 256


class OpenAccount(NamedTuple):
    """An account and the adapter of its channel."""

    credentials: Credentials
    channel: Channel


class _Kept(NamedTuple):
    account: OpenAccount | None
    since: float


class OpenAccounts:
    """Looks accounts up for every webhook and every message, so it asks the database seldom."""

    def __init__(
        self,
        accounts: Accounts,
        channels: Mapping[ChannelName, Channel],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._clock = clock
        self._kept: OrderedDict[AccountId, _Kept] = OrderedDict()

    async def find(
        self, account_id: AccountId, not_older_than: timedelta = KEPT_FOR
    ) -> OpenAccount | None:
        """The account, or None when there is none that is enabled. Unknown ones are kept too."""
        kept = self._kept.get(account_id)
        if kept and self._clock() - kept.since < not_older_than.total_seconds():
            return kept.account
        account = await self._load(account_id)
        self._kept[account_id] = _Kept(account, self._clock())
        self._kept.move_to_end(account_id)
        if len(self._kept) > KEPT_AT_MOST:
            self._kept.popitem(last=False)
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
        channel = self._channels.get(credentials.channel)
        if channel is None:
            raise NotFound(f"This build of Holdfast has no adapter for {credentials.channel}.")
        return OpenAccount(credentials, channel)
