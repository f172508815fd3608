"""Whatever waits and whoever is there: never over capacity, never to the wrong one, none forgotten."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assignments import Obstacle
from domain.capacity import MOST_SESSIONS, ProfileUse
from domain.distribution import AssignmentMethod, SkillMatching, WorkSettings
from domain.ids import new_id
from domain.presences import BasePresence
from domain.skills import RequiredSkill
from domain.work import Candidate, Desk, Membership, Refusals, WorkItem
from routing.assignment import BLOCK, KEPT_AFTER, Assignment, Look
from routing.requirements import requirements_of
from routing.suitability import gap
from tests.work import NOW, QUEUE, STREAM, a_candidate, a_queue, ago, an_item, having

OTHER_QUEUE, HEAVY, CHATS, PROFILE, STRANGER = (new_id() for _ in range(5))
QUEUES, STREAMS = (QUEUE, OTHER_QUEUE), (STREAM, HEAVY, CHATS)
SKILLS = ("billing", "ro")


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    return a_candidate(
        presence=draw(st.sampled_from(BasePresence)),
        capacity_units=draw(st.sampled_from([None, 0, 50, 100, 200])),
        used_units=draw(st.integers(0, 120)),
        sessions=draw(st.integers(0, MOST_SESSIONS)),
        profiles=draw(
            st.dictionaries(
                st.just(PROFILE),
                st.builds(
                    ProfileUse,
                    limit=st.integers(1, 4),
                    used=st.integers(0, 4),
                    blocks_assignment=st.booleans(),
                ),
            )
        ),
        skills=draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3))),
        memberships={
            queue_id: Membership(added_at=ago(days=1))
            for queue_id in draw(st.sets(st.sampled_from(QUEUES)))
        },
    )


@st.composite
def items(draw: st.DrawFn, agents: Sequence[UUID]) -> WorkItem:
    some = st.sampled_from([*agents, STRANGER])
    return an_item(
        queue_id=draw(st.sampled_from(QUEUES)),
        workstream_id=draw(st.sampled_from(STREAMS)),
        waiting_since=ago(seconds=draw(st.integers(0, 600))),
        priority=draw(st.sampled_from([1, 100])),
        required_skills=draw(
            st.lists(
                st.builds(
                    RequiredSkill, name=st.sampled_from(["Billing", "RO"]), level=st.integers(1, 3)
                ),
                max_size=2,
                unique_by=lambda skill: skill.name,
            )
        ),
        last_agent_id=draw(st.none() | some),
        preferred_agent_ids=draw(st.lists(some, max_size=3, unique=True)),
        refusals=draw(
            st.lists(
                st.builds(
                    Refusals,
                    agent_id=some,
                    times=st.integers(1, 4),
                    last_at=st.integers(0, 600).map(lambda seconds: ago(seconds=seconds)),
                ),
                max_size=3,
                unique_by=lambda each: each.agent_id,
            )
        ),
    )


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    agents = draw(st.lists(candidates(), max_size=6))
    ids = [agent.agent_id for agent in agents]
    matching = draw(st.sampled_from(SkillMatching))
    return Desk(
        queues={
            queue_id: a_queue(
                queue_id=queue_id,
                method=draw(st.sampled_from(AssignmentMethod)),
                priority=draw(st.sampled_from([1, 2])),
            )
            for queue_id in QUEUES
        },
        work={
            STREAM: WorkSettings(skill_matching=matching),
            HEAVY: WorkSettings(capacity_units=90, allowed_presences=(BasePresence.AVAILABLE,)),
            CHATS: WorkSettings(capacity_profile_ids=(PROFILE,)),
        },
        items=tuple(draw(st.lists(items(ids), max_size=12))),
        candidates=tuple(agents),
        most_refusals=3,
    )


def what_is_given(desk: Desk, now: datetime = NOW) -> list[tuple[Look, Candidate, bool]]:
    return [
        (look, look.choices[0].contender.agent, look.choices[0].forced)
        for look in Assignment(desk, now).looks()
        if look.choices
    ]


@settings(max_examples=50, deadline=None)
@given(desk=desks())
def test_inv7_a_round_never_exceeds_a_limit(desk: Desk) -> None:
    units: dict[UUID, int] = defaultdict(int)
    places: dict[UUID, int] = defaultdict(int)
    sessions: dict[UUID, int] = defaultdict(int)

    for look, agent, forced in what_is_given(desk):
        units[agent.agent_id] += look.needs.demand.units
        places[agent.agent_id] += len(look.needs.demand.profile_ids)
        sessions[agent.agent_id] += 1
        if forced:
            assert agent.agent_id == look.item.last_agent_id
            continue
        had = agent.standing
        assert had.sessions + sessions[agent.agent_id] <= MOST_SESSIONS
        if look.needs.demand.profile_ids:
            profile = had.profiles[PROFILE]
            assert profile.used + places[agent.agent_id] <= profile.limit
        elif had.capacity_units is not None:
            assert had.used_units + units[agent.agent_id] <= had.capacity_units


@settings(max_examples=50, deadline=None)
@given(desk=desks())
def test_nobody_is_asked_who_must_not_be(desk: Desk) -> None:
    for look, agent, forced in what_is_given(desk):
        item, work = look.item, desk.work[look.item.workstream_id]
        refusals = {each.agent_id: each for each in item.refusals}
        assert agent.agent_id not in refusals or refusals[agent.agent_id].times < desk.most_refusals
        if forced:
            assert agent.presence not in {BasePresence.OFFLINE, BasePresence.INACTIVE}
            continue
        assert agent.presence in work.allowed_presences
        if agent.agent_id in item.preferred_agent_ids and agent.agent_id not in refusals:
            continue
        assert item.queue_id in agent.memberships
        if work.skill_matching is SkillMatching.EXACT:
            assert gap(look.needs.skills, agent.skills).widest == 0


def after(desk: Desk, given_out: list[tuple[Look, Candidate, bool]]) -> Desk:
    """The same desk when everybody holds what they were given."""
    agents = {agent.agent_id: agent.model_dump() for agent in desk.candidates}
    for look, agent, _ in given_out:
        holds = agents[agent.agent_id]
        holds["standing"]["used_units"] += look.needs.demand.units
        holds["standing"]["sessions"] += 1
        if holds["presence"] is BasePresence.AVAILABLE:
            holds["presence"] = BasePresence.BUSY
        for profile_id, use in holds["standing"]["profiles"].items():
            use["used"] += profile_id in look.needs.demand.profile_ids
    gone = {look.item.conversation_id for look, _, _ in given_out}
    return desk.model_copy(
        update={
            "candidates": tuple(Candidate.model_validate(each) for each in agents.values()),
            "items": tuple(item for item in desk.items if item.conversation_id not in gone),
        }
    )


@settings(max_examples=50, deadline=None)
@given(desk=desks())
def test_nothing_waits_while_a_suitable_agent_is_free(desk: Desk) -> None:
    given_out = what_is_given(desk)
    assert len(given_out) < BLOCK

    left = after(desk, given_out)

    for item in left.items:
        # Only where somebody is kept free for what waits longer.
        if not Assignment(left, NOW).look(item).choices:
            continue
        kept = [
            other
            for other in left.items
            if other.conversation_id != item.conversation_id and NOW - other.queued_at >= KEPT_AFTER
        ]
        assert kept


@settings(max_examples=30, deadline=None)
@given(desk=desks())
def test_a_conversation_is_given_to_one_agent_in_a_round(desk: Desk) -> None:
    conversations = [look.item.conversation_id for look, _, _ in what_is_given(desk)]

    assert len(set(conversations)) == len(conversations)


@settings(max_examples=30, deadline=None)
@given(desk=desks(), seed=st.permutations(range(12)))
def test_the_order_in_which_things_are_read_makes_no_difference(desk: Desk, seed: list[int]) -> None:
    shuffled = [desk.items[at] for at in seed if at < len(desk.items)]
    other = desk.model_copy(
        update={"items": tuple(shuffled), "candidates": tuple(reversed(desk.candidates))}
    )

    assert [(look.item.conversation_id, agent.agent_id) for look, agent, _ in what_is_given(desk)] == [
        (look.item.conversation_id, agent.agent_id) for look, agent, _ in what_is_given(other)
    ]


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_nobody_starves_however_much_small_work_comes(data: st.DataObject) -> None:
    """Two agents, one conversation that takes nearly all of one, and small ones without end."""
    agents = [a_candidate(), a_candidate()]
    held = [(agent.agent_id, 30, 0) for agent in agents for _ in range(3)]
    large = an_item(workstream_id=HEAVY, waiting_since=NOW)
    work = {STREAM: WorkSettings(), HEAVY: WorkSettings(capacity_units=90)}

    for minute in range(1, 20):
        now = NOW + timedelta(minutes=minute)
        # Whatever somebody has to do is done some time.
        held = [each for each in held if minute - each[2] < data.draw(st.integers(1, 6))]
        small = (an_item(waiting_since=now) for _ in range(3))
        desk = Desk(
            queues={QUEUE: a_queue()},
            work=work,
            items=(large, *small),
            candidates=tuple(
                having(
                    agent,
                    used_units=sum(units for who, units, _ in held if who == agent.agent_id),
                    sessions=sum(who == agent.agent_id for who, _, _ in held),
                )
                for agent in agents
            ),
            most_refusals=3,
        )
        for look, agent, _ in what_is_given(desk, now):
            held.append((agent.agent_id, look.needs.demand.units, minute))
            if look.item == large:
                return
    raise AssertionError("the large conversation was never offered to anybody")


@given(waited=st.integers(0, 1000))
def test_what_is_asked_for_never_grows_with_time(waited: int) -> None:
    work = WorkSettings.model_validate(
        {"rings": [{"after": "PT1M", "levels_off": 1}, {"after": "PT5M", "levels_off": None}]}
    )
    item = an_item(waiting_since=NOW, required_skills=(RequiredSkill(name="Billing", level=3),))
    desk = Desk(
        queues={QUEUE: a_queue()}, work={STREAM: work}, items=(item,), candidates=(), most_refusals=3
    )

    def off(seconds: int) -> float:
        levels = requirements_of(item, desk, NOW + timedelta(seconds=seconds)).levels_off
        return float("inf") if levels is None else levels

    assert off(waited) <= off(waited + 1)


def test_kept_agents_show_as_kept() -> None:
    full = a_candidate(used_units=50)
    large = an_item(workstream_id=HEAVY, waiting_since=ago(minutes=5))
    desk = Desk(
        queues={QUEUE: a_queue()},
        work={STREAM: WorkSettings(), HEAVY: WorkSettings(capacity_units=90)},
        items=(large, an_item()),
        candidates=(full,),
        most_refusals=3,
    )

    found = list(Assignment(desk, NOW).looks())

    assert [list(look.obstacles.values()) for look in found] == [
        [Obstacle.CAPACITY],
        [Obstacle.KEPT],
    ]
