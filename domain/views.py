"""What people see of a conversation: the shapes of transcript, lists and live events."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from domain.attendance import AgentAtWork
from domain.channels import ChannelName
from domain.conversations import ConversationRecord
from domain.ids import ContactId, ConversationId, MessageId
from domain.messages import AuthorKind, Content, DeliveryStatus, Direction
from domain.notices import ConsentShown, NoticeShown
from domain.offers import Offer
from domain.routing_decisions import USUAL_PRIORITY
from domain.skills import RequiredSkill
from domain.values import Value

FOR_AGENTS: Final = {"audience": "agent"}
"""In the details of a message that no customer ever sees."""


class DeliveryView(Value):
    """What became of an outbound message, as an agent is told."""

    status: DeliveryStatus
    error_code: str | None = None
    error_text: str | None = None
    attempts: int = 0
    resent_in_doubt: bool = False
    """Sent again although an earlier attempt may have arrived: the customer may have it twice."""
    updated_at: datetime | None = None
    via: ChannelName | None = None
    """The other channel by which it left, because the customer could not be reached by this one."""


class MessageView(Value):
    """One line of a transcript. `seq` counts up within the conversation."""

    message_id: MessageId
    conversation_id: ConversationId
    seq: int
    direction: Direction
    author: AuthorKind
    author_id: UUID | None = None
    content: Content
    at: datetime
    reply_to: MessageId | None = None
    details: dict[str, str] = Field(default_factory=dict)
    delivery: DeliveryView | None = None

    @property
    def is_for_agents(self) -> bool:
        """Only people inside may see it."""
        return self.details.items() >= FOR_AGENTS.items()


class ContactView(Value):
    """The customer of a conversation."""

    contact_id: ContactId
    display_name: str | None = None
    address: str
    phone: str | None = None
    opted_out_at: datetime | None = None


class ConversationView(ConversationRecord):
    """A conversation in a list: the record with the names people read."""

    contact: ContactView
    endpoint_name: str
    queue_name: str
    agent_name: str | None = None
    away_until: datetime | None = None
    """Live chat: the customer is not connected, and this state ends then unless they come back."""
    can_reconnect: bool = False
    """Live chat: its widget has a page to which a link can lead the customer back."""
    last_seq: int = 0
    last_message: MessageView | None = None
    """The last thing that somebody said. What is said by itself does not count."""
    monitoring_notice: NoticeShown | None = None
    """That the customer was told that conversations are kept or recorded."""
    consent: ConsentShown | None = None
    priority: int = USUAL_PRIORITY
    """The lower number first."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """What the classification rules said of it."""
    required_skills: tuple[RequiredSkill, ...] = ()


class OfferView(Offer):
    """An offer as its agent is shown it."""

    remaining: timedelta
    """How long it still stands. A clock of one's own may be wrong."""
    channel: ChannelName
    queue_name: str
    offered_by_name: str | None = None
    customer_name: str | None = None
    customer_is_known: bool = False
    """They wrote before, or have signed in."""
    first_message: MessageView | None = None
    fields: dict[str, str] = Field(default_factory=dict)
    """What else the workstream wants to be shown."""
    may_decline: bool = True


class Order(StrEnum):
    """How a list of conversations is sorted."""

    NEWEST = "newest"
    URGENCY = "urgency"
    """By priority, the lower number first; then who has waited longest."""


class LiveEventType(StrEnum):
    """What the live stream tells."""

    CONVERSATION_CHANGED = "conversation_changed"
    MESSAGE_ADDED = "message_added"
    MESSAGE_CHANGED = "message_changed"
    ANNOUNCED = "announced"
    OFFER_MADE = "offer_made"
    """Told to the agent who is asked, and to nobody else: `data` says which offer, and until when."""
    OFFER_SETTLED = "offer_settled"
    """Told to the same agent, and to who made the offer: `data` says what became of it."""
    CUSTOMER_TYPING = "customer_typing"
    """Told while it is true and never again: `data` says whether they are."""


class LiveEvent(Value):
    """One event of the live stream. `cursor` is opaque; resume after it to miss and repeat nothing."""

    cursor: str
    type: LiveEventType
    at: datetime
    conversation_id: ConversationId
    message: MessageView | None = None
    conversation: ConversationView | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class PresenceChanged(Value):
    """In the live stream: how an agent is now, and how much they have. Told to them and supervisors.

    What is told is always how it is at that time; what was missed meanwhile does not matter.
    """

    type: Literal["presence_changed"] = "presence_changed"
    cursor: str
    at: datetime
    agent: AgentAtWork


StreamEvent: TypeAlias = LiveEvent | PresenceChanged
