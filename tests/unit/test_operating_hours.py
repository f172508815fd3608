"""Operating hours: weeks, nights, holidays, and clocks that leap."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.ids import new_id
from domain.operating_hours import Holiday, OperatingHours, Period, Weekday, WeeklyPeriod
from routing.operating_hours import HORIZON, Opening, opening

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORKDAYS = tuple(Weekday)[:5]
OFFICE = WeeklyPeriod(days=WORKDAYS, opens=time(9), closes=time(17))
ROUND_THE_CLOCK = WeeklyPeriod(days=tuple(Weekday), opens=time(0), closes=time(0))


def hours(*weekly: WeeklyPeriod, zone: str = "Europe/Bucharest", **other: Any) -> OperatingHours:
    return OperatingHours(
        operating_hours_id=new_id(),
        name="Office",
        time_zone=zone,
        weekly=weekly,
        created_at=NOON,
        updated_at=NOON,
        **other,
    )


def local(text: str, zone: str = "Europe/Bucharest") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def every_night(opens: str, closes: str) -> WeeklyPeriod:
    return WeeklyPeriod(
        days=tuple(Weekday), opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)
    )


def test_without_hours_it_is_always_open() -> None:
    assert opening(None, NOON) == Opening(is_open=True, until=None)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20 08:59", ("opens", "2026-11-20 09:00")),
        ("2026-11-20 09:00", ("closes", "2026-11-20 17:00")),
        ("2026-11-20 16:59:59", ("closes", "2026-11-20 17:00")),
        ("2026-11-20 17:00", ("opens", "2026-11-23 09:00")),
        ("2026-11-21 12:00", ("opens", "2026-11-23 09:00")),
    ],
)
def test_office_hours_in_their_own_time_zone(at: str, expected: tuple[str, str]) -> None:
    what, when = expected
    assert opening(hours(OFFICE), local(at)) == Opening(is_open=what == "closes", until=local(when))


def test_hours_that_never_end_never_change() -> None:
    assert opening(hours(ROUND_THE_CLOCK), NOON) == Opening(is_open=True, until=None)


def test_hours_without_a_period_never_open() -> None:
    assert opening(hours(), NOON) == Opening(is_open=False, until=None)


def test_a_night_shift_ends_on_the_next_day() -> None:
    friday_night = WeeklyPeriod(days=(Weekday.FRIDAY,), opens=time(22), closes=time(6))
    at = local("2026-11-21 03:00")
    assert opening(hours(friday_night), at) == Opening(is_open=True, until=local("2026-11-21 06:00"))


def test_periods_that_touch_are_one() -> None:
    evening = WeeklyPeriod(days=WORKDAYS, opens=time(17), closes=time(20))
    at = local("2026-11-20 16:00")
    assert opening(hours(OFFICE, evening), at).until == local("2026-11-20 20:00")


def test_on_a_holiday_the_week_does_not_count() -> None:
    closed = Holiday(day=date(2026, 11, 30), name="Saint Andrew")
    short = Holiday(
        day=date(2026, 12, 1), name="National Day", periods=(Period(opens=time(10), closes=time(12)),)
    )
    those = hours(OFFICE, holidays=(closed, short))
    assert opening(those, local("2026-11-30 10:00")).until == local("2026-12-01 10:00")
    assert opening(those, local("2026-12-01 11:00")).until == local("2026-12-01 12:00")
    assert opening(those, local("2026-12-01 13:00")).until == local("2026-12-02 09:00")


def test_a_shift_that_began_before_a_holiday_is_finished() -> None:
    those = hours(every_night("22:00", "06:00"), holidays=(Holiday(day=date(2026, 12, 25), name="X"),))
    assert opening(those, local("2026-12-25 05:00")).is_open
    assert not opening(those, local("2026-12-25 23:00")).is_open


def test_opening_times_follow_the_clock_on_the_wall_through_the_year() -> None:
    assert opening(hours(OFFICE), local("2026-07-01 08:00")).until == datetime(
        2026, 7, 1, 6, tzinfo=UTC
    )
    assert opening(hours(OFFICE), local("2026-12-01 08:00")).until == datetime(
        2026, 12, 1, 7, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("opens", "closes", "first", "last"),
    [
        # Summer time begins in Bucharest on 2026-03-29 at 01:00 UTC: 03:00 becomes 04:00.
        ("02:00", "05:00", "2026-03-29 00:00", "2026-03-29 02:00"),
        ("03:10", "03:50", "2026-03-29 01:10", "2026-03-29 01:50"),
        ("01:00", "03:30", "2026-03-28 23:00", "2026-03-29 01:30"),
        # It ends on 2026-10-25 at 01:00 UTC: 04:00 becomes 03:00.
        ("02:00", "05:00", "2026-10-24 23:00", "2026-10-25 03:00"),
        ("03:10", "03:50", "2026-10-25 00:10", "2026-10-25 01:50"),
    ],
)
def test_a_night_in_which_the_clock_leaps(opens: str, closes: str, first: str, last: str) -> None:
    begins, ends = local(first, "UTC"), local(last, "UTC")
    those = hours(every_night(opens, closes))
    assert opening(those, begins - timedelta(seconds=1)) == Opening(is_open=False, until=begins)
    assert opening(those, begins) == Opening(is_open=True, until=ends)


TIMES = st.times(max_value=time(23, 59)).map(lambda clock: clock.replace(microsecond=0))
PERIODS = st.builds(
    WeeklyPeriod,
    days=st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(tuple),
    opens=TIMES,
    closes=TIMES,
)
ZONES = st.sampled_from(
    ["UTC", "Europe/Bucharest", "Asia/Seoul", "Australia/Lord_Howe", "America/St_Johns"]
)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


@given(st.lists(PERIODS, max_size=5), ZONES, MOMENTS)
def test_until_the_moment_it_names_nothing_changes_and_then_it_does(
    weekly: list[WeeklyPeriod], zone: str, at: datetime
) -> None:
    those = hours(*weekly, zone=zone)
    now = opening(those, at)
    if now.until is None:
        return
    assert at < now.until < at + HORIZON + timedelta(days=1)
    assert opening(those, now.until).is_open is not now.is_open
    just_before = now.until - timedelta(microseconds=1)
    assert opening(those, just_before) == now


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ({"time_zone": "Bucharest"}, "name of a time zone"),
        ({"holidays": [{"day": "2026-12-25", "name": "X"}] * 2}, "each date may be named once"),
        ({"weekly": [{"days": [], "opens": "09:00", "closes": "17:00"}]}, "at least 1 item"),
        ({"weekly": [{"days": ["monday"], "opens": "09:00Z", "closes": "17:00"}]}, "time of day"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(wrong: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValidationError, match=advice):
        OperatingHours.model_validate(hours(OFFICE).model_dump() | wrong)
