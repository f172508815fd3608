"""Accounts: the provider apps that an admin connects, and their secrets."""

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import Field

from application.access import require
from application.callback_urls import CallbackUrls
from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name, Secrets, Settings
from application.configuration.register import Register
from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Account, Caller, Scope
from domain.errors import InvalidInput
from domain.ids import AccountId, new_id
from domain.values import Value
from storage.accounts import Accounts, SecretStatus
from storage.database import Database

SUBJECT: Final = "account"


class NewAccount(Draft):
    """An account to connect."""

    name: Name = Field(examples=["Support WhatsApp"])
    channel: ChannelName = Field(examples=["whatsapp"])
    settings: Settings = Field(
        default_factory=dict, examples=[{"account_sid": "AC0123456789abcdef0123456789abcdef"}]
    )
    secrets: Secrets = Field(default_factory=dict, examples=[{"auth_token": "the token"}])
    enabled: bool = True


class AccountChange(Draft):
    """What to change of an account. Secrets have addresses of their own."""

    name: Name | None = None
    settings: Settings | None = None
    enabled: bool | None = None


class AccountView(Value):
    """An account with what an admin needs beside it. Of secrets it tells only that they are set."""

    account: Account
    secrets: dict[str, SecretStatus]
    callback_urls: dict[str, str]


class AccountConfiguration:
    """Connects accounts and keeps their secrets."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        channels: Mapping[ChannelName, Channel],
        callback_urls: CallbackUrls,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._callback_urls = callback_urls
        self._trail = trail
        self._database = database
        self._register = Register(SUBJECT, accounts, trail, database)

    async def get(self, account_id: AccountId) -> AccountView:
        """Raise NotFound."""
        return await self._view(await self._register.get(account_id))

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[AccountView], str | None]:
        """One page, oldest first."""
        accounts, next_cursor = await self._register.listing(cursor, limit)
        return [await self._view(account) for account in accounts], next_cursor

    async def create(self, caller: Caller, draft: NewAccount) -> AccountView:
        """Connect an account; its settings are checked by its channel."""
        if draft.secrets:
            require(caller, [Scope.SECRETS_WRITE])
        self._check(draft.channel, draft.settings, draft.secrets.keys())
        account = Account(
            account_id=new_id(),
            created_at=now(),
            updated_at=now(),
            **draft.model_dump(include={"channel", "name", "settings", "enabled"}),
        )
        async with self._database.transaction():
            account = await self._register.create(caller, account.account_id, account)
            for name, value in draft.secrets.items():
                await self.set_secret(caller, account.account_id, name, value)
        return await self.get(account.account_id)

    async def update(
        self, caller: Caller, account_id: AccountId, change: AccountChange, expected_version: int
    ) -> AccountView:
        """Change name, settings or whether it is enabled."""
        if change.settings is not None:
            account = await self._register.get(account_id)
            secrets = await self._accounts.secret_status(account_id)
            self._check(account.channel, change.settings, secrets.keys())
        return await self._view(
            await self._register.update(caller, account_id, change.given(), expected_version)
        )

    async def delete(self, caller: Caller, account_id: AccountId, expected_version: int) -> None:
        """Disconnect it. Raise StillInUse while it has endpoints or conversations."""
        await self._register.delete(caller, account_id, expected_version)

    async def set_secret(
        self,
        caller: Caller,
        account_id: AccountId,
        name: str,
        value: str,
        *,
        keep_previous: bool = False,
    ) -> AccountView:
        """Set or rotate a secret. `keep_previous`: webhooks signed with the old one stay valid."""
        async with self._database.transaction():
            account = await self._register.get(account_id)
            await self._accounts.set_secret(account_id, name, value, keep_previous=keep_previous)
            change: dict[str, object] = {name: "set", "keep_previous": keep_previous}
            await self._trail.record(caller, "secret_set", SUBJECT, account_id, change)
            return await self._view(account)

    async def clear_secret(self, caller: Caller, account_id: AccountId, name: str) -> None:
        """Forget a secret, with its predecessors."""
        async with self._database.transaction():
            await self._register.get(account_id)
            await self._accounts.clear_secret(account_id, name)
            await self._trail.record(caller, "secret_cleared", SUBJECT, account_id, {name: "cleared"})

    def _check(
        self, channel: ChannelName, settings: Mapping[str, str], secrets: Collection[str]
    ) -> None:
        adapter = self._channels.get(channel)
        if adapter is None:
            known = ", ".join(sorted(self._channels))
            raise InvalidInput(
                f"No {channel} accounts can be connected here, only: {known}.", field="channel"
            )
        problems = adapter.check_settings(settings, secrets)
        if problems:
            raise InvalidInput(" ".join(problems), field="settings", problems=problems)

    async def _view(self, account: Account) -> AccountView:
        return AccountView(
            account=account,
            secrets=await self._accounts.secret_status(account.account_id),
            callback_urls=self._callback_urls.of(account),
        )
