"""Who is let into a queue: hours around changes of the clock and holidays, limits, rules' own words."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.channels import ChannelName
from domain.ids import new_id
from domain.operating_hours import Holiday, OperatingHours, Period, Weekday, WeeklyPeriod
from domain.overflow import (
    Entrance,
    ItemLimit,
    OutOfHours,
    Overflow,
    OverflowAction,
    OverflowCondition,
    WaitingTime,
)
from domain.routing_decisions import Arrival, Decision, Facts
from domain.routing_rules import Outcome
from routing.overflow import admitted, is_holiday

FALLBACK, BILLING, LATE = new_id(), new_id(), new_id()
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHRISTMAS = date(2026, 12, 25)
NEW_YEAR_S_EVE = date(2026, 12, 31)
OFFICE = OperatingHours(
    operating_hours_id=new_id(),
    name="Office",
    time_zone="Europe/Bucharest",
    weekly=(WeeklyPeriod(days=tuple(Weekday), opens=time(9), closes=time(17)),),
    holidays=(
        Holiday(day=CHRISTMAS, name="Christmas"),
        Holiday(
            day=NEW_YEAR_S_EVE, name="Half a day", periods=(Period(opens=time(9), closes=time(12)),)
        ),
    ),
    created_at=NOON,
    updated_at=NOON,
)
ENDS_WHEN_CLOSED = Overflow(out_of_hours=OutOfHours(action=OverflowAction.END))
MOVES_WHEN_FULL = Overflow(item_limit=ItemLimit(limit=3, action=OverflowAction.TRANSFER, queue_id=LATE))


def comes(at: datetime = NOON, *, decision: dict[str, Any] | None = None, **entrance: Any) -> Decision:
    """What is decided for a conversation that comes to the queue of a rule."""
    facts = Facts(channel=ChannelName.WHATSAPP, at=at, language="en")
    arrival = Arrival(
        conversation_id=new_id(), workstream_id=new_id(), fallback_queue_id=FALLBACK, facts=facts
    )
    values: dict[str, Any] = {"queue_id": BILLING, "by": "rule", "why": "", "language": "en"}
    made = Decision(**values | (decision or {}))
    return admitted(made, arrival, Entrance(queue_id=made.queue_id, **entrance))


def action(decision: Decision) -> OverflowAction | None:
    return decision.overflowed.action if decision.overflowed else None


def test_an_open_queue_with_room_takes_it_and_nothing_is_said_of_overflow() -> None:
    assert comes(overflow=MOVES_WHEN_FULL, waiting=2, hours=OFFICE).overflowed is None
    assert comes().overflowed is None


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        # Bucharest puts its clocks forward on 29 March 2026, and back on 25 October.
        (datetime(2026, 3, 28, 6, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 28, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 29, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 14, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 6, 30, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 14, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 31, 9, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 10, 0, tzinfo=UTC), False),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall_and_of_its_calendar(
    at: datetime, *, is_open: bool
) -> None:
    assert action(comes(at, hours=OFFICE, overflow=ENDS_WHEN_CLOSED)) is (
        None if is_open else OverflowAction.END
    )


def test_a_holiday_is_one_where_the_hours_are() -> None:
    """In Bucharest it is Christmas already while London still has the eve."""
    assert is_holiday(OFFICE, datetime(2026, 12, 24, 22, 30, tzinfo=UTC))
    assert not is_holiday(OFFICE, datetime(2026, 12, 25, 22, 30, tzinfo=UTC))
    assert not is_holiday(None, datetime(2026, 12, 25, 12, tzinfo=UTC))
    decision = comes(datetime(2026, 12, 25, 12, tzinfo=UTC), hours=OFFICE)
    assert decision.overflowed
    assert decision.overflowed.is_holiday


def test_a_queue_with_hours_and_nothing_else_keeps_it_all_the_same() -> None:
    decision = comes(NOON + timedelta(hours=8), hours=OFFICE)
    assert (action(decision), decision.queue_id) == (OverflowAction.ASSIGN_ANYWAY, BILLING)


def test_as_many_as_the_limit_wait_then_another_queue_takes_it() -> None:
    decision = comes(overflow=MOVES_WHEN_FULL, waiting=3)
    assert decision.queue_id == LATE
    assert decision.overflowed
    assert decision.overflowed.condition is OverflowCondition.ITEM_LIMIT
    assert decision.overflowed.from_queue_id == BILLING
    assert decision.overflowed.why == "3 or more wait in the queue, so another queue takes it."


def test_hours_come_before_the_limit() -> None:
    both = MOVES_WHEN_FULL.model_copy(update={"out_of_hours": OutOfHours(action=OverflowAction.END)})
    decision = comes(NOON + timedelta(hours=8), hours=OFFICE, overflow=both, waiting=3)
    assert action(decision) is OverflowAction.END


def test_a_fallback_queue_keeps_everything_but_knows_its_hours() -> None:
    of_a_rule = {"queue_id": FALLBACK, "overflow": ENDS_WHEN_CLOSED}
    closed = comes(
        NOON + timedelta(hours=8), decision=of_a_rule, hours=OFFICE, overflow=ENDS_WHEN_CLOSED
    )
    assert action(closed) is OverflowAction.ASSIGN_ANYWAY
    assert comes(decision=of_a_rule, overflow=MOVES_WHEN_FULL, waiting=100).overflowed is None


def test_what_a_rule_says_counts_in_place_of_what_its_queue_says() -> None:
    full = {"overflow": MOVES_WHEN_FULL, "waiting": 3}
    assert comes(decision={"overflow": Overflow()}, **full).overflowed is None
    own = comes(decision={"overflow": MOVES_WHEN_FULL}, waiting=3)
    assert (own.queue_id, own.overflow) == (LATE, None)


@pytest.mark.parametrize(
    "measure",
    [
        {"out_of_hours": {"action": "transfer"}},
        {"out_of_hours": {"action": "end", "queue_id": str(LATE)}},
        {"item_limit": {"limit": 0, "action": "end"}},
        {"item_limit": {"limit": 101, "action": "end"}},
        {"item_limit": {"limit": 5, "action": "assign_anyway"}},
        {"waiting_time": {"after": "PT59S", "action": "end"}},
        {"waiting_time": {"after": "P2DT1S", "action": "end"}},
        {"waiting_time": {"after": "PT5M", "action": "assign_anyway"}},
        {"nonsense": {}},
    ],
)
def test_what_makes_no_sense_is_refused(measure: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Overflow.model_validate(measure)


def test_every_queue_that_it_names_is_known_each_once() -> None:
    long = WaitingTime(after=timedelta(minutes=5), action=OverflowAction.TRANSFER, queue_id=LATE)
    overflow = MOVES_WHEN_FULL.model_copy(update={"waiting_time": long})
    assert overflow.queues == (LATE,)
    assert Outcome(queue_id=BILLING, overflow=overflow).queues == (BILLING, LATE)


def test_no_queue_overflows_into_itself() -> None:
    with pytest.raises(ValidationError, match="into itself"):
        Outcome(queue_id=LATE, overflow=MOVES_WHEN_FULL)
