"""Live chat: who is at the other end, and the shapes in which customers see their chat."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from domain.conversations import Event, State
from domain.ids import ConversationId, EndpointId, MediaId, MessageId
from domain.messages import (
    AuthorKind,
    CardWords,
    Choice,
    Erased,
    Location,
    MediaState,
    PictureSize,
    Text,
    Unsupported,
)
from domain.suggestions import Suggestions
from domain.values import Value


class Visitor(Value):
    """A customer at a widget.

    `address`: `user:…` with who vouches for them, where a shop does; else `visitor:…`.
    """

    address: str
    authenticated: bool = False
    display_name: str | None = None
    email: str | None = None
    phone: str | None = None
    context: dict[str, str] = Field(default_factory=dict)
    """What else the shop says of them."""


class ChatSession(Value):
    """One customer at one widget in one browser, all its tabs together."""

    session_id: UUID
    widget_id: EndpointId
    visitor: Visitor
    conversation_id: ConversationId | None = None
    """The chat it takes part in. Only to that one does its connection matter."""


class Page(Value):
    """A page of the shop that the customer visited."""

    url: str
    title: str = ""
    at: datetime | None = None


class ChatStart(Value):
    """What a customer, and the page they are on, say when a chat begins."""

    locale: str | None = None
    pre_chat: dict[str, str] = Field(default_factory=dict)
    context: dict[str, str] = Field(default_factory=dict)
    page: Page | None = None


class ChatFacts(Value):
    """What is known of a chat beside its transcript, for the people inside."""

    conversation_id: ConversationId
    locale: str | None = None
    authenticated: bool = False
    email: str | None = None
    phone: str | None = None
    pre_chat: dict[str, str] = Field(default_factory=dict)
    context: dict[str, str] = Field(default_factory=dict)
    pages: tuple[Page, ...] = ()
    post_chat: dict[str, str] = Field(default_factory=dict)
    persistent: bool = False
    lost_at: datetime | None = None
    """Since when the customer is not connected."""
    expected_until: datetime | None = None
    """How long they are waited for, while an agent has the chat."""


EndedReason: TypeAlias = Literal[
    "agent_ended",
    "customer_ended",
    "connection_lost",
    "reconnect_expired",
    "no_agent",
    "force_closed",
]

ENDED_REASONS: dict[str, EndedReason] = {
    Event.AGENT_ENDED: "agent_ended",
    Event.CUSTOMER_ENDED: "customer_ended",
    Event.CUSTOMER_LEFT: "customer_ended",
    Event.GRACE_EXPIRED: "connection_lost",
    Event.RECONNECT_EXPIRED: "reconnect_expired",
    Event.AUTO_CLOSE: "no_agent",
    Event.OVERFLOW_ENDED: "no_agent",
    Event.INACTIVITY_EXPIRED: "no_agent",
    Event.BOT_ENDED: "agent_ended",
    Event.FORCE_CLOSED: "force_closed",
}
"""Why a chat ended, in words that mean something to a customer."""

OVER: tuple[State, ...] = (State.WRAP_UP, State.CLOSED)
"""States of a chat that is over for its customer."""


class ChatView(Value):
    """A chat as its customer sees it. `queue_position`: 1 is next; null once somebody took it."""

    conversation_id: ConversationId
    state: State
    can_write: bool
    agent_name: str | None = None
    queue_position: int | None = None
    average_wait_seconds: int | None = None
    """How long customers of the last hour waited in this queue. Null: there were none."""
    ended_reason: EndedReason | None = None
    started_at: datetime
    persistent: bool = False


class ChatFile(Value):
    """A file of a message, with addresses that open it for a short while."""

    media_id: MediaId
    mime_type: str
    state: MediaState
    file_name: str | None = None
    size: int | None = None
    reason: str | None = None
    thumbnail: PictureSize | None = None
    url: str | None = None
    thumbnail_url: str | None = None


class ChatMedia(Value):
    """Files, with an optional caption."""

    kind: Literal["media"] = "media"
    items: tuple[ChatFile, ...]
    caption: str = ""


class ChatCard(CardWords):
    """A picture with words and things to tap."""

    image: ChatFile | None = None


class ChatCards(Value):
    """Cards side by side. Replies that can be tapped, there or beneath, are answered as choices."""

    kind: Literal["cards"] = "cards"
    cards: tuple[ChatCard, ...]
    suggestions: Suggestions = ()


ChatContent: TypeAlias = Annotated[
    Text | ChatMedia | ChatCards | Location | Choice | Unsupported | Erased, Field(discriminator="kind")
]


class ChatMessage(Value):
    """One line of a chat as its customer sees it. `status` tells of their own messages."""

    message_id: MessageId
    seq: int
    author: AuthorKind
    author_name: str | None = None
    at: datetime
    content: ChatContent
    client_id: UUID | None = None
    status: Literal["sent", "delivered", "read", "failed"] = "sent"


class ChatSnapshot(Value):
    """Everything a window needs to show a chat. `cursor`: follow from here."""

    conversation: ChatView
    messages: tuple[ChatMessage, ...]
    has_more: bool
    cursor: str


class SessionOpened(Value):
    """A new session. The token is told once, and is all that a browser has to keep."""

    session_token: str = Field(repr=False)
    authenticated: bool
    display_name: str | None = None
    current: ChatSnapshot | None = None
    reconnectable: ChatView | None = None
    """A chat that this customer lost; it goes on if they say so."""


class MessageFrame(Value):
    """A message is new, or different from before."""

    type: Literal["message"] = "message"
    cursor: str
    message: ChatMessage


class ConversationFrame(Value):
    """The chat itself changed."""

    type: Literal["conversation"] = "conversation"
    cursor: str
    conversation: ChatView


class TypingFrame(Value):
    """Somebody writes to the customer, or has stopped."""

    type: Literal["typing"] = "typing"
    is_typing: bool
    name: str | None = None


class ResetFrame(Value):
    """Forget what you have and start from this."""

    type: Literal["reset"] = "reset"
    snapshot: ChatSnapshot


Frame: TypeAlias = MessageFrame | ConversationFrame | TypingFrame | ResetFrame
