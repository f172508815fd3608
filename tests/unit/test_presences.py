"""Which presence follows from what was chosen, what was imposed and what somebody has to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attendance import Attendance
from domain.capacity import MOST_SESSIONS, ProfileUse
from domain.ids import new_id
from domain.presences import BasePresence
from routing.presences import LASTING, at_work, is_used_up, presence_of

CAME = datetime(2026, 11, 21, 9, tzinfo=UTC)
CHOSE = CAME + timedelta(minutes=10)
LATER = CAME + timedelta(minutes=20)
ALICE = new_id()

AVAILABLE, BUSY = BasePresence.AVAILABLE, BasePresence.BUSY
DO_NOT_DISTURB, AWAY = BasePresence.DO_NOT_DISTURB, BasePresence.AWAY
OFFLINE, INACTIVE = BasePresence.OFFLINE, BasePresence.INACTIVE


def an_agent(**given: Any) -> Attendance:
    """Connected, with 60 units and nothing to do, unless told otherwise."""
    values: dict[str, Any] = {
        "agent_id": ALICE,
        "agent_name": "Alice",
        "came_at": CAME,
        "capacity_units": 60,
    }
    return Attendance(**values | given)


def a_profile(used: int, limit: int = 2, *, blocks: bool = False) -> ProfileUse:
    return ProfileUse(used=used, limit=limit, blocks_assignment=blocks)


@pytest.mark.parametrize(
    ("load", "presence"),
    [
        ({}, AVAILABLE),
        ({"used_units": 0, "sessions": 1}, AVAILABLE),
        ({"used_units": 30, "sessions": 1}, BUSY),
        ({"used_units": 60, "sessions": 2}, DO_NOT_DISTURB),
        ({"used_units": 90, "sessions": 3}, DO_NOT_DISTURB),
        ({"capacity_units": None, "used_units": 270, "sessions": MOST_SESSIONS - 1}, BUSY),
        ({"capacity_units": None, "used_units": 0, "sessions": MOST_SESSIONS}, DO_NOT_DISTURB),
        ({"capacity_units": 0}, DO_NOT_DISTURB),
        # Profiles alone: all of them, or a blocking one.
        ({"capacity_units": None, "profiles": (a_profile(0),)}, AVAILABLE),
        ({"capacity_units": None, "profiles": (a_profile(1),)}, BUSY),
        ({"capacity_units": None, "profiles": (a_profile(2),)}, DO_NOT_DISTURB),
        ({"capacity_units": None, "profiles": (a_profile(2), a_profile(0))}, BUSY),
        ({"profiles": (a_profile(2, blocks=True), a_profile(0))}, DO_NOT_DISTURB),
        # Both: only when both are used up, or a blocking profile is.
        ({"used_units": 60, "profiles": (a_profile(1),)}, BUSY),
        ({"used_units": 30, "profiles": (a_profile(2),)}, BUSY),
        ({"used_units": 60, "profiles": (a_profile(2),)}, DO_NOT_DISTURB),
        ({"used_units": 0, "profiles": (a_profile(2, blocks=True),)}, DO_NOT_DISTURB),
    ],
)  # fmt: skip
def test_without_a_choice_the_presence_follows_from_the_load(
    load: dict[str, Any], presence: BasePresence
) -> None:
    now = presence_of(an_agent(**load))

    assert now.base is presence
    assert not now.chosen


@pytest.mark.parametrize("chosen", [AVAILABLE, BUSY])
def test_available_and_busy_hold_until_work_is_given_or_taken(chosen: BasePresence) -> None:
    before = an_agent(chosen=chosen, chosen_at=CHOSE, load_changed_at=CAME, used_units=60, sessions=2)
    after = before.model_copy(update={"load_changed_at": LATER})

    assert presence_of(before).base is chosen
    assert presence_of(before).chosen
    assert presence_of(after).base is DO_NOT_DISTURB
    assert not presence_of(after).chosen


@pytest.mark.parametrize("chosen", LASTING)
def test_other_choices_hold_whatever_they_have_to_do(chosen: BasePresence) -> None:
    agent = an_agent(chosen=chosen, chosen_at=CHOSE, load_changed_at=LATER, used_units=30, sessions=1)

    assert presence_of(agent).base is chosen
    assert presence_of(agent).since == CHOSE


@pytest.mark.parametrize("imposed", [INACTIVE, DO_NOT_DISTURB])
def test_what_is_imposed_wins_over_what_was_chosen(imposed: BasePresence) -> None:
    agent = an_agent(chosen=AWAY, chosen_at=CHOSE, imposed=imposed, imposed_at=LATER)

    now = presence_of(agent)

    assert (now.base, now.since, now.chosen) == (imposed, LATER, False)


def test_who_is_not_connected_is_offline_at_once() -> None:
    lost = an_agent(chosen=AVAILABLE, chosen_at=CHOSE, imposed=INACTIVE, lost_at=LATER)

    now = presence_of(lost)

    assert (now.base, now.since, now.connected, now.chosen) == (OFFLINE, LATER, False, False)


def test_who_was_never_there_is_offline_since_ever() -> None:
    now = presence_of(Attendance(agent_id=ALICE, agent_name="Alice"))

    assert (now.base, now.since, now.connected) == (OFFLINE, None, False)


def test_a_presence_of_one_s_own_is_called_as_its_admin_called_it() -> None:
    lunch = an_agent(chosen=AWAY, chosen_name="Lunch", chosen_at=CHOSE)
    missed = lunch.model_copy(update={"imposed": INACTIVE, "imposed_at": LATER})

    assert presence_of(lunch).name == "Lunch"
    assert presence_of(missed).name == "Inactive"
    assert presence_of(an_agent(used_units=60)).name == "Do not disturb"


def test_a_choice_is_offline_though_they_are_connected() -> None:
    agent = an_agent(chosen=OFFLINE, chosen_at=CHOSE)

    assert presence_of(agent).base is OFFLINE
    assert presence_of(agent).connected
    assert presence_of(agent).chosen


def test_supervisors_see_how_much_somebody_has() -> None:
    seen = at_work(an_agent(used_units=30, sessions=1, busy_since=CHOSE, load_changed_at=LATER))

    assert (seen.sessions, seen.used_units, seen.capacity_units) == (1, 30, 60)
    assert seen.presence.since == CHOSE


MOMENTS = st.none() | st.sampled_from([CAME, CHOSE, LATER])
CHOICES = st.none() | st.sampled_from([each for each in BasePresence if each is not INACTIVE])
PROFILES = st.lists(
    st.builds(
        ProfileUse,
        used=st.integers(0, 4),
        limit=st.integers(1, 3),
        blocks_assignment=st.booleans(),
    ),
    max_size=3,
).map(tuple)
ATTENDANCES = st.builds(
    an_agent,
    lost_at=MOMENTS,
    chosen=CHOICES,
    chosen_at=MOMENTS,
    imposed=st.sampled_from([None, INACTIVE, DO_NOT_DISTURB]),
    capacity_units=st.none() | st.integers(0, 90),
    used_units=st.integers(0, 120),
    sessions=st.integers(0, MOST_SESSIONS + 1),
    load_changed_at=MOMENTS,
    profiles=PROFILES,
)


@given(ATTENDANCES)
def test_nobody_is_taken_for_available_who_is_not_there_or_has_too_much(agent: Attendance) -> None:
    now = presence_of(agent)

    if now.base in (AVAILABLE, BUSY):
        assert agent.is_connected
        assert agent.imposed is None
        assert now.chosen or not is_used_up(agent)


@given(ATTENDANCES)
def test_only_the_system_makes_somebody_inactive(agent: Attendance) -> None:
    now = presence_of(agent)

    assert (now.base is INACTIVE) == (agent.is_connected and agent.imposed is INACTIVE)
    assert not (now.chosen and now.base is not agent.chosen)
