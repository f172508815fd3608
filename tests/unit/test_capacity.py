"""Whether there is room for a conversation: units, profiles, sessions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.capacity import (
    MOST_SESSIONS,
    Demand,
    ProfileUse,
    Shortage,
    Standing,
    shortage,
    shortage_of_own_choice,
)
from domain.distribution import WorkSettings
from domain.ids import new_id
from tests.builders import ALICE

CHATS, MAILS = new_id(), new_id()
THIRTY = Demand(units=30)


def standing(**values: Any) -> Standing:
    return Standing(agent_id=ALICE, **values)


def use(used: int, limit: int = 2, *, blocks: bool = False) -> ProfileUse:
    return ProfileUse(limit=limit, used=used, blocks_assignment=blocks)


@pytest.mark.parametrize(
    ("has", "demand", "expected"),
    [
        ({}, THIRTY, None),
        ({"capacity_units": 100, "used_units": 70}, THIRTY, None),
        ({"capacity_units": 100, "used_units": 71}, THIRTY, Shortage.UNITS),
        ({"capacity_units": 0}, Demand(units=0), None),
        ({"capacity_units": 50, "used_units": 80}, Demand(units=0), None),
        ({"sessions": MOST_SESSIONS - 1}, THIRTY, None),
        ({"sessions": MOST_SESSIONS}, THIRTY, Shortage.SESSIONS),
        ({}, Demand(units=0, profile_ids=(CHATS,)), Shortage.NO_PROFILE),
        ({"profiles": {CHATS: use(1)}}, Demand(units=0, profile_ids=(CHATS,)), None),
        ({"profiles": {CHATS: use(2)}}, Demand(units=0, profile_ids=(CHATS,)), Shortage.PROFILE),
        (
            {"profiles": {CHATS: use(1), MAILS: use(2)}},
            Demand(units=0, profile_ids=(CHATS, MAILS)),
            Shortage.PROFILE,
        ),
        ({"profiles": {MAILS: use(2)}}, THIRTY, None),
        ({"profiles": {MAILS: use(2, blocks=True)}}, THIRTY, Shortage.BLOCKED),
    ],
)
def test_who_can_be_offered_what(
    has: dict[str, Any], demand: Demand, expected: Shortage | None
) -> None:
    assert shortage(standing(**has), demand) is expected


def test_what_agents_take_themselves_is_not_kept_away_by_other_work() -> None:
    busy = standing(sessions=MOST_SESSIONS, profiles={MAILS: use(2, blocks=True)})
    assert shortage_of_own_choice(busy, THIRTY) is None
    assert shortage_of_own_choice(standing(capacity_units=10), THIRTY) is Shortage.UNITS


def test_places_in_profiles_stand_instead_of_units() -> None:
    assert Demand.of(WorkSettings()) == THIRTY
    by_profile = Demand.of(WorkSettings(capacity_profile_ids=(CHATS,)))
    assert by_profile == Demand(units=0, profile_ids=(CHATS,))


@given(
    limit=st.integers(0, 200),
    demands=st.lists(st.integers(0, 60), max_size=20),
)
def test_inv7_whoever_is_given_what_fits_never_has_too_much(limit: int, demands: list[int]) -> None:
    has = standing(capacity_units=limit)
    for units in demands:
        if shortage(has, Demand(units=units)) is None:
            taken = {"used_units": has.used_units + units, "sessions": has.sessions + 1}
            has = has.model_copy(update=taken)
    assert has.used_units <= limit
    assert has.sessions <= MOST_SESSIONS
