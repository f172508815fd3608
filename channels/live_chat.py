"""Live chat: our own widget on a shop's page. Nothing leaves us: customers read the transcript."""

# ruff: noqa: ARG002 - the contract tells a channel more than live chat needs

from collections.abc import Collection, Mapping
from typing import Final, Protocol
from uuid import UUID

from channels.base import Explanation
from channels.extras import Parties
from channels.webhooks import Parsed, WebhookAnswer, WebhookRequest
from domain.channels import Capabilities, CardRule, ChannelName, MediaRule, SuggestionRule
from domain.configuration import Credentials
from domain.errors import (
    ContentRejected,
    InvalidInput,
    InvalidSignature,
    MediaRefused,
    UnreadableWebhook,
)
from domain.messages import (
    CARD_TEXT_LIMIT,
    MAX_CARDS,
    TITLE_LIMIT,
    DeliveryStatus,
    DownloadedMedia,
    MediaItem,
    OutboundMessage,
    Receipt,
)
from domain.suggestions import (
    LABEL_LIMIT,
    MAX_ON_A_CARD,
    MAX_SUGGESTIONS,
    PAYLOAD_LIMIT,
    URL_LIMIT,
)

TEXT_LIMIT: Final = 6_000
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
# What browsers show or save without harm, and what people send each other at work.
_FILES: Final = MediaRule(
    types=(
        *(f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "heic")),
        *(f"audio/{kind}" for kind in ("aac", "mp4", "mpeg", "ogg", "wav", "x-wav", "webm")),
        *(f"video/{kind}" for kind in ("mp4", "quicktime", "webm", "3gpp")),
        *(f"text/{kind}" for kind in ("plain", "csv", "vcard", "calendar")),
        "application/pdf",
        "application/zip",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}spreadsheetml.sheet",
        f"{_OFFICE}presentationml.presentation",
    ),
    max_bytes=100 * 1024 * 1024,
)
# The widget is ours: it shows whatever agents can write.
_SUGGESTIONS: Final = SuggestionRule(
    most=MAX_SUGGESTIONS, label_limit=LABEL_LIMIT, payload_limit=PAYLOAD_LIMIT, url_limit=URL_LIMIT
)
_CARDS: Final = CardRule(
    title_limit=TITLE_LIMIT,
    text_limit=CARD_TEXT_LIMIT,
    most_suggestions=MAX_ON_A_CARD,
    most_side_by_side=MAX_CARDS,
)
CAPABILITIES: Final = Capabilities(
    text_limit=TEXT_LIMIT,
    inbound_media=(_FILES,),
    outbound_media=(_FILES,),
    media_per_message=10,
    suggestions=_SUGGESTIONS,
    cards=_CARDS,
    delivery_receipts=True,
    read_receipts=True,
    # Sending is a mark in our own database: repeated, it is the same mark.
    idempotent_send=True,
)


class CustomerSignals(Protocol):
    """What customers at a widget are shown beside messages."""

    async def agent_types(self, widget_id: UUID, address: str, name: str | None) -> None:
        """Somebody writes an answer."""

    async def agent_read(self, widget_id: UUID, provider_message_id: str) -> None:
        """An agent has read up to this message of the customer."""


class LiveChatChannel:
    """The adapter: nobody is called, and nobody calls."""

    def __init__(self, signals: CustomerSignals) -> None:
        self._signals = signals

    @property
    def name(self) -> ChannelName:
        """The medium."""
        return ChannelName.LIVE_CHAT

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""
        return CAPABILITIES

    @property
    def callbacks(self) -> Mapping[str, str]:
        """There is no provider that could call."""
        return {}

    def endpoint_address(self, text: str) -> str:
        """A widget is its own address."""
        try:
            return str(UUID(text))
        except ValueError as error:
            raise InvalidInput("The address of a widget is its id, a UUID.") from error

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Nobody signs for live chat."""
        raise InvalidSignature("Live chat has no webhooks.")

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        """There is nothing to read."""
        raise UnreadableWebhook("Live chat has no webhooks.")

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        """Nobody hears it."""
        return WebhookAnswer()

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """It is in the transcript, which the customer's feed shows from now on."""
        return Receipt(provider_message_id=str(message.message_id), status=DeliveryStatus.SENT)

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        """Customers' files are in our store before their message is."""
        raise MediaRefused("There is no other place that this file could be fetched from.")

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:
        """Live chat has no error codes."""
        return Explanation(error_class=ContentRejected, advice="Live chat refuses nothing by itself.")

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """Nothing is missing: there is no provider to sign in to."""
        return []

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        """A widget's settings are kept beside it."""
        return []

    async def show_typing(self, parties: Parties, credentials: Credentials) -> None:
        """Tell every open window of this customer."""
        widget_id = UUID(parties.endpoint_address)
        await self._signals.agent_types(widget_id, parties.recipient, parties.agent_name)

    async def mark_read(
        self, parties: Parties, provider_message_id: str, credentials: Credentials
    ) -> None:
        """The customer sees that their message was read."""
        await self._signals.agent_read(UUID(parties.endpoint_address), provider_message_id)

    async def close(self) -> None:
        """There are no connections."""
