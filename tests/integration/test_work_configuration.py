"""What work distribution reads, on a real PostgreSQL: kept whole, held while named, told at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

import pytest

from application.configuration.audit import AuditTrail
from application.configuration.routing_rules import NewRuleset, RoutingConfiguration
from domain.capacity import AgentCapacityProfile, CapacityProfile
from domain.configuration import Caller, Scope
from domain.distribution import OfferSettings, ReturningCustomers, WorkSettings
from domain.errors import InvalidInput, StillInUse
from domain.ids import new_id
from domain.presences import BasePresence
from domain.routing_rules import RulesetKind
from domain.skills import AgentSkill, Skill
from storage.agents import Agents
from storage.audit import AuditLog
from storage.capacity_profiles import CapacityProfiles
from storage.event_stream import wakes
from storage.queues import Queues
from storage.skills import Skills
from storage.workstreams import Workstreams
from tests.integration.house import House, a_skill, now
from tests.rulebook import a_rule

ROOT: Final = Caller(name="test", scopes=frozenset(Scope))
Change = Callable[[House, Skill, CapacityProfile], Awaitable[object]]


@pytest.fixture
async def billing(house: House) -> Skill:
    return await Skills(house.db).create(a_skill("Billing"))


@pytest.fixture
async def chats(house: House) -> CapacityProfile:
    profile = CapacityProfile(
        profile_id=new_id(), name="Chats", work_limit=3, created_at=now(), updated_at=now()
    )
    return await CapacityProfiles(house.db).create(profile)


async def learns(house: House, skill: Skill, _profile: CapacityProfile) -> None:
    able = house.alice.model_copy(update={"skills": (AgentSkill(skill_id=skill.skill_id, level=2),)})
    await Agents(house.db).update(able, 1)


async def gets_a_profile(house: House, _skill: Skill, profile: CapacityProfile) -> None:
    given = (AgentCapacityProfile(profile_id=profile.profile_id),)
    await Agents(house.db).update(house.alice.model_copy(update={"capacity_profiles": given}), 1)


async def gets_more_units(house: House, _skill: Skill, _profile: CapacityProfile) -> None:
    await Agents(house.db).update(house.alice.model_copy(update={"capacity_units": 500}), 1)


async def becomes_a_member(house: House, _skill: Skill, _profile: CapacityProfile) -> None:
    members = (house.alice.agent_id, house.bob.agent_id)
    await Queues(house.db).update(house.queue.model_copy(update={"member_ids": members}), 1)


async def raises_a_limit(house: House, _skill: Skill, profile: CapacityProfile) -> None:
    await CapacityProfiles(house.db).update(profile.model_copy(update={"work_limit": 9}), 1)


async def changes_settings(house: House, _skill: Skill, _profile: CapacityProfile) -> None:
    work = WorkSettings(capacity_units=10)
    await Workstreams(house.db).update(house.workstream.model_copy(update={"work": work}), 1)


async def test_what_an_agent_can_do_is_read_back_the_same(
    house: House, billing: Skill, chats: CapacityProfile
) -> None:
    able = house.alice.model_copy(
        update={
            "skills": (AgentSkill(skill_id=billing.skill_id, level=10),),
            "capacity_profiles": (AgentCapacityProfile(profile_id=chats.profile_id, work_limit=1),),
            "capacity_units": 60,
            "default_presence": BasePresence.AWAY,
        }
    )

    changed = await Agents(house.db).update(able, 1)

    assert changed == able.model_copy(update={"version": 2, "updated_at": changed.updated_at})
    assert await Agents(house.db).by_email(able.email) == changed


async def test_work_settings_are_read_back_the_same(house: House, chats: CapacityProfile) -> None:
    work = WorkSettings(
        capacity_profile_ids=(chats.profile_id,),
        returning=ReturningCustomers(offers=OfferSettings(auto_assign=True)),
    )
    streams = Workstreams(house.db)

    await streams.update(house.workstream.model_copy(update={"work": work}), 1)

    assert (await streams.get(house.workstream.workstream_id)).work == work


@pytest.mark.parametrize(
    "change",
    [
        learns,
        gets_a_profile,
        gets_more_units,
        becomes_a_member,
        raises_a_limit,
        changes_settings,
    ],
)
async def test_whoever_gives_out_work_hears_that_it_may_move(
    house: House, billing: Skill, chats: CapacityProfile, change: Change
) -> None:
    async with aclosing(wakes(house.db, "holdfast_work")) as heard, asyncio.timeout(30):
        await anext(heard)  # it listens from here on

        await change(house, billing, chats)

        assert (await anext(heard)).channel == "holdfast_work"


async def test_inv12_a_skill_is_not_removed_while_a_rule_that_names_it_is_written(
    house: House, billing: Skill
) -> None:
    rules = RoutingConfiguration(trail=AuditTrail(AuditLog(house.db)), database=house.db)
    needy = a_rule("needy", None, skills=[{"name": "billing", "level": 1}])
    draft = NewRuleset(
        workstream_id=house.workstream.workstream_id, kind=RulesetKind.CLASSIFICATION, rules=(needy,)
    )
    async with house.db.transaction():
        await rules.create(ROOT, draft)
        removing = asyncio.create_task(Skills(house.db).delete(billing.skill_id))
        await house.until_waiting()

    with pytest.raises(StillInUse, match="1 sets of routing rules"):
        await removing


async def test_inv12_a_rule_does_not_name_a_skill_that_is_just_being_removed(
    house: House, billing: Skill
) -> None:
    rules = RoutingConfiguration(trail=AuditTrail(AuditLog(house.db)), database=house.db)
    needy = a_rule("needy", None, skills=[{"name": "billing", "level": 1}])
    draft = NewRuleset(
        workstream_id=house.workstream.workstream_id, kind=RulesetKind.CLASSIFICATION, rules=(needy,)
    )
    async with house.db.transaction():
        await Skills(house.db).delete(billing.skill_id)
        writing = asyncio.create_task(rules.create(ROOT, draft))
        await house.until_waiting()

    with pytest.raises(InvalidInput):
        await writing
