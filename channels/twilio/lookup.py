"""What Twilio knows of our own messages: whether it took one."""

from datetime import datetime, timedelta
from typing import Any, Final

from channels.twilio.sending import body_of
from channels.twilio.status import STATUSES
from domain.errors import OutcomeUnknown
from domain.messages import DeliveryStatus, OutboundMessage, Receipt, TemplateUse

# Our clock and Twilio's may differ. Generous, because known messages are left out by their ids.
SKEW: Final = timedelta(minutes=2)
PAGE_SIZE: Final = 100
MOST_SENT: Final = 300


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
