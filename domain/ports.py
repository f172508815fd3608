"""What activities need from the world. Adapters and repositories fulfil these; tests use fakes."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from pydantic import Field

from domain.conversations import Event, State
from domain.effects import Trigger
from domain.ids import AccountId, AgentId, ConversationId, EndpointId, MessageId, OfferId, QueueId
from domain.messages import DeliveryStatus, OutboundMessage, Receipt
from domain.offers import OfferState
from domain.timers import TimerPolicy
from domain.values import Value


class Claim(Value):
    """The right to make one attempt at delivering a message.

    `doubtful_since`: an earlier attempt began then and its outcome was never recorded.
    """

    message: OutboundMessage
    account_id: AccountId
    endpoint_id: EndpointId
    conversation_id: ConversationId
    attempt: int
    is_template: bool
    window_expires_at: datetime | None
    doubtful_since: datetime | None = None
    without_key: bool = False
    """This attempt, or the one in doubt, has no key, whatever the channel offers."""
    diverted: bool = False
    """It leaves by another channel than its conversation's."""


class Settled(Value):
    """The message needs no attempt: its fate is known already."""

    status: DeliveryStatus
    error_code: str | None = None


class Outbox(Protocol):
    """Outbound messages and what became of them."""

    async def claim(self, message_id: MessageId) -> Claim | Settled:
        """Begin an attempt, durably, before anything leaves. Raise NotFound for an unknown id."""

    async def accepted(self, message_id: MessageId, receipt: Receipt) -> DeliveryStatus:
        """The provider took it. Applies callbacks that came early; returns the status now."""

    async def not_taken(self, message_id: MessageId, *, code: str, reason: str) -> None:
        """The attempt surely failed; the message waits for another one."""

    async def doubtful(self, message_id: MessageId) -> None:
        """Nobody knows whether this attempt succeeded. Shown as `unknown` until resolved."""

    async def resend_in_doubt(self, message_id: MessageId) -> None:
        """Give the doubt up: allow another attempt, on record that the message may arrive twice."""

    async def failed(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        """Give up for good. A status that the provider reported meanwhile wins."""

    async def skipped(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        """It must not leave, and nobody has to do anything about it."""


class Fallbacks(Protocol):
    """Other ways to a customer who cannot be reached, where a workstream wants them."""

    async def divert(self, claim: Claim) -> bool:
        """Have the message leave by another channel with its next attempt; False: there is none."""


class Provider(Protocol):
    """The channel a message leaves by, whichever it is."""

    async def send(self, account_id: AccountId, message: OutboundMessage) -> Receipt:
        """Hand one message to the provider. Raise ChannelError."""

    async def find_sent(
        self, account_id: AccountId, message: OutboundMessage, since: datetime
    ) -> Receipt | None:
        """Ask the provider whether it took this message since then; None: it may be sent again.

        Raise LookupNotOffered when there is no way to know, or another ChannelError.
        """

    async def takes_keys(self, account_id: AccountId) -> bool:
        """Whether a message may be sent again at any time: its provider knows it by our key."""


class SendSlots(Protocol):
    """The pace at which one endpoint may send, shared by all processes."""

    async def reserve(self, endpoint_id: EndpointId) -> timedelta:
        """Take the next slot; return how long to wait for it. Raise RateLimited when too far off."""

    async def slow_down(self, endpoint_id: EndpointId, pause: timedelta) -> None:
        """The provider complained: nobody sends from this endpoint before `pause` is over."""


class AccountHealth(Protocol):
    """What operators are told about an account."""

    async def report_error(self, account_id: AccountId, message: str) -> None:
        """The provider refuses this account; raise an alarm."""

    async def report_success(self, account_id: AccountId) -> None:
        """The provider takes messages of this account again."""


class Projection(Value):
    """A conversation's state on its way into the read model.

    `revision` counts up with each projection of a conversation: an older one never overwrites.
    """

    conversation_id: ConversationId
    revision: int
    state: State
    at: datetime
    agent_id: AgentId | None = None
    queue_id: QueueId | None = None
    preferred_agent_id: AgentId | None = None
    holds_capacity: bool = False
    announcements: tuple[Trigger, ...] = ()
    ended_by: Event | None = None
    """The event that ended it, when this is that projection."""
    offers: dict[OfferId, OfferState] = Field(default_factory=dict)
    """Offers that are over."""
    settled: dict[MessageId, DeliveryStatus] = Field(default_factory=dict)
    """Parked replies whose fate was decided: queued again, withdrawn or expired."""


class CloseRequest(Value):
    """Close, provided that the workflow has handled the conversation's whole mailbox."""

    conversation_id: ConversationId
    handled: int
    """The highest mailbox position the workflow has handled."""
    at: datetime
    reason: str


class CapacityRequest(Value):
    """An agent wants a conversation that nobody offered to them."""

    conversation_id: ConversationId
    agent_id: AgentId
    forced: bool = False
    """Whatever their limits are: its customer comes back to them."""


class CapacityKeeper(Protocol):
    """What agents hold already, and what they may hold."""

    async def take(self, request: CapacityRequest) -> str | None:
        """Reserve what the conversation takes; or say why not. Repeating it changes nothing."""


class ReadModel(Protocol):
    """What people see of conversations."""

    async def project(self, projection: Projection) -> tuple[MessageId, ...]:
        """Write it, unless a newer revision is there already.

        Returns the automated messages that it caused and that are still to leave; the same ones
        when it is repeated.
        """

    async def close(self, request: CloseRequest) -> bool:
        """Close and say True; say False when mail is on its way that the workflow has not seen.

        Repeating a request that closed says True again.
        """

    async def reclaim(self, conversation_id: ConversationId) -> int:
        """Have every message that is still to leave handed over again; return how many those are."""

    async def timer_policy(self, conversation_id: ConversationId) -> TimerPolicy:
        """The durations that apply to this conversation now."""


class MediaCopier(Protocol):
    """Brings a customer's files into our own store."""

    async def copy(self, message_id: MessageId) -> None:
        """Fetch, check and keep every pending file of a message. Raise MediaUnavailable to retry."""

    async def give_up(self, message_id: MessageId, reason: str) -> None:
        """Mark what is still pending as failed, so that the agent sees it."""


class Reconciler(Protocol):
    """Finds what webhooks lost."""

    async def account_ids(self) -> list[AccountId]:
        """Every enabled account."""

    async def reconcile(self, account_id: AccountId) -> int:
        """Ask the provider, where it can be asked, for what came since the last look.

        Returns how many messages were new. Ends in good time; repeating it goes on from there.
        """


class Eraser(Protocol):
    """Erases one person, in steps that may each be repeated."""

    async def detach(self, erasure_id: UUID) -> None:
        """From now on nothing new can belong to the person; a later message starts a new contact."""

    async def close_conversations(self, erasure_id: UUID) -> None:
        """End what still runs. Raise Unavailable while something does."""

    async def erase_some(self, erasure_id: UUID) -> int:
        """Erase one batch; return how much that was. 0: nothing is left to erase."""

    async def prove(self, erasure_id: UUID) -> int:
        """Search everything for the person and certify that nothing is left; else say how much is."""

    async def give_up(self, erasure_id: UUID) -> None:
        """Something is found again and again: let an admin know."""

    async def resume(self) -> int:
        """Start the erasures that nobody works at; return how many those were."""


class Retention(Protocol):
    """Forgets what was said when the organisation has kept it long enough."""

    async def expire_some(self) -> int:
        """Empty one batch of conversations; return how much that was. 0: nothing is due."""


class Housekeeper(Protocol):
    """Forgets what is kept only for a while."""

    async def tidy(self) -> dict[str, int]:
        """How many rows were forgotten, by what they were."""
