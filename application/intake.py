"""From a provider's webhook to PostgreSQL. What was answered with success is stored."""

import contextlib
import secrets
import time
import traceback
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, assert_never

import structlog
from prometheus_client import Counter, Histogram

from application.counting import DELIVERIES
from application.customer_events import CustomerEvent, CustomerEvents
from application.dispatch import Doorbell
from application.media_policy import without_files
from application.open_accounts import RELOAD_AFTER, OpenAccount, OpenAccounts
from application.profiles import ProfileFetching
from application.reply_tokens import without_reply_token
from channels.base import Channel
from channels.webhooks import WebhookAnswer, WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.customer_events import (
    ConsentReported,
    InboundEvent,
    MessageEdited,
    MessageWithdrawn,
    TypingReported,
)
from domain.errors import InvalidSignature, NotFound, Unavailable, UnreadableWebhook
from domain.ids import AccountId
from domain.messages import MessageReceived, StatusReported
from storage.accounts import Accounts
from storage.callbacks import DeliveryReports
from storage.intake import EndpointGone
from storage.intake import Intake as IntakeStore
from storage.quarantine import Quarantine
from storage.reply_tokens import ReplyTokens

RECEIVED = Counter(
    "holdfast_messages_received", "Customers' messages, by channel and outcome.", ["channel", "outcome"]
)
QUARANTINED = Counter("holdfast_quarantined_webhooks", "Webhooks that nobody could read or route.")
OPENED = Counter("holdfast_conversations_opened", "Conversations that a message began.", ["channel"])
# The budget of an answer is 50 ms; LINE gives up after 2 s, Twilio after 15.
ANSWERED = Histogram(
    "holdfast_webhook_answer_seconds",
    "Time until what a webhook carried was stored, or refused.",
    ["channel", "result"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15),
)
RECOVERED: Final = "recovered"
UNKNOWN: Final = "which is no endpoint of this account. Add the endpoint, or correct its address."
GONE: Final = (
    "which takes no new conversations: it is drained, or was removed. Answer its sender by other means,"
    " or cancel the draining. The message is in quarantine."
)

log = structlog.get_logger()


class Evidence(NamedTuple):
    """What is put aside when an event cannot be stored: exactly what the provider sent."""

    account_id: AccountId
    body: bytes
    headers: dict[str, str]


class Intake:
    """Verifies, reads and stores; one event that cannot be stored costs its neighbours nothing."""

    def __init__(
        self,
        *,
        open_accounts: OpenAccounts,
        accounts: Accounts,
        store: IntakeStore,
        reports: DeliveryReports,
        quarantine: Quarantine,
        doorbell: Doorbell,
        customer_events: CustomerEvents,
        reply_tokens: ReplyTokens,
        profiles: ProfileFetching,
    ) -> None:
        self._open_accounts = open_accounts
        self._accounts = accounts
        self._store = store
        self._reports = reports
        self._quarantine = quarantine
        self._doorbell = doorbell
        self._customer_events = customer_events
        self._reply_tokens = reply_tokens
        self._profiles = profiles

    async def receive(
        self, account_id: AccountId, channel: Channel, request: WebhookRequest
    ) -> WebhookAnswer:
        """Store what this request carries and return the provider's success answer.

        Raises InvalidSignature, for an unknown or disabled account too, and Unavailable: then
        the provider shall send it again.
        """
        with _measured(channel.name):
            account = await self._verified(account_id, channel, request)
            with self._doorbell.held():
                await self._keep(account, request)
            return account.channel.answer(request, account.credentials)

    async def _keep(self, account: OpenAccount, request: WebhookRequest) -> None:
        account_id = account.credentials.account_id
        evidence = Evidence(account_id, request.body, request.headers)
        for event in await self._read(account, request, evidence):
            await self._take(account, event, evidence)
        with contextlib.suppress(Unavailable, NotFound):
            await self._accounts.touch_webhook(account_id)

    async def recover(self, account: OpenAccount, event: MessageReceived) -> bool:
        """Store a message that no webhook brought; say whether it was new."""
        details = {**event.details, RECOVERED: "true"}
        event = event.model_copy(update={"details": details})
        evidence = Evidence(account.credentials.account_id, event.model_dump_json().encode(), {})
        return await self._take(account, event, evidence)

    async def _verified(
        self, account_id: AccountId, channel: Channel, request: WebhookRequest
    ) -> OpenAccount:
        account = await self._open_accounts.find(account_id)
        try:
            _verify(account or _nobody(account_id, channel), channel, request)
        except InvalidSignature:
            # The account may be new, or its secret may have been replaced a moment ago.
            fresh = await self._open_accounts.find(account_id, RELOAD_AFTER)
            if fresh is None or fresh is account:
                raise
            _verify(fresh, channel, request)
            return fresh
        if account is None:
            raise InvalidSignature("Nobody signs for an account that does not exist.")
        return account

    async def _read(
        self, account: OpenAccount, request: WebhookRequest, evidence: Evidence
    ) -> Sequence[InboundEvent]:
        try:
            parsed = account.channel.parse(request, account.credentials)
        except UnreadableWebhook as error:
            await self._put_aside(evidence, str(error))
            return ()
        except Exception as error:  # noqa: BLE001 - whatever it is, the webhook is kept
            _tell("a webhook broke its parser", error)
            await self._put_aside(evidence, f"The parser failed: {type(error).__name__}.")
            return ()
        for piece in parsed.unreadable:
            await self._put_aside(evidence._replace(body=piece.raw), piece.why)
        return parsed.events

    async def _take(self, account: OpenAccount, event: InboundEvent, evidence: Evidence) -> bool:
        structlog.contextvars.unbind_contextvars("conversation_id")
        try:
            return await self._stored(account, event, evidence)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one event never costs its neighbours
            _tell("an event cannot be stored", error)
            await self._put_aside(evidence, f"It cannot be stored: {type(error).__name__}.")
            return False

    async def _stored(self, account: OpenAccount, event: InboundEvent, evidence: Evidence) -> bool:
        match event:
            case MessageReceived():
                return await self._store_message(account, event, evidence)
            case StatusReported():
                await self._store_status(account, event)
                return True
            case MessageEdited() | MessageWithdrawn() | TypingReported() | ConsentReported():
                return await self._store_other(event, evidence)
            case _:
                assert_never(event)

    async def _store_message(
        self, account: OpenAccount, event: MessageReceived, evidence: Evidence
    ) -> bool:
        endpoint = await self._store.endpoint(evidence.account_id, event.endpoint_address)
        if endpoint is None:
            await self._unroutable(event, evidence, UNKNOWN)
            return False
        window = account.channel.capabilities.service_window
        event, reply_token = without_reply_token(event)
        if not endpoint.customers_may_send_files:
            event = without_files(event)
        try:
            received = await self._store.receive(endpoint, event, window)
        except EndpointGone:
            await self._unroutable(event, evidence, GONE)
            return False
        structlog.contextvars.bind_contextvars(conversation_id=str(received.conversation_id))
        # It is stored: what fails from here on costs neither it nor its answer.
        if account.channel.capabilities.afterthoughts:
            with _at_most_told("an afterthought waits for its sweep"):
                await self._customer_events.message_came(endpoint, event.provider_message_id)
        if reply_token:
            with _at_most_told("a reply token was not kept"):
                await self._reply_tokens.keep(received.message_id, reply_token)
        self._doorbell.ring(received.conversation_id)
        self._profiles.wanted(received.conversation_id, account, event)
        OPENED.labels(endpoint.channel).inc(received.opened)
        RECEIVED.labels(endpoint.channel, "new" if received.is_new else "repeated").inc()
        return received.is_new

    async def _store_other(self, event: CustomerEvent, evidence: Evidence) -> bool:
        endpoint = await self._store.endpoint(evidence.account_id, event.endpoint_address)
        if endpoint is None:
            if not isinstance(event, TypingReported):
                await self._unroutable(event, evidence, UNKNOWN)
            return False
        await self._customer_events.take(endpoint, event)
        return True

    async def _unroutable(
        self, event: MessageReceived | CustomerEvent, evidence: Evidence, reason: str
    ) -> None:
        """Sending it again would not help the provider, so it is kept and an admin is told."""
        why = f"A message came for {event.endpoint_address}, {reason}"
        await self._put_aside(evidence, why)
        await self._accounts.report_error(evidence.account_id, why)

    async def _store_status(self, account: OpenAccount, event: StatusReported) -> None:
        mail = None
        account_id = account.credentials.account_id
        DELIVERIES.labels(event.status).inc()
        if event.error_code:
            meaning = account.channel.explain(event.error_code, account.credentials.settings)
            mail = meaning.mail
            event = event.model_copy(update={"error_text": meaning.advice})
            if meaning.needs_operator:
                await self._accounts.report_error(account_id, f"{event.error_code}: {meaning.advice}")
        conversation_id = await self._reports.report(account_id, event, mail=mail)
        if conversation_id:
            self._doorbell.ring(conversation_id)

    async def _put_aside(self, evidence: Evidence, why: str) -> None:
        QUARANTINED.inc()
        await self._quarantine.keep(
            evidence.account_id, body=evidence.body, headers=evidence.headers, why=why
        )


@contextlib.contextmanager
def _measured(channel: ChannelName) -> Iterator[None]:
    began, result = time.perf_counter(), "failed"
    try:
        yield
        result = "taken"
    except InvalidSignature:
        result = "refused"
        raise
    except Unavailable:
        result = "unavailable"
        raise
    finally:
        ANSWERED.labels(channel, result).observe(time.perf_counter() - began)


def _tell(event: str, error: Exception) -> None:
    """What went wrong and where, but not the error's own words: they may quote the customer's."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(event, error=type(error).__name__, place=f"{place.filename}:{place.lineno}")


@contextlib.contextmanager
def _at_most_told(event: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody depends on it
        _tell(event, error)


def _verify(account: OpenAccount, channel: Channel, request: WebhookRequest) -> None:
    if account.channel.name is not channel.name:
        raise InvalidSignature("The account belongs to another channel than the address called.")
    account.channel.verify(request, account.credentials)


# As much work as for an account that exists, so that the time taken does not tell which ones do:
# a secret by every name that some channel verifies with.
_SIGNING: Final = ("auth_token", "channel_secret", "client_token", "partner_key")
_NOBODY_S_SECRETS: Final = {name: (secrets.token_hex(16),) for name in _SIGNING}


def _nobody(account_id: AccountId, channel: Channel) -> OpenAccount:
    credentials = Credentials(account_id=account_id, channel=channel.name, secrets=_NOBODY_S_SECRETS)
    return OpenAccount(credentials, channel)
