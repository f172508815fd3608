"""What a person said on LINE (https://developers.line.biz/en/reference/messaging-api/#message-event)."""

import mimetypes
from collections.abc import Callable
from typing import Final, TypeAlias

from channels.fields import Fields
from channels.file_types import UNKNOWN, clean_type, safe_name
from channels.line_api.actions import tapped
from channels.line_api.envelope import ID
from channels.line_api.inline import emojis, mentions, readable
from domain.errors import UnreadableWebhook
from domain.ids import new_id
from domain.messages import (
    Choice,
    Content,
    Location,
    Media,
    MediaItem,
    MediaState,
    Text,
    Unsupported,
)

Details: TypeAlias = dict[str, str]
_DETAIL_LIMIT: Final = 2048
_PAYLOAD_LIMIT: Final = 4096
_URL_LIMIT: Final = 2048
MOST_KEYWORDS: Final = 15
_ELSEWHERE: Final = "The sender's app keeps this file at an address of its own; it is not fetched."
# What LINE makes of files on its way; the bytes have the last word.
_TYPES: Final = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4"}
_NAMED: Final = mimetypes.MimeTypes(filenames=())


class ContentReader:
    """Reads the `message` of an event; knows where files and stickers are fetched."""

    def __init__(self, *, content_url: str, sticker_url: str) -> None:
        self._content_url = content_url
        self._sticker_url = sticker_url
        self._readers: dict[str, Callable[[Fields], tuple[Content | None, Details]]] = {
            "text": _text,
            "image": self._file,
            "video": self._file,
            "audio": self._file,
            "file": self._file,
            "location": _location,
            "sticker": self._sticker,
        }

    def read(self, message: Fields) -> tuple[Content, Details]:
        """Content and details. What cannot be shown is kept as Unsupported."""
        if not message:
            raise UnreadableWebhook("This event has no message.")
        kind = message.text("type", limit=100) or "nothing"
        content, details = self._readers.get(kind, _nothing)(message)
        if content is None:
            content = Unsupported(provider_type=kind, text=message.text("text"))
        return content, details

    def _file(self, message: Fields) -> tuple[Content | None, Details]:
        provider = message.child("contentProvider")
        name = safe_name(message.text("fileName"))
        duration, images = message.whole("duration"), message.child("imageSet")
        details = {
            "duration_ms": "" if duration is None else str(duration),
            "image_set_id": images.text("id", limit=100),
            "image_set_index": str(images.whole("index") or ""),
            "image_set_total": str(images.whole("total") or ""),
        }
        if provider.text("type", limit=20) == "external":
            return _kept_elsewhere(message, provider), details
        item = MediaItem(
            media_id=new_id(),
            mime_type=_type_of(message.text("type"), name),
            file_name=name,
            size=message.whole("fileSize"),
            source_url=self._address_of(message),
        )
        return Media(items=(item,)), details

    def _address_of(self, message: Fields) -> str:
        message_id = message.matching("id", ID)
        if not message_id:
            raise UnreadableWebhook("This file has no id by which it could be fetched.")
        return f"{self._content_url}/v2/bot/message/{message_id}/content"

    def _sticker(self, message: Fields) -> tuple[Content | None, Details]:
        """The picture, and what it says."""
        keywords = message.texts("keywords", limit=MOST_KEYWORDS)
        caption = message.text("text", limit=200) or next(iter(keywords), "Sticker")
        details = {
            "package_id": message.text("packageId", limit=100),
            "sticker_id": message.text("stickerId", limit=100),
            "sticker_type": message.text("stickerResourceType", limit=100),
            "sticker_keywords": ", ".join(keywords),
        }
        sticker_id = message.matching("stickerId", ID)
        if not sticker_id:
            return Unsupported(provider_type="sticker", text=caption), details
        item = MediaItem(
            media_id=new_id(),
            mime_type="image/png",
            source_url=f"{self._sticker_url}/stickershop/v1/sticker/{sticker_id}/android/sticker.png",
        )
        return Media(items=(item,), caption=caption), details


def postback(fields: Fields) -> tuple[Content, Details]:
    """A tap on a button; a date picker's or a rich menu's carries more than its data."""
    params = fields.child("params")
    picked = next(
        filter(None, (params.text(name, limit=40) for name in ("datetime", "date", "time"))), ""
    )
    data = fields.text("data", limit=_PAYLOAD_LIMIT)
    details = {
        "picked": picked,
        "rich_menu": params.text("newRichMenuAliasId", limit=100),
        "rich_menu_status": params.text("status", limit=100),
    }
    if not data:
        raise UnreadableWebhook("This postback carries no data.")
    label, payload = tapped(data)
    return Choice(text=picked or label, payload=payload, source="button"), details


def happening(kind: str, event: Fields) -> Content:
    """Something that was not said: kept, with what a person can read of it."""
    told = {
        "beacon": [event.child("beacon").text(name, limit=100) for name in ("type", "hwid")],
        "videoPlayComplete": [event.child("videoPlayComplete").text("trackingId", limit=100)],
        "accountLink": [event.child("link").text("result", limit=100)],
        "membership": [event.child("membership").text("type", limit=100)],
        "memberJoined": [str(len(event.child("joined").children("members", limit=100)))],
        "memberLeft": [str(len(event.child("left").children("members", limit=100)))],
    }
    return Unsupported(provider_type=kind, text=" ".join(filter(None, told.get(kind, []))))


def _nothing(_message: Fields) -> tuple[Content | None, Details]:
    return None, {}


def _text(message: Fields) -> tuple[Content | None, Details]:
    details = {**emojis(message), **mentions(message)}
    return (Text(text=text) if (text := readable(message)) else None), details


def _location(message: Fields) -> tuple[Content | None, Details]:
    latitude, longitude = message.number("latitude"), message.number("longitude")
    if latitude is None or longitude is None or not _is_on_earth(latitude, longitude):
        return Unsupported(
            provider_type="location", text=message.text("address", limit=_DETAIL_LIMIT)
        ), {}
    place = Location(
        latitude=latitude,
        longitude=longitude,
        label=message.text("title", limit=_DETAIL_LIMIT) or None,
        address=message.text("address", limit=_DETAIL_LIMIT) or None,
    )
    return place, {}


def _is_on_earth(latitude: float, longitude: float) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees


def _kept_elsewhere(message: Fields, provider: Fields) -> Content:
    """Its address is anybody's, so we do not go there; the agent sees it and decides."""
    item = MediaItem(
        media_id=new_id(),
        mime_type=_type_of(message.text("type"), None),
        state=MediaState.REFUSED,
        reason=_ELSEWHERE,
    )
    return Media(items=(item,), caption=provider.text("originalContentUrl", limit=_URL_LIMIT))


def _type_of(kind: str, name: str | None) -> str:
    guessed, _ = _NAMED.guess_type(name or "")
    return _TYPES.get(kind) or clean_type(guessed or UNKNOWN)
