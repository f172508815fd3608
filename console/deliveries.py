"""What became of a message, as its sender reads it."""

from enum import StrEnum
from typing import Final

from console.texts import Texts
from domain.messages import DeliveryStatus
from domain.values import Value
from domain.views import DeliveryView


class Mark(StrEnum):
    """The sign beside a message. The names are those of the style sheet's icons."""

    CLOCK = "clock"
    QUESTION = "question"
    TICK = "tick"
    TICKS = "ticks"
    READ = "read"
    ALERT = "alert"
    PAUSE = "pause"
    CROSS = "cross"


MARKS: Final = {
    DeliveryStatus.PARKED: Mark.PAUSE,
    DeliveryStatus.QUEUED: Mark.CLOCK,
    DeliveryStatus.UNKNOWN: Mark.QUESTION,
    DeliveryStatus.ACCEPTED: Mark.TICK,
    DeliveryStatus.SENT: Mark.TICK,
    DeliveryStatus.DELIVERED: Mark.TICKS,
    DeliveryStatus.READ: Mark.READ,
    DeliveryStatus.FAILED: Mark.ALERT,
    DeliveryStatus.WITHDRAWN: Mark.CROSS,
    DeliveryStatus.EXPIRED: Mark.CROSS,
}


class Fate(Value):
    """A sign and its words. What needs attention, or has ended otherwise than meant, is spelled out."""

    mark: Mark
    text: str
    is_spelled_out: bool = False


_SPELLED_OUT: Final = frozenset({Mark.QUESTION, Mark.ALERT, Mark.CROSS})


def fate_of(delivery: DeliveryView, texts: Texts) -> Fate:
    """The mark for a delivery status, with the doubt shown where there is one."""
    mark = MARKS[delivery.status]
    text = texts.deliveries[delivery.status]
    if delivery.status is DeliveryStatus.FAILED and (reason := _reason(delivery, texts)):
        text = texts.failed_because.format(reason=reason)
    if delivery.status is DeliveryStatus.WITHDRAWN and delivery.error_text:
        text = texts.skipped_because.format(reason=delivery.error_text)
    if delivery.via is not None:
        over = texts.failed_over if mark is Mark.ALERT else texts.sent_over
        text = over.format(status=text, channel=texts.channels[delivery.via])
    if delivery.resent_in_doubt:
        text = f"{text}, {texts.in_doubt_twice}"
    is_unusual = delivery.resent_in_doubt or delivery.via is not None
    return Fate(mark=mark, text=text, is_spelled_out=mark in _SPELLED_OUT or is_unusual)


def _reason(delivery: DeliveryView, texts: Texts) -> str:
    code = texts.error_code.format(code=delivery.error_code) if delivery.error_code else ""
    if delivery.error_text and code:
        return f"{delivery.error_text} ({code})"
    return delivery.error_text or code
