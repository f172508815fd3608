"""A timer as three tell it: an agent when it is due, Temporal when it fired, PostgreSQL its effect."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

SAME: Final = timedelta(milliseconds=1)
"""PostgreSQL keeps microseconds, Temporal nanoseconds."""


@dataclass(frozen=True, kw_only=True)
class Timer:
    """What became of the timer of one conversation."""

    conversation_id: str
    due: datetime
    fired: tuple[datetime, ...]
    """Every firing of a timer of that length in the history."""
    early: bool
    """Temporal fired one before its own deadline."""
    closed_at: datetime | None


def timer(
    conversation_id: str,
    *,
    due: datetime,
    length: timedelta,
    history: Sequence[HistoryEvent],
    closed_at: datetime | None,
) -> Timer:
    """Read it from a history."""
    deadlines = _deadlines(history, length)
    fired = [
        (_at(event), deadlines[started])
        for event in history
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED
        and (started := event.timer_fired_event_attributes.started_event_id) in deadlines
    ]
    return Timer(
        conversation_id=conversation_id,
        due=due,
        fired=tuple(at for at, _ in fired),
        early=any(at < deadline for at, deadline in fired),
        closed_at=closed_at,
    )


def faults_of(
    timers: Iterable[Timer], *, back_at: datetime, fired_within: timedelta, closed_within: timedelta
) -> Iterator[str]:
    """What contradicts: each fires once, none early, none later than that after everything is back.

    What a timer causes may take longer: thousands of conversations are closed one after another.
    """
    for each in timers:
        name, ready = each.conversation_id, max(each.due, back_at)
        if len(each.fired) != 1:
            yield f"{name}: its timer fired {len(each.fired)} times"
        if each.early or any(at < each.due - SAME for at in each.fired):
            yield f"{name}: its timer fired before it was due"
        if any(at > ready + fired_within for at in each.fired):
            yield f"{name}: due {each.due}, fired {each.fired[0]}, expected by {ready + fired_within}"
        if each.closed_at is None or each.closed_at > ready + closed_within:
            latest = ready + closed_within
            yield f"{name}: due {each.due}, closed {each.closed_at}, expected by {latest}"
        elif each.closed_at < each.due - SAME:
            yield f"{name}: due {each.due}, closed before, {each.closed_at}"


def firing_lateness(timers: Iterable[Timer]) -> list[timedelta]:
    """How long after it was due each timer fired, shortest first."""
    return sorted(at - each.due for each in timers for at in each.fired)


def closing_lateness(timers: Iterable[Timer]) -> list[timedelta]:
    """How long after it was due each conversation was closed, shortest first."""
    return sorted(each.closed_at - each.due for each in timers if each.closed_at)


def _at(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(UTC)


def _deadlines(history: Sequence[HistoryEvent], length: timedelta) -> dict[int, datetime]:
    """When each timer of that length has to fire, by the event that started it."""
    started = (e for e in history if e.event_type == EventType.EVENT_TYPE_TIMER_STARTED)
    found = {}
    for event in started:
        lasts = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
        if abs(lasts - length) < timedelta(seconds=1):
            found[event.event_id] = _at(event) + lasts
    return found
