"""A conversation: its states, what can happen to it, and what processes tell each other about it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field

from domain.channels import ChannelName
from domain.ids import AgentId, ContactId, ConversationId, EndpointId, MessageId, QueueId, WorkstreamId
from domain.offers import OfferPurpose, OfferTerms
from domain.timers import Deadline, TimerPolicy
from domain.values import Value


class State(StrEnum):
    """Where a conversation is. The names are fixed: API, SQL and search attributes use them."""

    OPEN = "open"
    """In a queue, with a bot, or offered to an agent."""
    ACTIVE = "active"
    """An agent has it and may write freely."""
    WAITING = "waiting"
    """Its agent left without ending it; no capacity is used (asynchronous channels only)."""
    DISCONNECTED = "disconnected"
    """Live chat: the customer's connection is lost; the grace period runs."""
    RECONNECT_WINDOW = "reconnect_window"
    """Live chat: the same agent is held for the customer to come back."""
    TEMPLATE_ONLY = "template_only"
    """Assigned, but the service window is over: only an approved template may leave."""
    WRAP_UP = "wrap_up"
    """Ended; the agent finishes notes."""
    CLOSED = "closed"
    """Final. A new message starts a new conversation."""


OFFERED_IN: Final = {
    OfferPurpose.ASSIGNMENT: (State.OPEN,),
    OfferPurpose.TRANSFER: (State.ACTIVE, State.TEMPLATE_ONLY),
}
"""An offer is made only in these states, and withdrawn when its conversation leaves them."""


class Event(StrEnum):
    """What can happen to a conversation."""

    CUSTOMER_WROTE = "customer_wrote"
    CHAT_STARTED = "chat_started"
    CUSTOMER_LEFT = "customer_left"
    CUSTOMER_ENDED = "customer_ended"
    CUSTOMER_RETURNED = "customer_returned"
    CONNECTION_LOST = "connection_lost"
    OFFERED = "offered"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    PICKED = "picked"
    ASSIGNED = "assigned"
    REVIVED = "revived"
    AGENT_ENDED = "agent_ended"
    SESSION_CLOSED = "session_closed"
    AGENT_AWAY = "agent_away"
    AGENT_RETURNED = "agent_returned"
    AGENT_LOST = "agent_lost"
    RELEASED = "released"
    TRANSFERRED_TO_QUEUE = "transferred_to_queue"
    TRANSFERRED_TO_AGENT = "transferred_to_agent"
    CUSTOMER_OPTED_OUT = "customer_opted_out"
    WINDOW_CLOSING = "window_closing"
    SERVICE_WINDOW_EXPIRED = "service_window_expired"
    PARKED_REPLY_EXPIRED = "parked_reply_expired"
    GRACE_EXPIRED = "grace_expired"
    RECONNECT_EXPIRED = "reconnect_expired"
    WRAP_UP_BLOCK_EXPIRED = "wrap_up_block_expired"
    WRAP_UP_EXPIRED = "wrap_up_expired"
    INACTIVITY_EXPIRED = "inactivity_expired"
    AUTO_CLOSE = "auto_close"
    OVERFLOWED = "overflowed"
    OVERFLOW_ENDED = "overflow_ended"
    BOT_ENDED = "bot_ended"
    FORCE_CLOSED = "force_closed"


class MailKind(StrEnum):
    """What a conversation's workflow is told through its mailbox."""

    CUSTOMER_WROTE = "customer_wrote"
    WINDOW_REFUSED = "window_refused"
    """The provider said that the service window is over (Twilio 63016), whatever our clock says."""
    CUSTOMER_OPTED_OUT = "customer_opted_out"
    CHAT_STARTED = "chat_started"
    """Live chat: it may begin before anything is said."""
    CONNECTION_LOST = "connection_lost"
    CUSTOMER_RETURNED = "customer_returned"
    CUSTOMER_ENDED = "customer_ended"
    RESTORED = "restored"
    """The database was restored from a backup: its positions count on from here."""
    SYSTEM_WROTE = "system_wrote"
    """An automated message is to leave."""
    OFFERED = "offered"
    """It is proposed to an agent: `offer` says to whom, and until when."""
    AGENT_AWAY = "agent_away"
    """Its agent's last window is gone."""
    AGENT_RETURNED = "agent_returned"
    OVERFLOW_ENDED = "overflow_ended"
    """It came to a queue that keeps nothing now: closed, or full."""


class Mail(Value):
    """One item of a conversation's mailbox: ids and facts, never what was said.

    `position` counts up by one within a conversation and is given out under a row lock, so the
    workflow recognises a repeated item by one comparison.
    """

    position: int
    kind: MailKind
    at: datetime
    message_id: MessageId | None = None
    has_media: bool = False
    offer: OfferTerms | None = None
    wrote_at: datetime | None = None
    """When the customer wrote, if that was before it came: webhooks are late, or lost and recovered."""
    agent_id: AgentId | None = None
    """Whom it is about; by the time it is read another agent may have the conversation."""


class ParkedReply(Value):
    """An agent's answer that waits for the customer to open the service window again."""

    message_id: MessageId
    expires_at: datetime


class Memory(Value):
    """Everything a conversation remembers between two events. The machine's only input and output."""

    channel: ChannelName
    state: State = State.OPEN
    service_window: timedelta | None = None
    persistent: bool = False
    """A live chat that outlives its connection: only an agent ends it."""
    last_inbound_at: datetime
    window_expires_at: datetime | None = None
    agent_id: AgentId | None = None
    preferred_agent_id: AgentId | None = None
    """Asked first when the conversation is routed again."""
    queue_id: QueueId | None = None
    """Where it went since it began. None: nowhere."""
    queued_at: datetime | None = None
    """Since when it waits, or waited last, in its queue."""
    session_open: bool = False
    """The agent keeps the conversation on their desk; a returning customer meets them again."""
    holds_capacity: bool = False
    offer: OfferTerms | None = None
    """Whom it is offered to now."""
    deadlines: dict[Deadline, datetime] = Field(default_factory=dict)
    parked: tuple[ParkedReply, ...] = ()
    closing: Event | None = None
    """The event whose closing was refused because mail was on its way; see Deadline.CLOSE_RETRY."""


class KnownState(Value):
    """Where PostgreSQL last saw a conversation. Read only when its workflow was lost."""

    state: State
    revision: int
    last_inbound_at: datetime
    window_expires_at: datetime | None = None
    agent_id: AgentId | None = None
    preferred_agent_id: AgentId | None = None
    holds_capacity: bool | None = None
    """None: whoever has it, as releases before this one said nothing of it."""
    offer: OfferTerms | None = None


class ConversationStart(Value):
    """What a conversation's workflow begins with. Names are for operators; no address, no text."""

    conversation_id: ConversationId
    channel: ChannelName
    opened_at: datetime
    service_window: timedelta | None = None
    persistent: bool = False
    timers: TimerPolicy = TimerPolicy()
    queue_id: QueueId
    queue_name: str
    endpoint_name: str
    language: str = "en"
    known: KnownState | None = None
    """How far it had come, when PostgreSQL knows of more than an open conversation."""


class ConversationStatus(Value):
    """What a running conversation says of itself (query `status`)."""

    state: State
    agent_id: AgentId | None = None
    window_expires_at: datetime | None = None
    offer: OfferTerms | None = None
    deadlines: dict[Deadline, datetime] = Field(default_factory=dict)
    handled: int = 0
    waiting_deliveries: int = 0
    parked: int = 0


class ConversationRecord(Value):
    """A conversation as PostgreSQL has it: the read model, and what intake needs."""

    conversation_id: ConversationId
    channel: ChannelName
    endpoint_id: EndpointId
    contact_id: ContactId
    workstream_id: WorkstreamId
    queue_id: QueueId
    agent_id: AgentId | None = None
    state: State = State.OPEN
    opened_at: datetime
    last_inbound_at: datetime
    window_expires_at: datetime | None = None
    state_changed_at: datetime
    closed_at: datetime | None = None
    close_reason: str | None = None
    ended_by: str | None = None
    """The event that put it into wrap-up, or closed it from its queue. A live chat is over with it."""
    language: str = "en"
