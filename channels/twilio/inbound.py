"""A customer's message as Twilio tells it (https://www.twilio.com/docs/messaging/guides/webhook-request).

Example bodies: tests/contract/payloads/twilio. The set of parameters and types is open.
"""

import re
from collections.abc import Callable
from typing import Final

import phonenumbers

from channels.file_types import clean_type, safe_name
from channels.twilio.account import SERVICE_SID
from channels.twilio.form import Form
from domain.errors import UnreadableWebhook
from domain.ids import new_id
from domain.messages import (
    Choice,
    Content,
    Location,
    Media,
    MediaItem,
    MediaState,
    MessageReceived,
    Sender,
    Text,
    Unsupported,
)

MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
# `whatsapp:` and a number or a business-scoped user id, which has up to 131 characters.
ADDRESS: Final = re.compile(r"[a-z]+:[\w+.\-]{1,200}", re.ASCII)
_PHONE: Final = re.compile(r"whatsapp:(\+\d{5,18})", re.ASCII)
# One or more words and an ending, on one line: how a document's name looks in `Body`.
_FILE_NAME: Final = re.compile(r"[^\r\n/\\]{1,200}\.[A-Za-z0-9]{1,8}")
MAX_MEDIA: Final = 10
_NAME_LIMIT: Final = 256
_DETAIL_LIMIT: Final = 2048
_PAYLOAD_LIMIT: Final = 4096


def message(form: Form) -> MessageReceived:
    """Read one inbound message. Raise UnreadableWebhook when it cannot be filed anywhere."""
    return MessageReceived(
        provider_message_id=_required(form, "MessageSid", MESSAGE_SID),
        endpoint_address=_required(form, "To", ADDRESS),
        sender=_sender(form),
        content=content(form),
        reply_to=_optional(form, "OriginalRepliedMessageSid", MESSAGE_SID),
        details=_details(form),
    )


def sender_of(address: str, display_name: str | None = None) -> Sender:
    """A person by address alone. Since 2026 an address may be a user name, which is no phone."""
    return Sender(address=address, display_name=display_name, phone=_phone(address))


def _required(form: Form, name: str, shape: re.Pattern[str]) -> str:
    value = _optional(form, name, shape)
    if value is None:
        raise UnreadableWebhook(f"Twilio's {name} is missing or not one.")
    return value


def _optional(form: Form, name: str, shape: re.Pattern[str]) -> str | None:
    value = form.text(name)
    return value if shape.fullmatch(value) else None


def _sender(form: Form) -> Sender:
    # Twilio's changelog and its requests disagree on the name of the business-scoped user id.
    user_id = form.text("ExternalUserId") or form.text("ExternalUserIdentifier")
    ids = {"wa_id": form.text("WaId"), "external_user_id": user_id}
    sender = sender_of(
        _required(form, "From", ADDRESS), form.text("ProfileName", limit=_NAME_LIMIT) or None
    )
    return sender.model_copy(
        update={"other_ids": {name: value[:_NAME_LIMIT] for name, value in ids.items() if value}}
    )


def _phone(address: str) -> str | None:
    match = _PHONE.fullmatch(address)
    if match is None:
        return None
    try:
        number = phonenumbers.parse(match[1])
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# -- content -------------------------------------------------------------------------------------


def content(form: Form) -> Content:
    """What the customer said. What we cannot show is kept as Unsupported."""
    kind = form.text("MessageType", limit=_NAME_LIMIT) or _kind_by_fields(form)
    read = _READERS.get(kind, _media)  # a type we do not know may still carry files
    return read(form) or Unsupported(provider_type=kind, text=form.text("Body"))


def _kind_by_fields(form: Form) -> str:
    fields = {
        "MediaUrl0": "image",
        "Latitude": "location",
        "ListId": "interactive",
        "ButtonPayload": "button",
    }
    return next((kind for field, kind in fields.items() if form.text(field)), "text")


def _nothing(_form: Form) -> Content | None:
    return None


def _text(form: Form) -> Content | None:
    return Text(text=body) if (body := form.text("Body")) else None


def _media(form: Form) -> Content | None:
    count = _media_count(form)
    body = form.text("Body")
    name = safe_name(body) if _is_file_name(form) else None
    items = tuple(_media_item(form, position, name) for position in range(count))
    return Media(items=items, caption="" if name else body) if items else None


def _media_count(form: Form) -> int:
    """As many as announced, or as there are addresses: a wrong number must not lose a file."""
    text = form.text("NumMedia", limit=3)
    announced = int(text) if text.isascii() and text.isdigit() else 0
    present = sum(f"MediaUrl{position}" in form for position in range(MAX_MEDIA))
    return min(max(announced, present), MAX_MEDIA)


def _is_file_name(form: Form) -> bool:
    """WhatsApp names a document in the place of its caption."""
    return form.text("MessageType") == "document" and bool(_FILE_NAME.fullmatch(form.text("Body")))


def _media_item(form: Form, position: int, name: str | None) -> MediaItem:
    url = form.text(f"MediaUrl{position}", limit=_DETAIL_LIMIT)
    return MediaItem(
        media_id=new_id(),
        mime_type=clean_type(form.text(f"MediaContentType{position}")),
        file_name=name,
        source_url=url or None,
        state=MediaState.PENDING if url else MediaState.FAILED,
        reason=None if url else "Twilio announced this file and did not say where it is.",
    )


def _location(form: Form) -> Content | None:
    try:
        return Location(
            latitude=float(form.text("Latitude")),
            longitude=float(form.text("Longitude")),
            label=form.text("Label", limit=_DETAIL_LIMIT) or None,
            address=form.text("Address", limit=_DETAIL_LIMIT) or None,
        )
    except ValueError:  # not a number, or not on this planet
        return None


def _button(form: Form) -> Content | None:
    label = form.text("ButtonText") or form.text("Body")
    payload = form.text("ButtonPayload", limit=_PAYLOAD_LIMIT) or label
    return Choice(text=label or payload, payload=payload, source="button") if payload else None


def _interactive(form: Form) -> Content | None:
    row = form.text("ListId", limit=_PAYLOAD_LIMIT)
    if row:
        label = form.text("ListTitle") or form.text("Body") or row
        about = form.text("ListDescription", limit=_DETAIL_LIMIT) or None
        return Choice(text=label, payload=row, source="list", description=about)
    return _button(form) if form.text("ButtonPayload") else None


_READERS: Final[dict[str, Callable[[Form], Content | None]]] = {
    "text": _text,
    "location": _location,
    "button": _button,
    "interactive": _interactive,
}

# -- details -------------------------------------------------------------------------------------

_REFERRAL: Final = {
    "ReferralBody": "referral_body",
    "ReferralHeadline": "referral_headline",
    "ReferralSourceId": "referral_source_id",
    "ReferralSourceType": "referral_source_type",
    "ReferralSourceUrl": "referral_source_url",
    "ReferralMediaId": "referral_media_id",
    "ReferralMediaContentType": "referral_media_content_type",
    "ReferralMediaUrl": "referral_media_url",
    "ReferralCtwaClid": "referral_ctwa_clid",
}
_FLAGS: Final = {"Forwarded": "forwarded", "FrequentlyForwarded": "frequently_forwarded"}


def _details(form: Form) -> dict[str, str]:
    found = {ours: form.text(theirs, limit=_DETAIL_LIMIT) for theirs, ours in _REFERRAL.items()}
    found |= {ours: "true" for theirs, ours in _FLAGS.items() if form.text(theirs).lower() == "true"}
    found["messaging_service_sid"] = _optional(form, "MessagingServiceSid", SERVICE_SID) or ""
    kind = form.text("MessageType", limit=_NAME_LIMIT)
    found["message_type"] = "" if kind == "text" else kind
    return {name: value for name, value in found.items() if value}
