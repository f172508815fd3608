"""Who is asked for what waits: methods, skills, presence, capacity, and who comes before all others."""

from datetime import timedelta
from typing import Any

import pytest

from domain.assignments import Obstacle
from domain.capacity import MOST_SESSIONS, ProfileUse
from domain.distribution import AssignmentMethod, OfferSettings, Ring, SkillMatching
from domain.ids import new_id
from domain.presences import BasePresence
from domain.skills import RequiredSkill
from domain.work import MOST_REFUSERS, Membership, Refusals
from routing.assignment import Assignment
from tests.work import (
    NOW,
    QUEUE,
    a_candidate,
    a_desk,
    a_queue,
    ago,
    an_item,
    asked,
    given,
    looks,
    refused,
)


@pytest.mark.parametrize(
    ("method", "first", "second"),
    [
        pytest.param(
            AssignmentMethod.HIGHEST_CAPACITY,
            {"capacity_units": 120, "used_units": 60, "sessions": 2},
            {"capacity_units": 100, "used_units": 60},
            id="the most units left",
        ),
        pytest.param(
            AssignmentMethod.HIGHEST_CAPACITY,
            {"capacity_units": None, "sessions": 1},
            {"capacity_units": None, "sessions": 2},
            id="no limit: the fewest conversations",
        ),
        pytest.param(
            AssignmentMethod.HIGHEST_CAPACITY,
            {"memberships": {QUEUE: Membership(added_at=ago(days=1), assigned_at=ago(hours=2))}},
            {"memberships": {QUEUE: Membership(added_at=ago(days=9), assigned_at=ago(hours=1))}},
            id="the same is left: in turn",
        ),
        pytest.param(
            AssignmentMethod.ROUND_ROBIN,
            {"used_units": 60, "memberships": {QUEUE: Membership(added_at=ago(days=2))}},
            {"memberships": {QUEUE: Membership(added_at=ago(days=1))}},
            id="who joined first",
        ),
        pytest.param(
            AssignmentMethod.ROUND_ROBIN,
            {"memberships": {QUEUE: Membership(added_at=ago(days=1))}},
            {"memberships": {QUEUE: Membership(added_at=ago(days=2), assigned_at=ago(days=1))}},
            id="who had none yet",
        ),
        pytest.param(
            AssignmentMethod.LEAST_ACTIVE,
            {"sessions": 1, "freed_at": ago(minutes=1)},
            {"sessions": 2, "freed_at": ago(minutes=9)},
            id="the fewest conversations",
        ),
        pytest.param(
            AssignmentMethod.LEAST_ACTIVE,
            {"sessions": 1, "freed_at": ago(minutes=9)},
            {"sessions": 1, "freed_at": ago(minutes=1)},
            id="as many: whose capacity was freed longest ago",
        ),
        pytest.param(
            AssignmentMethod.MOST_IDLE,
            {"freed_at": ago(minutes=9)},
            {"freed_at": ago(minutes=1)},
            id="idle for longer",
        ),
        pytest.param(
            AssignmentMethod.MOST_IDLE,
            {"freed_at": ago(minutes=1)},
            {"sessions": 1, "freed_at": ago(minutes=9)},
            id="idle at all",
        ),
    ],
)
def test_each_method_asks_its_own_first(
    method: AssignmentMethod, first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, other = a_candidate(**second), a_candidate(**first)
    item = an_item()

    assert asked(item, a_desk([item], [one, other], method=method)) == [other.agent_id, one.agent_id]


def test_a_round_gives_each_agent_their_turn() -> None:
    agents = [
        a_candidate(memberships={QUEUE: Membership(added_at=ago(days=3 - number))})
        for number in range(3)
    ]
    items = [an_item(waiting_since=ago(minutes=9 - number)) for number in range(6)]

    desk = a_desk(items, agents, method=AssignmentMethod.ROUND_ROBIN)

    assert given(desk) == [
        (item.conversation_id, agents[number % 3].agent_id) for number, item in enumerate(items)
    ]


@pytest.mark.parametrize(
    ("agent", "work", "obstacle"),
    [
        ({"presence": BasePresence.AWAY}, {}, Obstacle.PRESENCE),
        ({"presence": BasePresence.OFFLINE}, {}, Obstacle.PRESENCE),
        ({"presence": BasePresence.INACTIVE}, {}, Obstacle.PRESENCE),
        ({"presence": BasePresence.BUSY}, {"allowed_presences": ("available",)}, Obstacle.PRESENCE),
        ({"presence": BasePresence.AWAY}, {"allowed_presences": ("away",)}, None),
        ({"used_units": 70}, {}, None),
        ({"used_units": 71}, {}, Obstacle.CAPACITY),
        ({"used_units": 100}, {"capacity_units": 0}, None),
        ({"used_units": 130}, {"capacity_units": 0}, None),
        ({"capacity_units": None, "used_units": 500}, {}, None),
        ({"capacity_units": None, "sessions": MOST_SESSIONS}, {}, Obstacle.SESSIONS),
    ],
)
def test_capacity_and_presence_decide_who_can_be_asked(
    agent: dict[str, Any], work: dict[str, Any], obstacle: Obstacle | None
) -> None:
    [look] = looks(a_desk([an_item()], [a_candidate(**agent)], **work))

    assert list(look.obstacles.values()) == ([obstacle] if obstacle else [])
    assert bool(look.choices) == (obstacle is None)


def test_capacity_profiles_count_instead_of_units() -> None:
    chats, calls = new_id(), new_id()
    idle, full = a_use(limit=2), a_use(limit=2, used=2)
    used_up = a_candidate(profiles={chats: full})
    without = a_candidate()
    blocked = a_candidate(profiles={chats: idle, calls: full})
    free = a_candidate(
        used_units=100,
        profiles={chats: idle, calls: full.model_copy(update={"blocks_assignment": False})},
    )
    items = [an_item() for _ in range(3)]

    found = looks(a_desk(items, [used_up, without, blocked, free], capacity_profile_ids=(chats,)))

    assert [len(look.choices) for look in found] == [1, 1, 0]
    obstacles = {contender.agent.agent_id: why for contender, why in found[2].obstacles.items()}
    assert obstacles == {
        used_up.agent_id: Obstacle.BLOCKED,
        without.agent_id: Obstacle.CAPACITY,
        blocked.agent_id: Obstacle.BLOCKED,
        free.agent_id: Obstacle.BLOCKED,
    }


def a_use(limit: int, used: int = 0) -> ProfileUse:
    return ProfileUse(limit=limit, used=used, blocks_assignment=True)


BILLING = RequiredSkill(name="Billing", level=3)


@pytest.mark.parametrize(
    ("skills", "work", "is_asked"),
    [
        ({"billing": 3}, {}, True),
        ({"billing": 2}, {}, False),
        ({}, {}, False),
        ({}, {"skill_matching": SkillMatching.NONE}, True),
        ({}, {"skill_matching": SkillMatching.CLOSEST}, True),
        ({"billing": 2}, {"rings": (Ring(after=timedelta(minutes=1), levels_off=1),)}, False),
        ({"billing": 2}, {"rings": (Ring(after=timedelta(seconds=5), levels_off=1),)}, True),
        ({"billing": 1}, {"rings": (Ring(after=timedelta(seconds=5), levels_off=1),)}, False),
        ({}, {"rings": (Ring(after=timedelta(seconds=5)),)}, True),
    ],
)
def test_skills_count_as_the_workstream_says_and_as_long_as_somebody_waited(
    skills: dict[str, int], work: dict[str, Any], *, is_asked: bool
) -> None:
    item = an_item(required_skills=(BILLING,))

    assert bool(asked(item, a_desk([item], [a_candidate(skills=skills)], **work))) is is_asked


def test_whoever_comes_closest_is_asked_first_whatever_their_capacity() -> None:
    none = a_candidate()
    some = a_candidate(skills={"billing": 1}, used_units=60)
    more = a_candidate(skills={"billing": 2}, used_units=70)
    item = an_item(required_skills=(BILLING,))

    desk = a_desk([item], [none, some, more], skill_matching=SkillMatching.CLOSEST)

    assert asked(item, desk) == [each.agent_id for each in (more, some, none)]


def test_the_language_is_a_skill_where_one_is_named_like_it() -> None:
    romanian, other = a_candidate(skills={"ro": 1}), a_candidate()
    item, plain = an_item(language="ro-MD"), an_item()
    desk = a_desk([item, plain], [romanian, other], skills={"ro"})

    assert asked(item, desk) == [romanian.agent_id]
    assert len(asked(plain, desk)) == 2


def test_whoever_declined_is_asked_last_and_after_the_limit_not_at_all() -> None:
    twice, once, never, too_often = (a_candidate() for _ in range(4))
    item = an_item(refusals=(refused(twice, 2), refused(once), refused(too_often, 3)))

    desk = a_desk([item], [twice, once, never, too_often])

    assert asked(item, desk) == [never.agent_id, once.agent_id, twice.agent_id]


def test_whoever_declined_just_now_is_not_asked_where_the_workstream_says_so() -> None:
    lately, long_ago = a_candidate(), a_candidate()
    item = an_item(refusals=(refused(lately, minutes=4), refused(long_ago, minutes=6)))

    desk = a_desk([item], [lately, long_ago], offers=OfferSettings(again_after=timedelta(minutes=5)))

    assert asked(item, desk) == [long_ago.agent_id]


def test_what_a_hundred_agents_declined_is_offered_to_nobody() -> None:
    refusals = tuple(Refusals(agent_id=new_id(), last_at=NOW) for _ in range(MOST_REFUSERS))
    item = an_item(refusals=refusals)

    assert asked(item, a_desk([item], [a_candidate()])) == []


@pytest.mark.parametrize(
    ("presence", "is_asked"),
    [
        (BasePresence.DO_NOT_DISTURB, True),
        (BasePresence.AWAY, True),
        (BasePresence.OFFLINE, False),
        (BasePresence.INACTIVE, False),
    ],
)
def test_who_had_it_is_asked_first_whatever_they_have_to_do_if_they_are_there(
    presence: BasePresence, *, is_asked: bool
) -> None:
    last = a_candidate(presence=presence, used_units=130, sessions=MOST_SESSIONS)
    other = a_candidate()
    item = an_item(last_agent_id=last.agent_id, required_skills=())
    desk = a_desk([item], [last, other])

    [look] = looks(desk)

    first = look.choices[0]
    assert first.contender.agent == (last if is_asked else other)
    assert first.forced is is_asked


def test_who_had_it_and_declined_is_asked_like_anybody_else() -> None:
    last, other = a_candidate(), a_candidate()
    item = an_item(last_agent_id=last.agent_id, refusals=(refused(last),))

    assert asked(item, a_desk([item], [last, other])) == [other.agent_id, last.agent_id]


def test_whom_the_customer_knows_is_asked_first_without_the_skills_but_never_over_capacity() -> None:
    full = a_candidate(used_units=90)
    away = a_candidate(presence=BasePresence.AWAY)
    known = a_candidate(used_units=60)
    skilled = a_candidate(skills={"billing": 3})
    item = an_item(
        required_skills=(BILLING,),
        preferred_agent_ids=(full.agent_id, away.agent_id, known.agent_id),
    )

    desk = a_desk([item], [full, away, known, skilled])

    assert asked(item, desk) == [known.agent_id, skilled.agent_id]


def test_the_queue_counts_before_the_priority_and_that_before_the_wait() -> None:
    urgent_queue = new_id()
    agent = a_candidate(
        capacity_units=None,
        memberships={each: Membership(added_at=NOW) for each in (QUEUE, urgent_queue)},
    )
    old, young = an_item(waiting_since=ago(hours=2)), an_item(waiting_since=ago(hours=1))
    urgent = an_item(priority=5)
    elsewhere = an_item(queue_id=urgent_queue, priority=500)
    returned = an_item(last_agent_id=agent.agent_id, waiting_since=NOW)
    desk = a_desk(
        [young, old, urgent, elsewhere, returned],
        [agent],
        queues=(a_queue(), a_queue(queue_id=urgent_queue, priority=1)),
    )

    assert [conversation_id for conversation_id, _ in given(desk)] == [
        item.conversation_id for item in (returned, elsewhere, urgent, old, young)
    ]


def test_nobody_is_asked_for_work_of_a_queue_they_are_not_in() -> None:
    outsider = a_candidate(memberships={new_id(): Membership(added_at=NOW)})

    [look] = looks(a_desk([an_item()], [outsider]))

    assert (len(look.choices), len(look.obstacles)) == (0, 0)


def test_a_round_stops_before_what_was_not_read_could_be_passed_over() -> None:
    agents = [a_candidate() for _ in range(3)]
    first = an_item(waiting_since=ago(hours=1), more_behind=True)
    second = an_item()

    assert [each for each, _ in given(a_desk([first, second], agents))] == [first.conversation_id]


def test_what_found_nobody_is_not_looked_for_again_in_the_same_round() -> None:
    items = [an_item(required_skills=(BILLING,)) for _ in range(50)]
    plain = an_item(waiting_since=NOW)

    found = looks(a_desk([*items, plain], [a_candidate()]))

    assert [look.item for look in found] == [found[0].item, plain]
    assert (len(found[0].choices), len(found[1].choices)) == (0, 1)


def test_somebody_is_kept_free_for_large_work_that_waits_long() -> None:
    agents = [a_candidate(used_units=used) for used in (60, 50)]
    large = an_item(workstream_id=(heavy := new_id()), waiting_since=ago(minutes=3))
    small = [an_item() for _ in range(3)]
    desk = a_desk([large, *small], agents)
    desk = desk.model_copy(
        update={
            "work": desk.work
            | {heavy: desk.work[small[0].workstream_id].model_copy(update={"capacity_units": 80})}
        }
    )

    assert {agent_id for _, agent_id in given(desk)} == {agents[0].agent_id}

    patient = desk.model_copy(
        update={"items": (large.model_copy(update={"queued_at": ago(minutes=1)}), *small)}
    )
    assert {agent_id for _, agent_id in given(patient)} == {each.agent_id for each in agents}


def test_one_conversation_can_be_looked_at_without_taking_anything() -> None:
    item, agent = an_item(), a_candidate(capacity_units=30)
    assignment = Assignment(a_desk([item], [agent]), NOW)

    assert [len(assignment.look(item).choices) for _ in range(3)] == [1, 1, 1]
