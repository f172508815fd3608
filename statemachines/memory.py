"""What each effect leaves in a conversation's memory."""

from collections.abc import Iterable
from typing import Any

from domain.conversations import Memory
from domain.effects import (
    Assign,
    ClearDeadline,
    Effect,
    EnterState,
    ExpireParked,
    FreeCapacity,
    HoldCapacity,
    JoinQueue,
    MakeOffer,
    OpenWindow,
    ReleaseParked,
    SetDeadline,
    SettleOffer,
    Unassign,
    WithdrawParked,
)


def remember(memory: Memory, effects: Iterable[Effect]) -> Memory:
    """The memory after these effects, applied in order."""
    for effect in effects:
        memory = memory.model_copy(update=_change(memory, effect))
    return memory


def _change(memory: Memory, effect: Effect) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one line an effect
    match effect:
        case EnterState(state=state):
            return {"state": state}
        case Assign(agent_id=agent_id):
            return {"agent_id": agent_id, "preferred_agent_id": None, "session_open": True}
        case Unassign(remember=again):
            preferred = (memory.agent_id or memory.preferred_agent_id) if again else None
            return {"agent_id": None, "preferred_agent_id": preferred, "session_open": False}
        case HoldCapacity():
            return {"holds_capacity": True}
        case FreeCapacity():
            return {"holds_capacity": False}
        case JoinQueue(queue_id=queue_id, at=at):
            return {"queue_id": queue_id or memory.queue_id, "queued_at": at}
        case MakeOffer(terms=terms):
            return {"offer": terms}
        case SettleOffer(offer_id=offer_id):
            is_it = memory.offer is not None and memory.offer.offer_id == offer_id
            return {"offer": None} if is_it else {}
        case OpenWindow(wrote_at=wrote_at, expires_at=expires_at):
            return {"last_inbound_at": wrote_at, "window_expires_at": expires_at}
        case SetDeadline(deadline=deadline, at=at):
            return {"deadlines": {**memory.deadlines, deadline: at}}
        case ClearDeadline(deadline=deadline):
            return {"deadlines": {k: v for k, v in memory.deadlines.items() if k is not deadline}}
        case ReleaseParked() | WithdrawParked():
            return {"parked": ()}
        case ExpireParked(now=now):
            return {"parked": tuple(reply for reply in memory.parked if reply.expires_at > now)}
        case _:
            return {}
