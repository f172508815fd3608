"""Content as LINE's message objects (https://developers.line.biz/en/reference/messaging-api/#message-objects)."""

from typing import Any, Final, TypeAlias, assert_never

from channels.line_api.actions import quick_reply
from channels.line_api.cards import flex_messages, is_fetched
from channels.splitting import measure
from domain.channels import TextUnit
from domain.errors import ContentRejected
from domain.messages import (
    Cards,
    Choice,
    Erased,
    Location,
    Media,
    MediaItem,
    OutboundMessage,
    TemplateUse,
    Text,
    Unsupported,
)

TEXT_LIMIT: Final = 5000
MOST: Final = 5
"""Objects of one call, which counts as one message of the monthly limit."""
PREVIEW_BYTES: Final = 1024 * 1024
"""A small picture is its own preview."""
_PLACE_LIMIT: Final = 100
MessageObject: TypeAlias = dict[str, Any]


def objects(message: OutboundMessage) -> list[MessageObject]:
    """What one call carries. Raise ContentRejected before asking."""
    content = message.content
    match content:
        case Text():
            found = [_text(content.text)]
        case Cards():
            found = flex_messages(content, message)
        case Media():
            found = _files(content, message)
        case Location():
            found = [_place(content)]
        case Choice() | TemplateUse() | Unsupported() | Erased():
            raise ContentRejected(f"A {content.kind} cannot be sent over LINE.")
        case _:
            assert_never(content)
    if not 0 < len(found) <= MOST:
        raise ContentRejected(f"LINE takes 1 to {MOST} parts at a time, this message has {len(found)}.")
    if isinstance(content, Text | Cards) and content.suggestions:
        found[-1]["quickReply"] = quick_reply(content.suggestions)
    return found


def _text(text: str) -> MessageObject:
    if not text.strip():
        raise ContentRejected("The message is empty.")
    if measure(text, TextUnit.UTF16_UNITS) > TEXT_LIMIT:
        raise ContentRejected(f"LINE takes {TEXT_LIMIT} characters at most. Shorten the text.")
    return {"type": "text", "text": text}


def _files(media: Media, message: OutboundMessage) -> list[MessageObject]:
    """Pictures, then the caption: LINE's pictures have none of their own."""
    if len(message.media_urls) != len(media.items):
        raise ContentRejected("A file of this message has no address. Send it again.")
    previews = message.preview_urls or ("",) * len(media.items)
    found = list(map(_file, media.items, message.media_urls, previews))
    return [*found, _text(media.caption)] if media.caption.strip() else found


def _file(item: MediaItem, url: str, preview: str) -> MessageObject:
    """A picture; a link where it is none, or where LINE would not fetch it."""
    if not preview and (item.size or 0) <= PREVIEW_BYTES:
        preview = url
    if not item.mime_type.startswith("image/") or not (is_fetched(url) and is_fetched(preview)):
        return _text(url)
    return {"type": "image", "originalContentUrl": url, "previewImageUrl": preview}


def _place(location: Location) -> MessageObject:
    """Title and address are both required."""
    coordinates = f"{location.latitude:.6f}, {location.longitude:.6f}"
    return {
        "type": "location",
        "title": _cut(location.label or location.address or "Location"),
        "address": _cut(location.address or coordinates),
        "latitude": location.latitude,
        "longitude": location.longitude,
    }


def _cut(text: str) -> str:
    """To the limit in UTF-16 units, which is never longer than LINE thinks."""
    return text.encode("utf-16-le", "replace")[: 2 * _PLACE_LIMIT].decode("utf-16-le", "ignore")
