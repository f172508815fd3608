"""Agents are there while a window of theirs is: leases, and what runs out with the last one."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from domain.conversations import MailKind, State
from domain.ids import AgentId, ConversationId, new_id
from domain.ports import Projection
from domain.presences import BasePresence
from routing.presences import presence_of
from storage.agent_leases import AgentLeases, WindowLease
from storage.agent_presences import AgentPresences
from storage.agents import Agents
from storage.attendances import Attendances
from storage.away_agents import AwayAgents
from storage.conversations import Conversations
from storage.database import Database
from tests.integration.house import House, now

LONG = timedelta(hours=1)
RESTORED = timedelta(minutes=2.5)
AGENT_MAIL = (MailKind.AGENT_AWAY, MailKind.AGENT_RETURNED)


@pytest.fixture
def leases(database: Database) -> AgentLeases:
    return AgentLeases(database)


@pytest.fixture
def away(database: Database) -> AwayAgents:
    return AwayAgents(database)


def a_window(agent_id: AgentId, session: str = "at work") -> WindowLease:
    return WindowLease(lease_id=new_id(), agent_id=agent_id, token_hash=session.encode())


class Office:
    """Alice, her windows and her conversations."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.db = house.db
        self.leases = AgentLeases(house.db)
        self.alice = house.alice.agent_id
        self._revision = 0

    async def opens(self, session: str = "at work") -> WindowLease:
        lease = a_window(self.alice, session)
        await self.leases.take(lease, LONG, RESTORED)
        return lease

    async def run_out(self) -> None:
        """Nobody has renewed a lease for long."""
        await self.db.execute("UPDATE agent_leases SET expires_at = clock_timestamp()")

    async def is_lost(self) -> None:
        await self.run_out()
        assert await self.leases.settle(self.alice)

    async def passes(self, gone: timedelta) -> None:
        """They have been away for that long."""
        await self.db.execute(
            "UPDATE agent_presences SET lost_at = lost_at - %(gone)s::interval", {"gone": gone}
        )

    async def chooses(self, base: BasePresence) -> None:
        assert await AgentPresences(self.db).choose(self.alice, base)

    async def may_work(self, agent_id: AgentId, *, may: bool) -> None:
        agents = Agents(self.db)
        agent = await agents.get(agent_id)
        await agents.update(agent.model_copy(update={"enabled": may}), agent.version)

    async def presence(self) -> BasePresence:
        return presence_of(await Attendances(self.db).one(self.alice)).base

    async def has(
        self, sid: str, agent_id: UUID | None = None, state: State = State.ACTIVE
    ) -> ConversationId:
        """A conversation of its own customer."""
        received = await self.house.receive(sid, f"whatsapp:+49151{sid}")
        await self.projected(received.conversation_id, agent_id or self.alice, state)
        return received.conversation_id

    async def projected(
        self, conversation_id: ConversationId, agent_id: UUID | None, state: State = State.ACTIVE
    ) -> None:
        self._revision += 1
        await Conversations(self.db).project(
            Projection(
                conversation_id=conversation_id,
                revision=self._revision,
                state=state,
                at=now(),
                agent_id=agent_id,
            )
        )

    async def told(self, conversation_id: ConversationId) -> list[tuple[str, UUID]]:
        """The mail about agents that its workflow was sent."""
        async with self.db.connection() as connection:
            cursor = await connection.execute(
                "SELECT kind, agent_id FROM mailbox WHERE conversation_id = %s AND kind = ANY (%s)"
                " ORDER BY position",
                [conversation_id, [kind.value for kind in AGENT_MAIL]],
            )
            return [(row["kind"], row["agent_id"]) for row in await cursor.fetchall()]


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


async def sweep(away: AwayAgents) -> list[ConversationId]:
    """Tell every workflow that has to be told; say which."""
    found = [*await away.untold(100), *await away.outdated(100)]
    return [each for each in found if await away.tell(each)]


async def test_the_first_window_makes_somebody_available_and_the_last_one_offline(
    office: Office, leases: AgentLeases
) -> None:
    first, second = a_window(office.alice), a_window(office.alice)
    assert await leases.take(first, LONG, RESTORED)
    assert not await leases.take(second, LONG, RESTORED)
    assert await office.presence() is BasePresence.AVAILABLE
    await leases.let_go(first.lease_id, timedelta())
    assert not await leases.settle(office.alice)
    await leases.let_go(second.lease_id, timedelta())
    assert await leases.lapsed(10) == [office.alice]
    assert await leases.settle(office.alice)
    assert await office.presence() is BasePresence.OFFLINE


async def test_back_within_the_time_a_choice_is_as_it_was(office: Office) -> None:
    await office.opens()
    await office.chooses(BasePresence.AWAY)
    await office.is_lost()
    await office.passes(timedelta(minutes=2))
    assert await office.presence() is BasePresence.OFFLINE
    await office.opens()
    assert await office.presence() is BasePresence.AWAY


async def test_back_later_what_was_chosen_and_imposed_is_over(office: Office) -> None:
    await office.opens()
    await office.chooses(BasePresence.AWAY)
    await AgentPresences(office.db).impose(office.alice, BasePresence.INACTIVE)
    assert await office.presence() is BasePresence.INACTIVE
    await office.is_lost()
    await office.passes(timedelta(minutes=3))
    await office.opens()
    assert await office.presence() is BasePresence.AVAILABLE


@pytest.mark.parametrize(
    ("default", "begins"),
    [("away", "away"), ("do_not_disturb", "do_not_disturb"), ("busy", "available")],
)
async def test_a_default_presence_holds_from_the_beginning_of_a_working_day(
    office: Office, default: str, begins: str
) -> None:
    await office.db.execute("UPDATE agents SET default_presence = %(it)s", {"it": default})
    await office.opens()
    assert await office.presence() == begins
    await office.chooses(BasePresence.AVAILABLE)
    assert await office.presence() is BasePresence.AVAILABLE
    await office.is_lost()
    await office.opens()
    assert await office.presence() is BasePresence.AVAILABLE
    await office.is_lost()
    await office.passes(timedelta(hours=9))
    await office.opens()
    assert await office.presence() == begins


async def test_who_signs_out_is_offline_at_once_and_their_choice_is_over(office: Office) -> None:
    lease = await office.opens()
    await office.chooses(BasePresence.AWAY)
    assert await office.leases.sign_out(office.alice, lease.token_hash)
    assert await office.presence() is BasePresence.OFFLINE
    assert not await office.leases.renew(lease.lease_id, LONG)
    await office.opens("at home")
    assert await office.presence() is BasePresence.AVAILABLE


async def test_a_sign_out_leaves_the_windows_of_other_sessions_alone(office: Office) -> None:
    at_home = await office.opens("at home")
    at_work = await office.opens("at work")
    assert not await office.leases.sign_out(office.alice, at_home.token_hash)
    assert await office.presence() is BasePresence.AVAILABLE
    assert not await office.leases.renew(at_home.lease_id, LONG)
    assert await office.leases.renew(at_work.lease_id, LONG)


async def test_nothing_can_be_chosen_for_who_is_not_there(office: Office) -> None:
    assert not await AgentPresences(office.db).choose(office.alice, BasePresence.BUSY)
    await office.opens()
    await office.is_lost()
    assert not await AgentPresences(office.db).choose(office.alice, BasePresence.BUSY)


async def test_eight_sweeps_at_once_lose_an_agent_once(office: Office, leases: AgentLeases) -> None:
    await office.opens()
    await office.run_out()
    lost = await asyncio.gather(*(leases.settle(office.alice) for _ in range(8)))
    assert lost.count(True) == 1


async def test_workflows_are_told_of_agents_who_leave_and_return(
    office: Office, away: AwayAgents
) -> None:
    await office.opens()
    mine, wrapping = await office.has("1"), await office.has("2", state=State.WRAP_UP)
    assert await sweep(away) == []
    await office.is_lost()
    assert await sweep(away) == [mine]
    assert await sweep(away) == []
    await office.opens()
    assert await sweep(away) == [mine]
    assert await office.told(mine) == [("agent_away", office.alice), ("agent_returned", office.alice)]
    assert await office.told(wrapping) == []


async def test_who_never_had_a_window_is_never_lost(office: Office, away: AwayAgents) -> None:
    mine = await office.has("1", agent_id=office.house.bob.agent_id)
    assert await away.untold(10) == []
    assert not await office.leases.settle(office.house.bob.agent_id)
    assert not await away.tell(mine)


async def test_inv12_who_may_not_work_any_more_is_away_until_they_may_again(
    office: Office, away: AwayAgents
) -> None:
    """Also those who never had a window: what they have must not stay with them for ever."""
    bob = office.house.bob.agent_id
    mine = await office.has("1", agent_id=bob)
    await office.may_work(bob, may=False)
    assert await sweep(away) == [mine]
    assert await sweep(away) == []
    await office.may_work(bob, may=True)
    assert await sweep(away) == [mine]
    assert await office.told(mine) == [("agent_away", bob), ("agent_returned", bob)]


async def test_inv12_what_came_to_an_agent_while_they_were_removed_is_told(
    office: Office, away: AwayAgents
) -> None:
    await Agents(office.db).delete(office.alice)
    mine = await office.has("1")
    assert await sweep(away) == [mine]


async def test_what_is_given_to_somebody_who_is_away_is_told_too(
    office: Office, away: AwayAgents
) -> None:
    await office.opens()
    await office.is_lost()
    mine = await office.has("1")
    assert await sweep(away) == [mine]
    assert await office.told(mine) == [("agent_away", office.alice)]


async def test_another_agent_of_a_conversation_is_another_matter(
    office: Office, away: AwayAgents
) -> None:
    bob = office.house.bob.agent_id
    await office.opens()
    mine = await office.has("1")
    await office.is_lost()
    await sweep(away)
    await office.projected(mine, None, State.OPEN)
    await office.projected(mine, office.alice)
    assert await sweep(away) == [mine]
    await office.projected(mine, bob)
    await office.opens()
    assert await sweep(away) == []
    assert await office.told(mine) == [("agent_away", office.alice)] * 2


async def test_a_workflow_that_took_over_is_told_anew(office: Office, away: AwayAgents) -> None:
    await office.opens()
    mine = await office.has("1")
    await office.is_lost()
    await sweep(away)
    await Conversations(office.db).reclaim(mine)
    assert await sweep(away) == [mine]
    assert await office.told(mine) == [("agent_away", office.alice)] * 2


async def test_eight_sweeps_at_once_tell_a_workflow_once(office: Office, away: AwayAgents) -> None:
    await office.opens()
    mine = await office.has("1")
    await office.is_lost()
    told = await asyncio.gather(*(away.tell(mine) for _ in range(8)))
    assert told.count(True) == 1


async def test_away_and_returned_take_turns_whatever_races(office: Office, away: AwayAgents) -> None:
    """Windows open, close and run out while sweeps tell of it: told in turns, and the end is true."""
    await office.opens()
    mine = await office.has("1")

    async def window(number: int) -> None:
        lease = await office.opens()
        await office.leases.let_go(lease.lease_id, timedelta())
        if number % 2:
            await office.leases.settle(office.alice)
        await away.tell(mine)

    await office.run_out()
    for _ in range(5):
        await asyncio.gather(*(window(number) for number in range(6)))
    await office.leases.settle(office.alice)
    await sweep(away)
    told = [kind for kind, _ in await office.told(mine)]
    assert told[0] == told[-1] == "agent_away"
    assert all(one != other for one, other in pairwise(told))


async def test_profiles_are_counted_by_the_leases_that_take_of_them(office: Office) -> None:
    profile = new_id()
    mine = await office.has("1")
    await office.db.execute(
        "INSERT INTO capacity_profiles (profile_id, name, work_limit) VALUES (%(id)s, 'Chats', 5)",
        {"id": profile},
    )
    await office.db.execute(
        "INSERT INTO agent_capacity_profiles (agent_id, profile_id, work_limit)"
        " VALUES (%(agent)s, %(id)s, 1)",
        {"id": profile, "agent": office.alice},
    )
    lease: dict[str, Any] = {"agent": office.alice, "mine": mine, "ids": [profile]}
    await office.db.execute(
        "INSERT INTO capacity_leases (conversation_id, agent_id, units, profile_ids, held_for)"
        " VALUES (%(mine)s, %(agent)s, 0, %(ids)s, 'conversation')"
        " ON CONFLICT (conversation_id, agent_id) DO UPDATE SET profile_ids = excluded.profile_ids",
        lease,
    )
    await office.opens()
    known = await Attendances(office.db).among([office.alice])
    assert [agent.agent_id for agent in known] == [office.alice]
    assert [(each.used, each.limit) for each in known[0].profiles] == [(1, 1)]
    assert presence_of(known[0]).base is BasePresence.DO_NOT_DISTURB
