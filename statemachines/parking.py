"""Holding a reply back until the customer writes, and taking it out again."""

from datetime import datetime

from domain.conversations import Memory, ParkedReply
from domain.ids import MessageId
from domain.timers import Deadline, TimerPolicy


def park(memory: Memory, message_id: MessageId, *, now: datetime, timers: TimerPolicy) -> Memory:
    """The memory with this reply parked; parking it again changes nothing."""
    if any(reply.message_id == message_id for reply in memory.parked):
        return memory
    reply = ParkedReply(message_id=message_id, expires_at=now + timers.parked_reply)
    return _with(memory, (*memory.parked, reply))


def withdraw(memory: Memory, message_id: MessageId) -> Memory:
    """The memory without this reply."""
    left = tuple(reply for reply in memory.parked if reply.message_id != message_id)
    return _with(memory, left)


def _with(memory: Memory, parked: tuple[ParkedReply, ...]) -> Memory:
    deadlines = dict(memory.deadlines)
    deadlines.pop(Deadline.PARKED_REPLY, None)
    if parked:
        deadlines[Deadline.PARKED_REPLY] = min(reply.expires_at for reply in parked)
    return memory.model_copy(update={"parked": parked, "deadlines": deadlines})
