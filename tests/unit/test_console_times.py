"""Times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from console.reader import zone_named
from console.texts import ENGLISH
from console.times import clock, day, lasting, moment, window_left
from tests.builders import NOON
from tests.views import ALICE_READS

HOUR = timedelta(hours=1)
SEOUL = zone_named("Asia/Seoul")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-5), "under a minute"),
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1, seconds=59), "1 min"),
        (timedelta(minutes=59), "59 min"),
        (HOUR, "1 h"),
        (timedelta(hours=2, minutes=10), "2 h 10 min"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 min"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=3, hours=4, minutes=30), "3 d 4 h"),
    ],
)
def test_a_span_is_told_in_at_most_two_units_and_never_rounded_up(span: timedelta, text: str) -> None:
    assert lasting(span, ENGLISH) == text


@pytest.mark.parametrize(
    ("expires_at", "text"),
    [
        (None, None),
        (NOON + timedelta(hours=2, minutes=10), "window closes in 2 h 10 min"),
        (NOON, "window closed"),
        (NOON - HOUR, "window closed"),
    ],
)
def test_the_window_is_told_by_what_is_left_of_it(
    expires_at: datetime | None, text: str | None
) -> None:
    assert window_left(expires_at, NOON, ENGLISH) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(), "Today"),
        (timedelta(hours=12), "Today"),
        (timedelta(hours=13), "Yesterday"),
        (timedelta(days=14), "1 January 2026"),
    ],
)
def test_a_day_has_the_name_people_give_it(ago: timedelta, text: str) -> None:
    assert day(NOON - ago, NOON, ALICE_READS) == text


def test_a_clock_shows_the_time_where_the_agent_sits() -> None:
    assert (clock(NOON, UTC), clock(NOON, SEOUL)) == ("12:00", "21:00")


def test_a_moment_of_today_is_a_clock_and_an_older_one_a_day() -> None:
    assert moment(NOON - HOUR, NOON, ALICE_READS) == "11:00"
    assert moment(NOON - 13 * HOUR, NOON, ALICE_READS) == "Yesterday"


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../../etc/passwd", "/etc/passwd", "x" * 5000])
def test_a_browser_that_names_no_zone_of_ours_gets_utc(name: str) -> None:
    assert zone_named(name) is UTC
