"""Accounts: the provider apps that an admin connects, and their secrets."""

import asyncio
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from pydantic import Field

from application.access import require
from application.callback_urls import CallbackUrls
from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import (
    Draft,
    Name,
    PrivacyVersion,
    Secrets,
    Settings,
)
from application.configuration.notices import Notice, notices
from application.configuration.privacy import EnablingRules, PrivacyNotice
from application.configuration.register import Register
from application.configuration.widgets import refuse_live
from channels.base import Channel
from channels.extras import SecretCheck
from domain.channels import ChannelName
from domain.configuration import Account, Caller, Scope
from domain.errors import InvalidInput
from domain.ids import AccountId, new_id
from domain.texts import PRINTABLE
from domain.values import Value
from storage.accounts import Accounts, SecretStatus
from storage.database import Database

SUBJECT: Final = "account"
ONE_LINE: Final = re.compile(PRINTABLE)


class NewAccount(Draft):
    """An account to connect."""

    name: Name = Field(examples=["Support WhatsApp"])
    channel: ChannelName = Field(examples=["whatsapp"])
    settings: Settings = Field(
        default_factory=dict, examples=[{"account_sid": "AC0123456789abcdef0123456789abcdef"}]
    )
    secrets: Secrets = Field(default_factory=dict, examples=[{"auth_token": "the token"}])
    enabled: bool = True
    """It stays disabled as long as its privacy notice is not acknowledged."""
    privacy_acknowledged_version: PrivacyVersion | None = Field(default=None, examples=["1"])
    """The version of the privacy notice that you have read: GET …/privacy-acknowledgement shows it."""


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
    notices: tuple[Notice, ...] = ()
    deprecated_on: date | None = None
    replaced_by: tuple[ChannelName, ...] = ()


class AccountConfiguration:
    """Connects accounts and keeps their secrets."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        channels: Mapping[ChannelName, Channel],
        callback_urls: CallbackUrls,
        rules: EnablingRules,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._callback_urls = callback_urls
        self._rules = rules
        self._trail = trail
        self._database = database
        self._register = Register(SUBJECT, accounts, trail, database)

    def offers(self, channel: ChannelName) -> bool:
        """Accounts of this channel can be connected here."""
        return channel in self._channels

    async def get(self, account_id: AccountId) -> AccountView:
        """Raise NotFound."""
        return await self._view(await self._register.get(account_id))

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[AccountView], str | None]:
        """One page, oldest first."""
        accounts, next_cursor = await self._register.listing(cursor, limit)
        return [await self._view(account) for account in accounts], next_cursor

    async def create(self, caller: Caller, draft: NewAccount) -> AccountView:
        """Connect an account; its settings are checked by its channel."""
        refuse_live(draft.channel, "channel")
        if draft.secrets:
            require(caller, [Scope.SECRETS_WRITE])
        self._check(draft.channel, draft.settings, draft.secrets.keys())
        secrets = [
            (name, await self._checked(draft.channel, name, value))
            for name, value in draft.secrets.items()
        ]
        account = self._account(draft)
        async with self._database.transaction():
            await self._rules.require_region(draft.channel)
            account = await self._register.create(caller, account.account_id, account)
            for name, value in secrets:
                await self._keep(caller, account.account_id, name, value)
            if draft.privacy_acknowledged_version is not None:
                await self._acknowledge(caller, account, draft.privacy_acknowledged_version)
        return await self.get(account.account_id)

    async def update(
        self, caller: Caller, account_id: AccountId, change: AccountChange, expected_version: int
    ) -> AccountView:
        """Change name, settings or whether it is enabled."""
        async with self._database.transaction():
            account = await self._register.get(account_id)
            if change.enabled and not account.enabled:
                await self._rules.require(account)
            if change.settings is not None:
                secrets = await self._accounts.secret_status(account_id)
                self._check(account.channel, change.settings, secrets.keys())
            given = change.given()
            return await self._view(
                await self._register.update(caller, account_id, given, expected_version)
            )

    async def delete(self, caller: Caller, account_id: AccountId, expected_version: int) -> None:
        """Disconnect it. Raise StillInUse while it has endpoints or conversations."""
        await self._register.delete(caller, account_id, expected_version)

    async def privacy(self, account_id: AccountId) -> PrivacyNotice:
        """What is to be acknowledged, and by whom it was."""
        return await self._rules.notice(await self._register.get(account_id))

    async def acknowledge(
        self, caller: Caller, account_id: AccountId, version: str, *, enable: bool
    ) -> AccountView:
        """Put on record who read which text; with `enable`, the account is enabled at once.

        Not when it was on record before: who disabled the account since then meant it.
        """
        async with self._database.transaction():
            account = await self._register.get(account_id)
            is_new = await self._acknowledge(caller, account, version)
            if is_new and enable and not account.enabled:
                await self._rules.require(account)
                changes = {"enabled": True}
                await self._register.update(caller, account_id, changes, account.version)
        return await self.get(account_id)

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
        account = await self._register.get(account_id)
        value = await self._checked(account.channel, name, value)
        async with self._database.transaction():
            await self._keep(caller, account_id, name, value, keep_previous=keep_previous)
            return await self._view(await self._register.get(account_id))

    async def clear_secret(self, caller: Caller, account_id: AccountId, name: str) -> None:
        """Forget a secret, with its predecessors."""
        async with self._database.transaction():
            await self._register.get(account_id)
            await self._accounts.clear_secret(account_id, name)
            await self._trail.record(caller, "secret_cleared", SUBJECT, account_id, {name: "cleared"})

    async def _keep(
        self,
        caller: Caller,
        account_id: AccountId,
        name: str,
        value: str,
        *,
        keep_previous: bool = False,
    ) -> None:
        await self._accounts.set_secret(account_id, name, value, keep_previous=keep_previous)
        change: dict[str, object] = {name: "set", "keep_previous": keep_previous}
        await self._trail.record(caller, "secret_set", SUBJECT, account_id, change)

    async def _acknowledge(self, caller: Caller, account: Account, version: str) -> bool:
        """False when it was on record before."""
        is_new = await self._rules.acknowledge(account.account_id, version, caller.name)
        if is_new:
            change: dict[str, object] = {"version": version}
            subject_id = account.account_id
            await self._trail.record(caller, "privacy_acknowledged", SUBJECT, subject_id, change)
        return is_new

    def _account(self, draft: NewAccount) -> Account:
        is_agreed = self._rules.is_needless(draft.channel) or draft.privacy_acknowledged_version
        return Account(
            account_id=new_id(),
            created_at=now(),
            updated_at=now(),
            enabled=draft.enabled and bool(is_agreed),
            **draft.model_dump(include={"channel", "name", "settings"}),
        )

    async def _checked(self, channel: ChannelName, name: str, value: str) -> str:
        adapter = self._channels.get(channel)
        if isinstance(adapter, SecretCheck):
            value = await asyncio.to_thread(adapter.checked_secret, name, value)
        if not ONE_LINE.fullmatch(value):
            raise InvalidInput("A secret is one line of text.", field=name)
        return value

    def _check(
        self, channel: ChannelName, settings: Mapping[str, str], secrets: Collection[str]
    ) -> None:
        adapter = self._channels.get(channel)
        if adapter is None:
            known = ", ".join(sorted(self._channels))
            raise InvalidInput(
                f"No {channel} accounts can be connected here, only: {known}.", field="channel"
            )
        later = adapter.later_secrets if isinstance(adapter, SecretCheck) else frozenset[str]()
        problems = adapter.check_settings(settings, later.union(secrets))
        if problems:
            raise InvalidInput(" ".join(problems), field="settings", problems=problems)

    async def _view(self, account: Account) -> AccountView:
        secrets = await self._accounts.secret_status(account.account_id)
        return AccountView(
            account=account,
            secrets=secrets,
            callback_urls=self._callback_urls.of(account),
            **await self._told(account, secrets.keys()),
        )

    async def _told(self, account: Account, secrets: Collection[str]) -> dict[str, Any]:
        channel = self._channels.get(account.channel)
        if channel is None:
            return {}
        capabilities = channel.capabilities
        problems = channel.check_settings(account.settings, secrets)
        found = notices(account, capabilities, await self._rules.notice(account), problems)
        return {
            "notices": tuple(found),
            "deprecated_on": capabilities.deprecated_on,
            "replaced_by": capabilities.replaced_by,
        }
