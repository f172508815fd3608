"""Waiting in a queue: words of the table about it, and what becomes of a wait that was too long."""

from datetime import datetime

from domain.conversations import Event, Memory, State
from domain.effects import JoinQueue, SetDeadline, Trigger
from domain.timers import Deadline, QueueOverflow, TimerPolicy
from statemachines.deadlines import without
from statemachines.firing import Firing


class Queueing(Firing):
    """Into a queue, and out of it for want of people."""

    def watch_the_wait(self) -> None:
        """What the customer writes meanwhile makes no wait longer."""
        overflow = self.timers.queue_overflow
        if overflow is not None and Deadline.QUEUE_OVERFLOW not in self.memory.deadlines:
            at = _reached_at(self.memory, overflow, self.now)
            self._ask(SetDeadline(deadline=Deadline.QUEUE_OVERFLOW, at=at))

    def wait_for_nobody(self) -> None:
        """Whoever might have answered first said no: what was put off for them is due again."""
        overflow, queued_at = self.timers.queue_overflow, self.memory.queued_at
        if overflow is not None and queued_at and Deadline.QUEUE_OVERFLOW in self.memory.deadlines:
            at = max(queued_at + overflow.after, self.now)
            self._ask(SetDeadline(deadline=Deadline.QUEUE_OVERFLOW, at=at))

    def another_queue_takes_it(self) -> bool:
        overflow = self.timers.queue_overflow
        return overflow is not None and overflow.queue_id is not None

    def move_on(self) -> None:
        overflow = self.timers.queue_overflow
        if overflow is None or overflow.queue_id is None:
            raise ValueError(f"{self.event} needs a queue")
        self._ask(JoinQueue(queue_id=overflow.queue_id, at=self.now))

    def announce_overflow(self) -> None:
        self._announce(Trigger.OVERFLOW_ENDED)

    def _queue_again(self) -> None:
        self._ask(JoinQueue(at=self.now))
        if self.timers.queue_overflow is not None:
            self._arm(Deadline.QUEUE_OVERFLOW, self.timers.queue_overflow.after)


def overflowing(memory: Memory, timers: TimerPolicy, now: datetime) -> Event | None:
    """What it is that the wait seems to be over; None: it is not, as its queue says by now."""
    overflow = timers.queue_overflow
    if overflow is None or now < _reached_at(memory, overflow, now):
        return None
    return Event.OVERFLOWED if overflow.queue_id else Event.OVERFLOW_ENDED


def settled_in(memory: Memory, timers: TimerPolicy, now: datetime) -> Memory:
    """The memory when the durations of its queue have become known, or have changed."""
    memory = without(memory, Deadline.QUEUE_OVERFLOW)
    if timers.queue_overflow is None or memory.state is not State.OPEN:
        return memory
    at = _reached_at(memory, timers.queue_overflow, now)
    deadlines = {**memory.deadlines, Deadline.QUEUE_OVERFLOW: at}
    return memory.model_copy(update={"deadlines": deadlines})


def looked_at_again(memory: Memory) -> Memory:
    """The memory when closing had to wait for mail: that may be an offer, or whatever ends the wait."""
    at = memory.deadlines.get(Deadline.CLOSE_RETRY)
    if at is None:
        return memory
    memory = without(memory, Deadline.CLOSE_RETRY)
    return memory.model_copy(update={"deadlines": {**memory.deadlines, Deadline.QUEUE_OVERFLOW: at}})


def _reached_at(memory: Memory, overflow: QueueOverflow, now: datetime) -> datetime:
    """Whoever is asked may answer first."""
    at = (memory.queued_at or now) + overflow.after
    return max(at, memory.offer.expires_at) if memory.offer else at
