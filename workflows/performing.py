"""From a machine's effects to what one projection writes. Pure."""

from collections.abc import Iterable
from typing import Final

from domain.conversations import Memory, ParkedReply, State
from domain.effects import (
    Announce,
    Assign,
    Effect,
    EnterState,
    ExpireParked,
    FreeCapacity,
    HoldCapacity,
    JoinQueue,
    ReleaseParked,
    SettleOffer,
    Trigger,
    Unassign,
    WithdrawParked,
)
from domain.ids import MessageId, OfferId
from domain.messages import DeliveryStatus
from domain.offers import OfferState

_SHOWN: Final = (
    Announce,
    Assign,
    EnterState,
    ExpireParked,
    FreeCapacity,
    HoldCapacity,
    JoinQueue,
    ReleaseParked,
    SettleOffer,
    Unassign,
    WithdrawParked,
)
"""Effects that people see; the others only concern the workflow."""
_OVER: Final = (State.WRAP_UP, State.CLOSED)


def needs_projection(effects: Iterable[Effect]) -> bool:
    """Whether any of them changes what people see."""
    return any(isinstance(effect, _SHOWN) for effect in effects)


def announcements(effects: Iterable[Effect]) -> tuple[Trigger, ...]:
    """What people are told about, in order."""
    return tuple(effect.trigger for effect in effects if isinstance(effect, Announce))


def moves(effects: Iterable[Effect]) -> bool:
    """Whether it waits in another queue with them."""
    return any(isinstance(each, JoinQueue) and each.queue_id is not None for each in effects)


def ends(effects: Iterable[Effect]) -> bool:
    """Whether the conversation is over with them, if only for its customer."""
    return any(isinstance(each, EnterState) and each.state in _OVER for each in effects)


def released(before: Memory, effects: Iterable[Effect]) -> tuple[MessageId, ...]:
    """Parked replies that may leave now, in the order in which they were parked."""
    if not any(isinstance(effect, ReleaseParked) for effect in effects):
        return ()
    return tuple(reply.message_id for reply in before.parked)


def settled(before: Memory, effects: Iterable[Effect]) -> dict[MessageId, DeliveryStatus]:
    """The fate of parked replies that these effects decide."""
    fate: dict[MessageId, DeliveryStatus] = {}
    for effect in effects:
        match effect:
            case ReleaseParked():
                fate |= _all(before.parked, DeliveryStatus.QUEUED)
            case WithdrawParked():
                fate |= _all(before.parked, DeliveryStatus.WITHDRAWN)
            case ExpireParked(now=now):
                due = (reply for reply in before.parked if reply.expires_at <= now)
                fate |= _all(due, DeliveryStatus.EXPIRED)
            case _:
                pass
    return fate


def settled_offers(effects: Iterable[Effect]) -> dict[OfferId, OfferState]:
    """What became of offers."""
    return {each.offer_id: each.outcome for each in effects if isinstance(each, SettleOffer)}


def _all(replies: Iterable[ParkedReply], status: DeliveryStatus) -> dict[MessageId, DeliveryStatus]:
    return {reply.message_id: status for reply in replies}
