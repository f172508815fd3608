"""Which event a deadline is when it is reached, and what happens when closing has to wait."""

from datetime import datetime, timedelta
from typing import Final

from domain.conversations import Event, Memory
from domain.timers import Deadline

CLOSE_AGAIN_AFTER: Final = timedelta(seconds=5)
"""Mail that stopped a closing arrives within a second or two; then the closing is decided anew."""

EVENTS: Final[dict[Deadline, Event]] = {
    Deadline.SERVICE_WINDOW: Event.SERVICE_WINDOW_EXPIRED,
    Deadline.WINDOW_REMINDER: Event.WINDOW_CLOSING,
    Deadline.OPEN_AUTO_CLOSE: Event.AUTO_CLOSE,
    Deadline.WAITING_INACTIVITY: Event.INACTIVITY_EXPIRED,
    Deadline.CONNECTION_GRACE: Event.GRACE_EXPIRED,
    Deadline.RECONNECT_LIMIT: Event.RECONNECT_EXPIRED,
    Deadline.OFFER_COUNTDOWN: Event.OFFER_EXPIRED,
    Deadline.WRAP_UP_CAPACITY: Event.WRAP_UP_BLOCK_EXPIRED,
    Deadline.WRAP_UP_CLOSE: Event.WRAP_UP_EXPIRED,
    Deadline.PARKED_REPLY: Event.PARKED_REPLY_EXPIRED,
    Deadline.QUEUE_OVERFLOW: Event.OVERFLOWED,
    Deadline.AGENT_LOST: Event.AGENT_LOST,
}


def earliest(memory: Memory) -> tuple[Deadline, datetime] | None:
    """The deadline that comes first; of two at the same time, the one named first."""
    if not memory.deadlines:
        return None
    order = list(Deadline)
    return min(memory.deadlines.items(), key=lambda item: (item[1], order.index(item[0])))


def event_of(memory: Memory, deadline: Deadline) -> Event | None:
    """The event that this deadline is; None when it lost its meaning."""
    return memory.closing if deadline is Deadline.CLOSE_RETRY else EVENTS[deadline]


def without(memory: Memory, deadline: Deadline) -> Memory:
    """The memory when this deadline is over."""
    left = {name: at for name, at in memory.deadlines.items() if name is not deadline}
    return memory.model_copy(update={"deadlines": left})


def postpone_closing(memory: Memory, event: Event, now: datetime) -> Memory:
    """The memory when `event` would close, but mail is on its way: stay, and look again soon."""
    deadlines = {name: at for name, at in memory.deadlines.items() if EVENTS.get(name) is not event}
    deadlines[Deadline.CLOSE_RETRY] = now + CLOSE_AGAIN_AFTER
    return memory.model_copy(update={"closing": event, "deadlines": deadlines})
