"""What Twilio knows: whether it took a message of ours, and what customers wrote meanwhile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from channels.file_types import clean_type
from channels.twilio.inbound import MESSAGE_SID, sender_of
from channels.twilio.sending import body_of
from channels.twilio.status import STATUSES
from domain.errors import ChannelError, OutcomeUnknown
from domain.ids import new_id
from domain.messages import (
    Content,
    DeliveryStatus,
    Media,
    MediaItem,
    MessageReceived,
    OutboundMessage,
    Receipt,
    TemplateUse,
    Text,
    Unsupported,
)

# Our clock and Twilio's may differ. Generous, because known messages are left out by their ids.
SKEW: Final = timedelta(minutes=2)
PAGE_SIZE: Final = 100
MOST_SENT: Final = 300
MOST_RECEIVED: Final = 5000
MOST_FILES: Final = 10
RECOVERED: Final = "recovered"
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


async def find_sent(
    messages: Any,  # noqa: ANN401 - the SDK is untyped
    message: OutboundMessage,
    since: datetime,
    already_known: frozenset[str],
) -> Receipt | None:
    """The message among those sent to this person since then.

    Not filtered by DateSent: it is empty while a message is queued, and a message that is
    overlooked is sent twice. The list of one sender and recipient, newest first, is short.
    """
    listed = await messages.list_async(
        to=message.recipient, from_=message.endpoint_address, limit=MOST_SENT, page_size=PAGE_SIZE
    )
    candidates = [
        each
        for each in listed
        if each.sid not in already_known and _is_recent(each, since) and _is_same(each, message)
    ]
    if not candidates and len(listed) >= MOST_SENT and all(_is_recent(each, since) for each in listed):
        raise OutcomeUnknown("Too many messages to this person since then to find this one.")
    # The earliest: were it taken twice, the first is the one this attempt made.
    found = min(candidates, key=lambda each: each.date_created, default=None)
    return receipt(found) if found else None


def receipt(taken: Any) -> Receipt:  # noqa: ANN401 - the SDK is untyped
    """Twilio's word that it has a message."""
    return Receipt(
        provider_message_id=taken.sid, status=STATUSES.get(taken.status, DeliveryStatus.ACCEPTED)
    )


def _is_recent(listed: Any, since: datetime) -> bool:  # noqa: ANN401 - the SDK is untyped
    if not isinstance(listed.date_created, datetime):
        raise OutcomeUnknown("Twilio's list does not say when it took a message.")
    return listed.date_created >= since - SKEW


def _is_same(listed: Any, message: OutboundMessage) -> bool:  # noqa: ANN401 - the SDK is untyped
    if not str(listed.direction).startswith("outbound"):
        return False
    if int(listed.num_media or 0) != len(message.media_urls):
        return False
    body, expected = _squeezed(listed.body or ""), _squeezed(body_of(message.content))
    # The list does not name the template, and shows no text for some kinds of it.
    return body == expected or (isinstance(message.content, TemplateUse) and not body)


def _squeezed(text: str) -> str:
    """Twilio trims and rewrites white space."""
    return " ".join(text.split())


async def received_since(
    messages: Any,  # noqa: ANN401 - the SDK is untyped
    address: str,
    since: datetime,
    base_url: str,
) -> list[MessageReceived]:
    """What customers wrote to an endpoint, oldest first."""
    listed = await messages.list_async(
        to=address, date_sent_after=since - SKEW, limit=MOST_RECEIVED, page_size=PAGE_SIZE
    )
    if len(listed) >= MOST_RECEIVED:
        # Half a list would move the watermark past messages nobody has read.
        raise ChannelError(f"More than {MOST_RECEIVED} messages to recover: ask for a shorter time.")
    # Listed newest first, in whole seconds: turned round, a stable sort keeps the order within one.
    found = [each async for each in _inbound(messages, listed[::-1], base_url)]
    return sorted(found, key=lambda each: each.sent_at or _EARLIEST)


async def _inbound(messages: Any, listed: list[Any], base_url: str) -> AsyncIterator[MessageReceived]:  # noqa: ANN401
    for each in listed:
        if each.direction == "inbound" and MESSAGE_SID.fullmatch(each.sid or ""):
            yield MessageReceived(
                provider_message_id=each.sid,
                endpoint_address=each.to,
                sender=sender_of(each.from_),
                content=await _content(messages, each, base_url),
                sent_at=each.date_sent or each.date_created,
                details={RECOVERED: "true"},
            )


async def _content(messages: Any, listed: Any, base_url: str) -> Content:  # noqa: ANN401
    """The list keeps text and files; what else a message had is gone."""
    body = (listed.body or "").replace("\x00", "\ufffd")
    if int(listed.num_media or 0):
        files = await messages(listed.sid).media.list_async(limit=MOST_FILES, page_size=MOST_FILES)
        return Media(items=tuple(_item(file, base_url) for file in files), caption=body)
    return Text(text=body) if body else Unsupported(provider_type=RECOVERED)


def _item(file: Any, base_url: str) -> MediaItem:  # noqa: ANN401 - the SDK is untyped
    address = f"{base_url}/{str(file.uri).lstrip('/')}".removesuffix(".json")
    return MediaItem(
        media_id=new_id(), mime_type=clean_type(file.content_type or ""), source_url=address
    )
