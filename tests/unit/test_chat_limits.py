"""So many calls at once, and so many a minute after that."""

from datetime import timedelta

import pytest

from application.chats.limits import Limit
from domain.errors import TooManyRequests


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_who_calls_too_often_is_told_how_long_to_wait(clock: Clock) -> None:
    limit = Limit(60, at_once=2, clock=clock)
    limit.require("mia")
    limit.require("mia")
    with pytest.raises(TooManyRequests) as refused:
        limit.require("mia")
    assert refused.value.retry_after == timedelta(seconds=1)
    clock.now += 1
    limit.require("mia")
    with pytest.raises(TooManyRequests):
        limit.require("mia")


def test_one_callers_calls_are_not_anothers(clock: Clock) -> None:
    limit = Limit(60, at_once=1, clock=clock)
    limit.require("mia")
    limit.require("tom")


def test_what_was_not_used_is_not_saved_for_ever(clock: Clock) -> None:
    limit = Limit(60, at_once=2, clock=clock)
    limit.require("mia")
    clock.now += 3_600
    limit.require("mia")
    limit.require("mia")
    with pytest.raises(TooManyRequests):
        limit.require("mia")


def test_callers_are_remembered_in_bounded_number(clock: Clock) -> None:
    limit = Limit(60, at_once=1, clock=clock, at_most=2)
    for caller in range(100):
        limit.require(caller)
    assert len(limit._buckets) == 2


def test_no_limit_is_no_limit(clock: Clock) -> None:
    limit = Limit(0, clock=clock)
    for _ in range(1_000):
        limit.require("mia")
