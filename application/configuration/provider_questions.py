"""What only the provider can tell of an account: whether it knows us, where it calls, its quota."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from application.adapters import adapter_of
from application.callback_urls import CallbackUrls
from application.configuration.audit import AuditTrail
from application.configuration.checks import Check
from channels.base import Channel
from channels.extras import (
    CredentialCheck,
    Quota,
    QuotaDirectory,
    TemplateDirectory,
    WebhookRegistration,
)
from domain.channels import ChannelName
from domain.configuration import Account, Caller, Credentials
from domain.errors import AccountRejected, ChannelError, Conflict, ProviderUnavailable
from domain.ids import AccountId
from domain.values import Value
from storage.accounts import Accounts

SUBJECT: Final = "account"
ANSWER_WITHIN: Final = 15.0
"""Seconds for one question; an admin is waiting."""
WHERE: Final = "messages"
"""The address among an account's callbacks that a provider can be told."""

Answer = TypeVar("Answer")


class CredentialState(StrEnum):
    """What is known of an account's secrets."""

    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    COMPLETE = "complete"


class AccountHealth(Value):
    """How an account is doing. What the provider does not tell now is null."""

    account_id: AccountId
    enabled: bool
    last_webhook_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    credentials: CredentialState
    problems: tuple[str, ...] = ()
    quota: Quota | None = None
    token_valid_until: datetime | None = None
    """Until when the provider's access token is used; it is renewed by itself."""


class _Told(Value):
    """What a provider says of an account; nothing while it does not answer."""

    is_refused: bool = False
    quota: Quota | None = None
    token_valid_until: datetime | None = None


class RegisteredWebhook(Value):
    """Where the provider calls from now on."""

    url: str


class ProviderQuestions:
    """Each question is bounded in time, and may be asked again."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        channels: Mapping[ChannelName, Channel],
        callback_urls: CallbackUrls,
        trail: AuditTrail,
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._callback_urls = callback_urls
        self._trail = trail

    async def checks(self, account: Account) -> list[Check]:
        """Whether the provider accepts these credentials, and calls us."""
        channel, credentials = await self._opened(account)
        try:
            if isinstance(channel, TemplateDirectory):
                await _soon(channel.templates(credentials))
                return [ACCEPTED]
            if isinstance(channel, WebhookRegistration):
                return [ACCEPTED, *await self._webhook(channel, account, credentials)]
            if isinstance(channel, CredentialCheck):
                await _soon(channel.check_credentials(credentials))
                return [ACCEPTED]
        except ChannelError as error:
            return [_refused(error)]
        return []

    async def health(self, account_id: AccountId) -> AccountHealth:
        """What is known, and what the provider says of its quota or of the secrets."""
        account = await self._accounts.get(account_id)
        channel, credentials = await self._opened(account)
        problems = channel.check_settings(account.settings, credentials.secrets.keys())
        told = await _told(channel, credentials) if not problems else _Told()
        state = CredentialState.REFUSED if told.is_refused else CredentialState.COMPLETE
        shown = {"account_id", "enabled", "last_webhook_at", "last_error", "last_error_at"}
        return AccountHealth(
            **account.model_dump(include=shown),
            credentials=CredentialState.INCOMPLETE if problems else state,
            problems=tuple(problems),
            quota=told.quota,
            token_valid_until=told.token_valid_until,
        )

    async def register_webhook(self, caller: Caller, account_id: AccountId) -> RegisteredWebhook:
        """Have the provider call us. Raise Conflict when its console is the only way."""
        account = await self._accounts.get(account_id)
        channel, credentials = await self._opened(account)
        if not isinstance(channel, WebhookRegistration):
            raise Conflict(
                f"The provider of {account.channel} must be told by hand: copy `callback_urls` into its"
                " console."
            )
        url = self._callback_urls.of(account)[WHERE]
        await _soon(channel.register_webhook(url, credentials))
        change: dict[str, object] = {"webhook": url}
        await self._trail.record(caller, "webhook_registered", SUBJECT, account_id, change)
        return RegisteredWebhook(url=url)

    async def _opened(self, account: Account) -> tuple[Channel, Credentials]:
        credentials = await self._accounts.credentials(account.account_id)
        return adapter_of(self._channels, account.channel), credentials

    async def _webhook(
        self, channel: WebhookRegistration, account: Account, credentials: Credentials
    ) -> list[Check]:
        ours = self._callback_urls.of(account)[WHERE]
        theirs = await _soon(channel.registered_webhook(credentials))
        if theirs != ours:
            return [
                Check(
                    name="registered_webhook",
                    ok=False,
                    message=f"The provider calls {theirs or 'nobody'} instead of {ours}.",
                    what_to_do="POST …/webhook registers our address.",
                )
            ]
        found = await _soon(channel.test_webhook(ours, credentials))
        what_to_do = None if found.ok else "Look whether the address is reachable over the internet."
        return [
            Check(name="registered_webhook", ok=found.ok, message=found.message, what_to_do=what_to_do)
        ]


ACCEPTED: Final = Check(name="provider", ok=True, message="The provider accepts these credentials.")


def _refused(error: ChannelError) -> Check:
    return Check(
        name="provider",
        ok=False,
        message=str(error),
        what_to_do="Compare the account's settings and secrets with the provider's console.",
    )


async def _told(channel: Channel, credentials: Credentials) -> _Told:
    try:
        return _Told(
            quota=await _soon(channel.quota(credentials))
            if isinstance(channel, QuotaDirectory)
            else None,
            token_valid_until=await _soon(channel.check_credentials(credentials))
            if isinstance(channel, CredentialCheck)
            else None,
        )
    except ChannelError as error:
        return _Told(is_refused=isinstance(error, AccountRejected))


async def _soon(answer: Awaitable[Answer]) -> Answer:
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await answer
    except TimeoutError as error:
        raise ProviderUnavailable("The provider does not answer. Try again.") from error
