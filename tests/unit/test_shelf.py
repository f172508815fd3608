"""What was read a moment ago is here; what is too old, or too much, is not."""

from datetime import timedelta

from storage import shelf
from storage.shelf import Shelf

SECOND = timedelta(seconds=1)


def a_shelf(now: list[float]) -> Shelf[int, str]:
    return Shelf(lambda: now[0])


def test_a_thing_is_found_while_it_is_young_enough() -> None:
    now = [100.0]
    things = a_shelf(now)
    things.put(1, "one")
    now[0] += 0.9
    assert things.find(1, SECOND) == ("one", 100.0)
    now[0] += 0.1
    assert things.find(1, SECOND) is None
    assert things.find(1, 2 * SECOND) is not None
    assert things.find(2, SECOND) is None


def test_nothing_is_something_that_can_be_kept() -> None:
    nothing = Shelf[int, None](lambda: 0.0)
    nothing.put(1, None)
    kept = nothing.find(1, SECOND)
    assert kept is not None
    assert kept.thing is None


def test_a_shelf_may_be_larger_or_smaller() -> None:
    things = Shelf[int, str](lambda: 0.0, at_most=1)
    things.put(1, "one")
    things.put(2, "two")
    assert things.find(1, SECOND) is None
    assert things.find(2, SECOND) is not None


def test_what_was_put_there_first_makes_room() -> None:
    things = a_shelf([0.0])
    for number in range(shelf.KEPT_AT_MOST):
        things.put(number, "x")
    things.put(0, "again")
    things.put(-1, "one too many")
    assert things.find(0, SECOND) is not None
    assert things.find(1, SECOND) is None
