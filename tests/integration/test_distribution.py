"""Work is given out on a real PostgreSQL: who is asked, why, and what wakes whoever decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.distribution import Distributor
from application.offering import Offering
from domain.assignments import AssignmentDecision, Merit, Obstacle
from domain.configuration import Agent
from domain.conversations import State
from domain.distribution import AssignmentMethod, OfferSettings
from domain.ids import ConversationId
from domain.offers import OfferState
from domain.skills import RequiredSkill
from storage.assignment_decisions import AssignmentDecisions
from storage.documents import document
from storage.organization import Organizations
from storage.queues import Queues
from storage.work import PER_KIND, Work
from tests.integration.distributing import Distributing
from tests.integration.house import House, a_queue

COME = """
    INSERT INTO agent_presences (agent_id, came_at, lost_at) VALUES (%(agent_id)s, now(), NULL)
    ON CONFLICT (agent_id) DO UPDATE SET lost_at = NULL
"""
JOIN = "INSERT INTO queue_members (queue_id, agent_id) VALUES (%(queue_id)s, %(agent_id)s)"
OPEN_OFFERS = """
    SELECT o.conversation_id, o.agent_id FROM offers o WHERE o.state = 'open' ORDER BY o.offer_id
"""
SETTLE = """
    UPDATE offers SET state = %(state)s, settled_at = clock_timestamp()
    WHERE conversation_id = %(conversation_id)s AND state = 'open'
"""
FREE = "DELETE FROM capacity_leases WHERE conversation_id = %(conversation_id)s"


class Bell:
    """Counts for whom it rang."""

    def __init__(self) -> None:
        self.rang: list[ConversationId] = []

    def ring(self, conversation_id: ConversationId) -> None:
        self.rang.append(conversation_id)

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()


class Floor(Distributing):
    """Everybody at work, and whoever gives out the work."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.bell = Bell()
        self.distributor = self.another()

    def another(self, **override: Any) -> Distributor:
        db = self.house.db
        return Distributor(db, Work(db), Offering(db, self.bell), **override)

    async def at_work(self, name: str, units: int | None = 30) -> Agent:
        agent = await self.agent(name, units)
        await self.come(agent)
        await self.house.db.execute(
            JOIN, {"queue_id": self.house.queue.queue_id, "agent_id": agent.agent_id}
        )
        return agent

    async def come(self, agent: Agent) -> None:
        await self.house.db.execute(COME, {"agent_id": agent.agent_id})

    async def offered(self) -> dict[UUID, UUID]:
        """Every open offer: the conversation, and whom it is offered to."""
        async with self.house.db.connection() as connection:
            rows = await (await connection.execute(OPEN_OFFERS)).fetchall()
        return {row["conversation_id"]: row["agent_id"] for row in rows}

    async def settle(self, conversation_id: ConversationId, state: OfferState) -> None:
        """What the workflow would do about an answer that is no."""
        which = {"conversation_id": conversation_id, "state": state}
        async with self.house.db.transaction():
            await self.house.db.execute(SETTLE, which)
            await self.house.db.execute(FREE, which)

    async def reasons(self, conversation_id: ConversationId) -> list[AssignmentDecision]:
        found, _ = await AssignmentDecisions(self.house.db).listing(conversation_id, None, 10)
        return found

    @asynccontextmanager
    async def running(self, **override: Any) -> AsyncIterator[None]:
        async with self.another(**override).running():
            yield

    async def until(self, offers: int) -> dict[UUID, UUID]:
        async with asyncio.timeout(10):
            while len(found := await self.offered()) != offers:
                await asyncio.sleep(0.01)
        return found


@pytest.fixture
async def floor(house: House) -> Floor:
    await Organizations(house.db).create_once("Shop")
    floor = Floor(house)
    await floor.work()
    return floor


async def test_what_waits_is_offered_to_whoever_has_room_and_the_reason_is_kept(floor: Floor) -> None:
    ann, ben = await floor.at_work("Ann", 60), await floor.at_work("Ben", 20)
    conversation_id = await floor.conversation()

    assert await floor.distributor.distribute() == 1

    assert await floor.offered() == {conversation_id: ann.agent_id}
    assert floor.bell.rang == [conversation_id]
    [decision] = await floor.reasons(conversation_id)
    assert (decision.offered_to, decision.offer_state) == (ann.agent_id, OfferState.OPEN)
    assert (decision.method, decision.queue_name) == ("highest_capacity", "Support")
    considered = {
        each.agent_id: (each.place, each.merit, each.obstacle) for each in decision.considered
    }
    assert considered == {
        ann.agent_id: (1, Merit.METHOD, None),
        ben.agent_id: (None, None, Obstacle.CAPACITY),
        floor.house.alice.agent_id: (None, None, Obstacle.PRESENCE),
    }


async def test_whoever_declines_is_asked_after_the_others(floor: Floor) -> None:
    ann, ben = await floor.at_work("Ann", 90), await floor.at_work("Ben", 60)
    conversation_id = await floor.conversation()
    asked = []

    for _ in range(6):
        await floor.distributor.distribute()
        offered = await floor.offered()
        if offered:
            asked.append(offered[conversation_id])
            await floor.settle(conversation_id, OfferState.DECLINED)

    turns = [ann.agent_id, ben.agent_id] * 3
    assert asked == turns
    reasons = await floor.reasons(conversation_id)
    assert [each.offered_to for each in reasons] == turns
    assert {each.offer_state for each in reasons} == {OfferState.DECLINED}


async def test_why_nobody_can_take_it_is_kept_once_and_follows_what_changes(floor: Floor) -> None:
    ann = await floor.at_work("Ann", 20)
    conversation_id = await floor.conversation()

    await floor.distributor.distribute(explain=True)
    await floor.distributor.distribute(explain=True)
    [before] = await floor.reasons(conversation_id)
    await floor.give(ann.agent_id, 10)
    await floor.distributor.distribute(explain=True)
    [after] = await floor.reasons(conversation_id)
    await floor.give(ann.agent_id, 30)
    await floor.distributor.distribute(explain=True)

    assert "20 of 20 units left" in str(before.considered)
    assert "10 of 10 units left" in str(after.considered)
    waited, offered = await floor.reasons(conversation_id)
    assert (waited.offer_id, offered.offered_to) == (None, ann.agent_id)


async def test_what_agents_take_themselves_is_not_offered(floor: Floor) -> None:
    await floor.at_work("Ann")
    await floor.house.db.execute("UPDATE workstreams SET distribution = 'pick'")
    await floor.conversation()

    assert await floor.distributor.distribute() == 0


async def test_the_skills_of_a_conversation_choose_who_is_asked(floor: Floor) -> None:
    await floor.at_work("Ann")
    ben = await floor.at_work("Ben")
    await floor.house.db.execute(
        "WITH skill AS (INSERT INTO skills (skill_id, name, levels)"
        " VALUES (gen_random_uuid(), 'Billing', '[\"1\", \"2\"]') RETURNING skill_id)"
        " INSERT INTO agent_skills SELECT %(agent_id)s, skill_id, 2 FROM skill",
        {"agent_id": ben.agent_id},
    )
    conversation_id = await floor.conversation()
    await floor.house.db.execute(
        "UPDATE conversations SET required_skills = %(skills)s",
        {"skills": document([RequiredSkill(name="BILLING", level=2)])},
    )

    await floor.distributor.distribute()

    assert await floor.offered() == {conversation_id: ben.agent_id}


async def test_whom_the_customer_knows_is_asked_first_and_in_their_own_way(floor: Floor) -> None:
    await floor.at_work("Ann", 90)
    ben = await floor.at_work("Ben", 60)
    await floor.work(
        returning={"offers": OfferSettings(countdown=timedelta(seconds=33), auto_assign=True)}
    )
    conversation_id = await floor.conversation()
    await floor.house.db.execute(
        "INSERT INTO preferred_agents SELECT contact_id, 1, %(agent_id)s FROM conversations",
        {"agent_id": ben.agent_id},
    )

    await floor.distributor.distribute()

    assert await floor.offered() == {conversation_id: ben.agent_id}
    row = await floor.house.db.one("SELECT accepted, expires_at - offered_at AS countdown FROM offers")
    assert row == {"accepted": True, "countdown": timedelta(seconds=33)}


async def test_the_agent_of_the_last_conversation_is_asked_first_where_that_is_wanted(
    floor: Floor,
) -> None:
    await floor.at_work("Ann", 90)
    ben = await floor.at_work("Ben", 60)
    await floor.work(returning={"last_agent_within": timedelta(days=7)})
    first = await floor.house.receive("SM901")
    await floor.project(first.conversation_id, State.ACTIVE, ben)
    await floor.project(first.conversation_id, State.WRAP_UP, ben, holds=False)
    assert await floor.close(first.conversation_id)

    second = await floor.house.receive("SM902")
    await floor.distributor.distribute()

    assert await floor.offered() == {second.conversation_id: ben.agent_id}


async def test_a_round_goes_through_kinds_of_work_not_through_all_that_waits(floor: Floor) -> None:
    """Many for whom nobody is there hide nothing that comes after them."""
    ann = await floor.at_work("Ann")
    hopeless = [await floor.conversation() for _ in range(PER_KIND + 5)]
    await floor.house.db.execute(
        "UPDATE conversations SET priority = 1, required_skills = %(skills)s",
        {"skills": document([RequiredSkill(name="Billing", level=2)])},
    )
    simple = await floor.conversation()

    await floor.distributor.distribute(explain=True)

    assert await floor.offered() == {simple: ann.agent_id}
    [decision] = await floor.reasons(hopeless[0])
    assert decision.offer_id is None


async def test_what_cannot_be_understood_keeps_nobody_else_waiting(floor: Floor) -> None:
    """Such as what a later release wrote."""
    ann = await floor.agent("Ann", 30)
    await floor.come(ann)
    other = await Queues(floor.house.db).create(a_queue("Other", ann.agent_id))
    strange, usual = await floor.conversation(), await floor.conversation()
    await floor.house.db.execute(
        "UPDATE conversations SET required_skills = '[7]' WHERE conversation_id = %(conversation_id)s",
        {"conversation_id": strange},
    )
    await floor.house.db.execute(
        "UPDATE conversations SET queue_id = %(queue_id)s WHERE conversation_id = %(conversation_id)s",
        {"queue_id": other.queue_id, "conversation_id": usual},
    )

    await floor.distributor.distribute()

    assert await floor.offered() == {usual: ann.agent_id}


async def test_in_turn_means_per_queue_whoever_had_none_first(floor: Floor) -> None:
    other = await Queues(floor.house.db).create(a_queue("Other"))
    await floor.house.db.execute(
        "UPDATE queues SET method = %(method)s", {"method": AssignmentMethod.ROUND_ROBIN}
    )
    agents = [await floor.at_work(name, 90) for name in ("Ann", "Ben", "Cat")]
    conversations = [await floor.conversation() for _ in range(5)]

    for _ in conversations:
        await floor.distributor.distribute()

    offered = await floor.offered()
    assert [offered[each] for each in conversations] == [
        agents[number % 3].agent_id for number in range(5)
    ]
    turns = "SELECT count(*) FROM queue_members WHERE assigned_at IS NOT NULL AND queue_id = %(queue)s"
    assert await floor.house.value(turns, queue=floor.house.queue.queue_id) == 3
    assert await floor.house.value(turns, queue=other.queue_id) == 0


async def test_two_who_decide_at_once_offer_nothing_twice(floor: Floor) -> None:
    for number in range(4):
        await floor.at_work(f"Agent {number}", 60)
    conversations = {await floor.conversation() for _ in range(10)}

    made = await asyncio.gather(*(floor.another().distribute() for _ in range(5)))

    assert sum(made) == len(await floor.offered()) == 8
    assert set(await floor.offered()) <= conversations
    assert await floor.house.value("SELECT max(used_units) FROM agent_loads") == 60


async def test_every_change_that_matters_wakes_whoever_decides(floor: Floor) -> None:
    """Without a sweep: a customer writes, an agent comes, capacity grows, an offer is declined."""
    never = timedelta(hours=1)
    async with floor.running(sweep_every=never):
        first = await floor.conversation()
        ann = await floor.at_work("Ann")
        await floor.house.db.execute(
            "SELECT pg_notify('holdfast_work', '')"
        )  # presence tells by itself
        assert await floor.until(1) == {first: ann.agent_id}

        second = await floor.conversation()
        await floor.give(ann.agent_id, 60)
        assert set(await floor.until(2)) == {first, second}

        await floor.settle(first, OfferState.DECLINED)
        await floor.until(2)

    assert len(await floor.reasons(first)) == 2


async def test_why_somebody_waits_is_told_however_often_whoever_decides_is_woken(floor: Floor) -> None:
    async with floor.running():
        await asyncio.sleep(0.1)
        conversation_id = await floor.conversation()
        async with asyncio.timeout(10):
            while not await floor.reasons(conversation_id):
                await floor.house.db.execute("SELECT pg_notify('holdfast_work', '')")
                await asyncio.sleep(0.02)


async def test_what_nobody_was_woken_for_is_found_by_the_sweep(floor: Floor) -> None:
    await floor.at_work("Ann")
    await floor.house.db.execute("ALTER TABLE conversations DISABLE TRIGGER work_came")
    async with floor.running(sweep_every=timedelta(milliseconds=200)):
        await asyncio.sleep(0)
        conversation_id = await floor.conversation()

        assert set(await floor.until(1)) == {conversation_id}
