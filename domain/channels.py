"""Channels, and what each can carry, as data."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.values import Value


class ChannelName(StrEnum):
    """The medium a customer writes over."""

    WHATSAPP = "whatsapp"
    LINE = "line"
    GOOGLE_BUSINESS_MESSAGES = "google_business_messages"
    RCS = "rcs"
    LIVE_CHAT = "live_chat"


class Region(StrEnum):
    """Under whose rules an organisation works."""

    COMMERCIAL = "commercial"
    GOVERNMENT = "government"


class TextUnit(StrEnum):
    """What a provider counts when it limits a text."""

    CHARACTERS = "characters"
    UTF16_UNITS = "utf16_units"
    UTF8_BYTES = "utf8_bytes"
    GRAPHEMES = "grapheme_clusters"
    """Characters as people see them."""


ANY_FILE: Final = "*/*"


class MediaRule(Value):
    """Which files may travel, and how large. Types are MIME types, or patterns; sizes are bytes."""

    types: tuple[str, ...]
    max_bytes: int


class SuggestionRule(Value):
    """What may stand beneath a message to be tapped. What exceeds it is written as lines of text."""

    most: int
    label_limit: int
    label_unit: TextUnit = TextUnit.CHARACTERS
    payload_limit: int
    url_limit: int
    kinds: tuple[str, ...] = ("reply", "open_url", "dial")


class CardRule(Value):
    """What a card carries. A card that exceeds it is written as text."""

    title_limit: int
    text_limit: int
    most_suggestions: int
    most_side_by_side: int = 1


class Capabilities(Value):
    """What a channel can do. Code outside `channels/` asks this table, never the channel's name."""

    text_limit: int
    text_unit: TextUnit = TextUnit.CHARACTERS
    service_window: timedelta | None = None
    """How long after the customer's last message free text may leave. None: always."""
    templates: bool = False
    inbound_media: tuple[MediaRule, ...] = ()
    """What customers can send. An organisation may want less."""
    outbound_media: tuple[MediaRule, ...] = ()
    media_per_message: int = 1
    suggestions: SuggestionRule | None = None
    cards: CardRule | None = None
    delivery_receipts: bool = False
    read_receipts: bool = False
    idempotent_send: bool = False
    """The provider takes a key of ours, so a repeated request is the same request."""
    afterthoughts: bool = False
    """Customers may take back or change what they said."""
    deprecated_on: date | None = None
    """When the provider ended the service, or will."""
    replaced_by: tuple[ChannelName, ...] = ()
    """What to connect instead."""
    data_goes_to: str | None = None
    """Who outside gets what is written here. None: nobody, so nobody need agree to it."""
    forbidden_regions: tuple[Region, ...] = ()
    """Where it must not be used."""


LIVE_CHANNELS = frozenset({ChannelName.LIVE_CHAT})


def is_live(channel: ChannelName) -> bool:
    """Live chat ends with its connection; every other channel is asynchronous."""
    return channel in LIVE_CHANNELS
