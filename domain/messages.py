"""Messages: what people say, which way it goes, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from domain.ids import MediaId, MessageId, TemplateId
from domain.suggestions import Suggestions, SuggestionsOfCard
from domain.values import Value

MAX_CARDS: Final = 10
"""The most that any messenger shows side by side."""
TITLE_LIMIT: Final = 200
CARD_TEXT_LIMIT: Final = 2000


class Direction(StrEnum):
    """Seen from us."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class AuthorKind(StrEnum):
    """Who is speaking."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class MediaState(StrEnum):
    """Where a file is on its way into our own store."""

    PENDING = "pending"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    ERASED = "erased"
    """Kept long enough, or its owner was erased."""


class PictureSize(Value):
    """In pixels, as it is shown."""

    width: int
    height: int


class MediaItem(Value):
    """One file of a message. `source_url` is the provider's; it never leaves the server."""

    media_id: MediaId
    mime_type: str
    state: MediaState = MediaState.PENDING
    file_name: str | None = None
    size: int | None = None
    source_url: str | None = None
    reason: str | None = None
    thumbnail: PictureSize | None = None
    """Of the small picture beside it, where there is one."""


class Text(Value):
    """Free text, and what the customer may tap beneath it."""

    kind: Literal["text"] = "text"
    text: str
    suggestions: Suggestions = ()


class Media(Value):
    """Files, with an optional caption. A contact card is a file of type text/vcard."""

    kind: Literal["media"] = "media"
    items: tuple[MediaItem, ...]
    caption: str = ""


class CardWords(Value):
    """What a card says, and what can be tapped on it."""

    title: str = Field(default="", max_length=TITLE_LIMIT)
    text: str = Field(default="", max_length=CARD_TEXT_LIMIT)
    suggestions: SuggestionsOfCard = ()


class Card(CardWords):
    """A picture with words and things to tap."""

    image: MediaItem | None = None


class Cards(Value):
    """A card, or several side by side; `suggestions` stand beneath them all."""

    kind: Literal["cards"] = "cards"
    cards: tuple[Card, ...] = Field(min_length=1, max_length=MAX_CARDS)
    suggestions: Suggestions = ()


class Location(Value):
    """A point on the map, in degrees (WGS 84)."""

    kind: Literal["location"] = "location"
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str | None = None
    address: str | None = None


class Choice(Value):
    """The customer tapped a button or a row of a list instead of typing."""

    kind: Literal["choice"] = "choice"
    text: str
    payload: str
    source: Literal["button", "list"]
    description: str | None = None


class TemplateUse(Value):
    """An approved template with its variables filled in. `text` is what the customer reads."""

    kind: Literal["template"] = "template"
    template_id: TemplateId
    name: str
    language: str
    content_sid: str
    variables: dict[str, str] = Field(default_factory=dict)
    text: str


class Unsupported(Value):
    """Something the provider sent that we can keep but not show. Never an error, never dropped."""

    kind: Literal["unsupported"] = "unsupported"
    provider_type: str
    text: str = ""


class Erased(Value):
    """Something was said here once; what it was is not kept any more."""

    kind: Literal["erased"] = "erased"


Content: TypeAlias = Annotated[
    Text | Media | Cards | Location | Choice | TemplateUse | Unsupported | Erased,
    Field(discriminator="kind"),
]


def files_of(content: Content) -> tuple[MediaItem, ...]:
    """The files that belong to it, in order."""
    match content:
        case Media():
            return content.items
        case Cards():
            return tuple(card.image for card in content.cards if card.image is not None)
        case _:
            return ()


def words_of_cards(content: Cards) -> str:
    """Titles and texts, without what can be tapped."""
    return "\n".join(part for card in content.cards for part in (card.title, card.text) if part)


class DeliveryStatus(StrEnum):
    """What became of an outbound message.

    `parked` waits behind a template invitation, `queued` waits for the provider to take it,
    `unknown` is a doubt that is being resolved (shown, never hidden); the rest is the provider's word.
    """

    PARKED = "parked"
    QUEUED = "queued"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def rank(self) -> int:
        """How far a message has come. A status of lower rank never overwrites a higher one.

        A failure outranks `sent` but not `delivered`: Twilio may report them in any order
        (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status).
        """
        return _RANKS[self]


_RANKS: dict[DeliveryStatus, int] = {
    DeliveryStatus.PARKED: 0,
    DeliveryStatus.QUEUED: 1,
    DeliveryStatus.UNKNOWN: 2,
    DeliveryStatus.ACCEPTED: 3,
    DeliveryStatus.SENT: 4,
    DeliveryStatus.FAILED: 5,
    DeliveryStatus.WITHDRAWN: 5,
    DeliveryStatus.EXPIRED: 5,
    DeliveryStatus.DELIVERED: 6,
    DeliveryStatus.READ: 7,
}


class Sender(Value):
    """The person outside, as the provider names them.

    `address` is opaque: since 2026 a WhatsApp user may have a username and no phone number.
    """

    address: str
    display_name: str | None = None
    phone: str | None = None
    other_ids: dict[str, str] = Field(default_factory=dict)


class MessageReceived(Value):
    """A provider handed us a customer's message. Parsed, not yet stored."""

    type: Literal["message_received"] = "message_received"
    provider_message_id: str
    endpoint_address: str
    sender: Sender
    content: Content
    sent_at: datetime | None = None
    """The provider's own time, where it gives one. Twilio gives none."""
    reply_to: str | None = None
    """The provider's id of the message this one quotes; it may be older than our database."""
    details: dict[str, str] = Field(default_factory=dict)
    """Facts worth keeping that have no field of their own: forwarded, referral_…, service id."""


class StatusReported(Value):
    """A provider told us what became of a message of ours."""

    type: Literal["status_reported"] = "status_reported"
    provider_message_id: str
    status: DeliveryStatus
    message_id: MessageId | None = None
    """Our own id, which we put into the callback's address: it may arrive before the provider's."""
    error_code: str | None = None
    error_text: str | None = None


class OutboundMessage(Value):
    """One message on its way out, complete: an adapter needs nothing else but its account."""

    message_id: MessageId
    endpoint_address: str
    recipient: str
    content: Content
    media_urls: tuple[str, ...] = ()
    """Signed, short-lived addresses of our own media store."""
    preview_urls: tuple[str, ...] = ()
    """One for each of `media_urls`: that of its small picture, or empty where it has none."""
    status_callback_url: str | None = None
    endpoint_settings: dict[str, str] = Field(default_factory=dict)
    author: AuthorKind = AuthorKind.AGENT
    author_name: str | None = None
    """Who speaks, for channels that show it to the customer."""
    reply_token: str | None = Field(default=None, repr=False)
    """The right to answer one message of the customer for free, where the provider gives one."""


class Receipt(Value):
    """The provider took a message and gave it a name."""

    provider_message_id: str
    status: DeliveryStatus = DeliveryStatus.ACCEPTED


class DownloadedMedia(Value):
    """A file fetched from a provider: bytes as received, type as sniffed from them."""

    content: bytes
    mime_type: str
    file_name: str | None = None


class Note(Value):
    """An agent's private remark. No customer ever sees it."""

    note_id: UUID
    agent_id: UUID
    text: str
    created_at: datetime
