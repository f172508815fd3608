"""LINE's webhook events (https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects)."""

import json
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from simulator.line.ids import new_event_id
from simulator.records import Media, Message
from simulator.utterance import Utterance

Event: TypeAlias = dict[str, Any]
MEMBER: Final = "U" + "0" * 32
# Who has no reply token: there is nobody to answer, or nothing to answer.
_UNANSWERABLE: Final = frozenset({"unfollow", "leave", "unsend", "memberLeft"})
_DURATION_MS: Final = 3000
# Whatever is not a message; anything else, the types of the future too, is one.
HAPPENINGS: Final = {
    "follow": "follow",
    "unfollow": "unfollow",
    "join": "join",
    "leave": "leave",
    "unsend": "unsend",
    "edit": "messageEdited",
    "button": "postback",
    "list": "postback",
    "member_joined": "memberJoined",
    "member_left": "memberLeft",
}


def event_of(message: Message, *, utterance: Utterance, media: list[Media], reply_token: str) -> Event:
    """One event. `extra` of the utterance overrides or adds properties: `mode`, for one."""
    kind = HAPPENINGS.get(utterance.type, "message")
    event = {
        "type": kind,
        "mode": "active",
        "timestamp": round(message.updated_at.timestamp() * 1000),
        "source": source_of(message.customer),
        "webhookEventId": new_event_id(),
        "deliveryContext": {"isRedelivery": False},
        **_inside(kind, message, utterance, media),
        **utterance.extra,
    }
    is_answerable = kind not in _UNANSWERABLE and event["mode"] == "active"
    return event | ({"replyToken": reply_token} if is_answerable else {})


def source_of(chat: str) -> Event:
    """A person, or a person in a group or a room."""
    if chat.startswith("U"):
        return {"type": "user", "userId": chat}
    kind = "group" if chat.startswith("C") else "room"
    return {"type": kind, f"{kind}Id": chat, "userId": MEMBER}


def body_of(destination: str, events: list[Event]) -> bytes:
    return json.dumps({"destination": destination, "events": events}, ensure_ascii=False).encode()


def redelivered(event: Event) -> Event:
    """The same event again; only this differs."""
    return {**event, "deliveryContext": {"isRedelivery": True}}


def _inside(kind: str, message: Message, utterance: Utterance, media: list[Media]) -> Event:
    member = {"members": [{"type": "user", "userId": MEMBER}]}
    told: dict[str, Callable[[], Event]] = {
        "message": lambda: {"message": _message(message, utterance, media)},
        "messageEdited": lambda: {"message": _message(message, utterance, media)},
        "unsend": lambda: {"unsend": {"messageId": message.message_id}},
        "follow": lambda: {"follow": {"isUnblocked": False}},
        "postback": lambda: {"postback": _postback(utterance)},
        "memberJoined": lambda: {"joined": member},
        "memberLeft": lambda: {"left": member},
    }
    return told.get(kind, dict[str, Any])()


def _message(message: Message, utterance: Utterance, media: list[Media]) -> Event:
    kind = {"document": "file", "edit": "text", "contacts": "file"}.get(message.kind, message.kind)
    found: Event = {"id": message.message_id, "type": kind, **_content(kind, message, utterance, media)}
    if kind in {"text", "image", "video", "sticker"}:
        found["quoteToken"] = message.details["quote_token"]
    if utterance.type != "edit":
        found["markAsReadToken"] = message.details["read_token"]
    if message.reply_to is not None:
        found["quotedMessageId"] = message.reply_to
    return found


def _content(kind: str, message: Message, utterance: Utterance, media: list[Media]) -> Event:
    if kind == "location" and utterance.location is not None:
        place = utterance.location
        return {
            "title": place.label,
            "address": place.address,
            "latitude": place.latitude,
            "longitude": place.longitude,
        }
    if kind == "sticker":
        return _sticker(message)
    if kind == "file":
        return {"fileName": media[0].file_name or "file", "fileSize": media[0].size}
    if media:
        timed = {"duration": _DURATION_MS} if kind in {"audio", "video"} else {}
        return {"contentProvider": {"type": "line"}, **timed}
    return {"text": message.text}


def _sticker(message: Message) -> Event:
    return {
        "packageId": "789",
        "stickerId": "10855",
        "stickerResourceType": "MESSAGE" if message.text else "STATIC",
        "keywords": ["hello"],
        **({"text": message.text} if message.text else {}),
    }


def _postback(utterance: Utterance) -> Event:
    tap = utterance.tap
    return {"data": (tap.payload or tap.text) if tap else utterance.text}
