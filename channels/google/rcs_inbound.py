"""An event of RCS for Business in our words.

https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/receive
https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events
Example events, without their envelopes: tests/contract/payloads/rcs. The set of types is open.
"""

import re
from collections.abc import Callable
from logging import getLogger
from typing import Final

from channels.fields import Fields
from channels.file_types import clean_type, safe_name
from channels.google import errors
from channels.google.filing import DETAIL_LIMIT, NotFilable, first_id, tapped
from channels.google.receipts import own_id, status_of
from channels.webhooks import Parsed, Unreadable
from domain.customer_events import ConsentReported, InboundEvent, TypingReported
from domain.ids import new_id
from domain.messages import (
    Content,
    DeliveryStatus,
    Location,
    Media,
    MediaItem,
    MediaState,
    MessageReceived,
    Sender,
    StatusReported,
    Text,
    Unsupported,
)

AGENT: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
AGENT_SUFFIX: Final = "@rbm.goog"
"""Some of Google's pages write an agent as an address; it is the same agent."""
PHONE: Final = re.compile(r"\+\d{5,18}", re.ASCII)
_LAUNCH_STATES: Final = frozenset({"PENDING", "LAUNCHED", "REJECTED", "SUSPENDED", "UNLAUNCHED"})
_ENVELOPE: Final = frozenset(
    {"agentId", "senderPhoneNumber", "messageId", "eventId", "sendTime", "richMessageClassification"}
)
_logger: Final = getLogger(__name__)


def read(body: Fields) -> Parsed:
    """What a webhook carried: one event, or none that concerns a conversation."""
    if "newLaunchState" in body:
        _tell_launch(body)
        return Parsed()
    try:
        return Parsed(events=(_event(body),))
    except NotFilable as error:
        return Parsed(unreadable=(Unreadable(raw=body.raw, why=str(error)),))


def agent_id(text: str) -> str:
    """An agent's id in its one spelling, or ""."""
    bare = text.strip().removesuffix(AGENT_SUFFIX)
    return bare if AGENT.fullmatch(bare) else ""


def _event(body: Fields) -> InboundEvent:
    kind = body.text("eventType", limit=100)
    if not kind:
        return _message(body)
    return _EVENTS.get(kind, _stranger)(body)


def _tell_launch(body: Fields) -> None:
    """Google launched or suspended an agent. It belongs to no conversation: operators read it."""
    states = [body.text(name) for name in ("oldLaunchState", "newLaunchState")]
    known = [state if state in _LAUNCH_STATES else "something new" for state in states]
    _logger.warning("Google changed the launch state of an RCS agent from %s to %s", *known)


# -- events --------------------------------------------------------------------------------------


def _receipt(body: Fields) -> InboundEvent:
    report = status_of(first_id(body.text("messageId")), body.text("eventType"))
    if report is None:
        raise NotFilable("A receipt of a kind that we do not know.")
    return report


def _typing(body: Fields) -> InboundEvent:
    return TypingReported(endpoint_address=_agent(body), address=_phone(body), is_typing=True)


def _consent(body: Fields) -> InboundEvent:
    """Comes with a word such as STOP as a message of its own, in either order, and repeatedly."""
    return ConsentReported(
        endpoint_address=_agent(body),
        sender=_sender(body),
        opted_out=body.text("eventType") == "UNSUBSCRIBE",
        reported_at=body.moment("sendTime"),
    )


def _expired(body: Fields) -> InboundEvent:
    """Not delivered in time. Even if it could not be taken back: a receipt may still outrank this."""
    message_id, code = first_id(body.text("messageId")), body.text("eventType")
    return StatusReported(
        provider_message_id=message_id,
        message_id=own_id(message_id),
        status=DeliveryStatus.EXPIRED,
        error_code=code,
        error_text=errors.explain(code, errors.RCS).advice,
    )


def _stranger(body: Fields) -> InboundEvent:
    """Of a type that Google has added since: kept, as what this person did."""
    return MessageReceived(
        provider_message_id=first_id(body.text("eventId")),
        endpoint_address=_agent(body),
        sender=_sender(body),
        content=Unsupported(provider_type=body.text("eventType", limit=100)),
        sent_at=body.moment("sendTime"),
    )


_EVENTS: Final[dict[str, Callable[[Fields], InboundEvent]]] = {
    "DELIVERED": _receipt,
    "READ": _receipt,
    "IS_TYPING": _typing,
    "UNSUBSCRIBE": _consent,
    "SUBSCRIBE": _consent,
    errors.TTL_REVOKED: _expired,
    errors.TTL_REVOKE_FAILED: _expired,
}


# -- messages ------------------------------------------------------------------------------------


def _message(body: Fields) -> MessageReceived:
    """What a person said. The tap on a suggested action has an event's id and no message's."""
    return MessageReceived(
        provider_message_id=first_id(body.text("messageId"), body.text("eventId")),
        endpoint_address=_agent(body),
        sender=_sender(body),
        content=_content(body),
        sent_at=body.moment("sendTime"),
        details=_details(body),
    )


def _content(body: Fields) -> Content:
    kind = next((name for name in _READERS if name in body), None)
    if kind is None:
        strangers = sorted(name for name in body.names - _ENVELOPE if name in body)
        return Unsupported(provider_type=strangers[0][:100] if strangers else "message")
    return _READERS[kind](body) or Unsupported(provider_type=kind)


def _text(body: Fields) -> Content | None:
    return Text(text=text) if (text := body.text("text")) else None


def _suggestion(body: Fields) -> Content | None:
    return tapped(body.child("suggestionResponse"))


def _location(body: Fields) -> Content | None:
    place = body.child("location")
    if not place:
        return None
    try:
        # Google leaves out a coordinate that is zero.
        return Location(
            latitude=place.number("latitude") or 0, longitude=place.number("longitude") or 0
        )
    except ValueError:  # not on this planet
        return None


def _file(body: Fields) -> Content | None:
    file = body.child("userFile").child("payload")
    if not file:
        return None
    url = file.text("fileUri", limit=DETAIL_LIMIT)
    item = MediaItem(
        media_id=new_id(),
        mime_type=clean_type(file.text("mimeType")),
        file_name=safe_name(file.text("fileName")),
        source_url=url or None,
        state=MediaState.PENDING if url else MediaState.FAILED,
        reason=None if url else "Google announced this file and did not say where it is.",
    )
    return Media(items=(item,))


_READERS: Final[dict[str, Callable[[Fields], Content | None]]] = {
    "text": _text,
    "suggestionResponse": _suggestion,
    "location": _location,
    "userFile": _file,
}


def _details(body: Fields) -> dict[str, str]:
    """In the United States, how a message is billed."""
    billed = body.child("richMessageClassification")
    segments = billed.number("segmentCount")
    found = {
        "message_classification": billed.text("classificationType", limit=DETAIL_LIMIT),
        "segment_count": "" if segments is None else f"{segments:.0f}",
    }
    return {name: value for name, value in found.items() if value}


# -- where it belongs ----------------------------------------------------------------------------


def _agent(body: Fields) -> str:
    agent = agent_id(body.text("agentId"))
    if not agent:
        raise NotFilable("It names no agent.")
    return agent


def _phone(body: Fields) -> str:
    phone = body.text("senderPhoneNumber")
    if not PHONE.fullmatch(phone):
        raise NotFilable("It names no phone number.")
    return phone


def _sender(body: Fields) -> Sender:
    phone = _phone(body)
    return Sender(address=phone, phone=phone)
