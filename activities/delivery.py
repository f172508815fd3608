"""Deliver one message: at least once, and as far as the provider can tell us, exactly once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from temporalio import activity

from activities import Activities
from activities.failures import as_failure, retryable
from activities.heartbeats import heartbeating
from domain.errors import (
    ChannelError,
    LookupNotOffered,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
    WindowClosed,
)
from domain.ids import AccountId, MessageId
from domain.messages import AuthorKind, DeliveryStatus, Receipt
from domain.ports import AccountHealth, Claim, Fallbacks, Outbox, Provider, SendSlots, Settled
from domain.service_window import require_sendable
from domain.values import Value

SETTLE: Final = timedelta(seconds=45)
"""How long an attempt without an answer may still be under way: the longest wait for a slot (20 s)
and the provider's time-out (15 s), with a margin. Only then is asking the provider conclusive."""

PAUSE_WHEN_LIMITED: Final = timedelta(seconds=2)
"""How long an endpoint rests after `too fast`, when the provider does not say."""

AT_ONCE: Final = timedelta(milliseconds=1)
"""The doubt is settled; the next attempt is a new one."""

WAIT_FOR_REPAIR: Final = timedelta(seconds=10)
"""How often a message whose account is refused looks whether somebody repaired it."""

SKIPPED: Final = "Not sent: the service window was over."
"""Nobody asked for an automated message, so nobody has to send it in another way."""

ALARM_EVERY: Final = timedelta(minutes=1)
"""How often the log tells of a refused account: hundreds of messages may be waiting for its repair."""


class DeliveryOutcome(Value):
    """What became of the message; `code` is the domain error's that made it fail."""

    status: DeliveryStatus
    code: str | None = None


class DeliveryActivities:
    """Delivery and its giving up."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        provider: Provider,
        slots: SendSlots,
        health: AccountHealth,
        fallbacks: Fallbacks | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._outbox = outbox
        self._provider = provider
        self._slots = slots
        self._health = health
        self._fallbacks = fallbacks
        self._now = now
        self._alarmed: dict[AccountId, datetime] = {}

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (self.deliver_message, self.give_up_delivery)

    @activity.defn
    async def deliver_message(self, message_id: MessageId) -> DeliveryOutcome:
        """One attempt. Raises a retryable failure when another attempt may succeed."""
        async with heartbeating():
            claim = await self._outbox.claim(message_id)
            if isinstance(claim, Settled):
                return DeliveryOutcome(status=claim.status, code=claim.error_code)
            structlog.contextvars.bind_contextvars(account_id=str(claim.account_id))
            if claim.doubtful_since is None:
                return await self._attempt(claim)
            await self._outbox.doubtful(message_id)
            if await self._has_key(claim):  # the same request again; in doubt until it is answered
                return await self._attempt(claim)
            return await self._resolve(claim, claim.doubtful_since)

    @activity.defn
    async def give_up_delivery(self, message_id: MessageId) -> DeliveryOutcome:
        """The time for retries is over: the agent sees the message as failed."""
        reason = (
            "The provider could not be reached for too long. Check the account, then send it again."
        )
        status = await self._outbox.failed(message_id, code="gave_up", reason=reason)
        return DeliveryOutcome(status=status, code="gave_up")

    async def _attempt(self, claim: Claim) -> DeliveryOutcome:
        try:
            require_sendable(
                is_template=claim.is_template, expires_at=claim.window_expires_at, now=self._now()
            )
            wait = await self._slots.reserve(claim.endpoint_id)
            await asyncio.sleep(wait.total_seconds())
            receipt = await self._provider.send(claim.account_id, claim.message)
        except WindowClosed as error:
            return await self._fail(claim, error)
        except ChannelError as error:
            return await self._not_accepted(claim, error)
        return await self._accept(claim, receipt)

    async def _resolve(self, claim: Claim, since: datetime) -> DeliveryOutcome:
        """An earlier attempt left no answer: ask the provider before anything is sent again."""
        message_id = claim.message.message_id
        settled_at = since + SETTLE
        if self._now() < settled_at:
            raise as_failure(_doubt(), retry=True, after=settled_at - self._now())
        try:
            receipt = await self._find(claim, since)
        except LookupNotOffered:
            await self._outbox.resend_in_doubt(message_id)
            raise as_failure(_doubt(), retry=True, after=AT_ONCE) from None
        except ChannelError as error:
            raise retryable(error) from error
        if receipt is None:
            reason = "The provider did not get the earlier attempt."
            await self._outbox.not_taken(message_id, code="not_taken", reason=reason)
            raise as_failure(_doubt(), retry=True, after=AT_ONCE)
        return await self._accept(claim, receipt)

    async def _find(self, claim: Claim, since: datetime) -> Receipt | None:
        if claim.without_key:
            raise LookupNotOffered("The earlier attempt cannot be told from a new one.")
        return await self._provider.find_sent(claim.account_id, claim.message, since)

    async def _has_key(self, claim: Claim) -> bool:
        """Then it may be repeated at any time, even while the earlier request is under way."""
        return not claim.without_key and await self._provider.takes_keys(claim.account_id)

    async def _accept(self, claim: Claim, receipt: Receipt) -> DeliveryOutcome:
        status = await self._outbox.accepted(claim.message.message_id, receipt)
        await self._health.report_success(claim.account_id)
        return DeliveryOutcome(status=status)

    async def _fail(self, claim: Claim, error: WindowClosed | ChannelError) -> DeliveryOutcome:
        message_id = claim.message.message_id
        if isinstance(error, WindowClosed) and claim.message.author is AuthorKind.SYSTEM:
            status = await self._outbox.skipped(message_id, code=error.code, reason=SKIPPED)
            return DeliveryOutcome(status=status)
        shown = (error.provider_code if isinstance(error, ChannelError) else None) or error.code
        status = await self._outbox.failed(message_id, code=shown, reason=str(error))
        # What another channel says of a message does not concern the conversation.
        return DeliveryOutcome(status=status, code=None if claim.diverted else error.code)

    async def _not_accepted(self, claim: Claim, error: ChannelError) -> DeliveryOutcome:
        """Record what the refusal means, then fail for good or raise for another attempt."""
        message_id = claim.message.message_id
        if isinstance(error, RecipientUnreachable) and await self._leaves_otherwise(claim):
            raise as_failure(error, retry=True, after=AT_ONCE)
        if not error.retryable:
            return await self._fail(claim, error)
        if not error.outcome_known:
            await self._outbox.doubtful(message_id)
            settle = timedelta() if await self._has_key(claim) else SETTLE
            pause = max(settle, error.retry_after or timedelta())
            raise as_failure(error, retry=True, after=pause or None)
        if claim.doubtful_since is None:  # else this refusal says nothing of the earlier attempt
            await self._outbox.not_taken(message_id, code=error.code, reason=str(error))
        if isinstance(error, RateLimited):
            await self._slots.slow_down(claim.endpoint_id, error.retry_after or PAUSE_WHEN_LIMITED)
        if error.needs_operator:
            await self._alarm(claim.account_id, str(error))
            raise as_failure(error, retry=True, after=WAIT_FOR_REPAIR)
        raise retryable(error)

    async def _leaves_otherwise(self, claim: Claim) -> bool:
        """Only what surely did not leave may leave by another channel."""
        if self._fallbacks is None or claim.doubtful_since is not None or claim.diverted:
            return False
        return await self._fallbacks.divert(claim)

    async def _alarm(self, account_id: AccountId, why: str) -> None:
        await self._health.report_error(account_id, why)
        last = self._alarmed.get(account_id)
        if last is None or self._now() - last >= ALARM_EVERY:
            self._alarmed[account_id] = self._now()
            activity.logger.error("account refused: %s", why, extra={"account_id": str(account_id)})


def _doubt() -> OutcomeUnknown:
    return OutcomeUnknown("An earlier attempt has no answer yet; the provider will be asked.")
