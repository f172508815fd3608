"""A timer that fires early, twice, late or never is noticed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import (
    HistoryEvent,
    TimerFiredEventAttributes,
    TimerStartedEventAttributes,
)

from tests.faults.timers import Timer, faults_of, timer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=10)
DUE = NOON + LENGTH
MINUTE = timedelta(minutes=1)


def _event(number: int, at: datetime, **more: object) -> HistoryEvent:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return HistoryEvent(event_id=number, event_time=stamp, **more)  # type: ignore[arg-type]


def _started(number: int, at: datetime, lasts: timedelta = LENGTH) -> HistoryEvent:
    length = Duration()
    length.FromTimedelta(lasts)
    return _event(
        number,
        at,
        event_type=EventType.EVENT_TYPE_TIMER_STARTED,
        timer_started_event_attributes=TimerStartedEventAttributes(start_to_fire_timeout=length),
    )


def _fired(number: int, at: datetime, started: int) -> HistoryEvent:
    return _event(
        number,
        at,
        event_type=EventType.EVENT_TYPE_TIMER_FIRED,
        timer_fired_event_attributes=TimerFiredEventAttributes(started_event_id=started),
    )


def _read(*history: HistoryEvent, closed_at: datetime | None = DUE) -> Timer:
    return timer("one", due=DUE, length=LENGTH, history=history, closed_at=closed_at)


def _faults(read: Timer) -> list[str]:
    return list(faults_of([read], back_at=NOON + MINUTE, fired_within=MINUTE, closed_within=MINUTE))


def test_a_timer_on_time_is_no_fault() -> None:
    another = _started(1, NOON, lasts=timedelta(hours=23))
    assert not _faults(_read(another, _started(2, NOON), _fired(3, DUE, 2)))


def test_an_outage_excuses_lateness_until_it_is_over() -> None:
    late = NOON + 2 * MINUTE
    assert not _faults(_read(_started(1, NOON), _fired(2, late, 1), closed_at=late))


@pytest.mark.parametrize(
    "wrong",
    [
        _read(_started(1, NOON)),
        _read(_started(1, NOON), _fired(2, DUE, 1), _started(3, NOON), _fired(4, DUE, 3)),
        _read(_started(1, NOON), _fired(2, DUE - MINUTE, 1)),
        _read(_started(1, NOON), _fired(2, NOON + 3 * MINUTE, 1)),
        _read(_started(1, NOON), _fired(2, DUE, 1), closed_at=DUE - MINUTE),
        _read(_started(1, NOON), _fired(2, DUE, 1), closed_at=NOON + 3 * MINUTE),
        _read(_started(1, NOON), _fired(2, DUE, 1), closed_at=None),
    ],
    ids=["never", "twice", "early", "late", "closed early", "closed late", "never closed"],
)
def test_a_wrong_timer_is_a_fault(wrong: Timer) -> None:
    assert _faults(wrong)
    assert _faults(replace(wrong, conversation_id="another"))
