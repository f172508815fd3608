"""Many who give out work at once, some killed on the way; judged by the log of all that happened."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID, uuid4

import pytest

from domain.capacity import MOST_SESSIONS
from storage.organization import Organizations
from storage.queues import Queues
from tests.faults.scale import PATIENCE, scaled
from tests.integration.crowd import Crowd
from tests.integration.house import House, a_queue
from tests.integration.lease_log import (
    Logged,
    keep_log,
    never_accepted,
    over_a_limit,
    read_log,
    with_two,
)
from tests.integration.test_distribution import Floor
from tests.stack import ROOT

AGENTS: Final = scaled(12, 200)
CONVERSATIONS: Final = scaled(80, 5_000)
DISTRIBUTORS: Final = scaled(3, 8)
KILLED: Final = scaled(1, 40)
SEED: Final = int(os.environ.get("SEED", "1"))
JOIN_ALL: Final = (
    "INSERT INTO queue_members SELECT %(queue_id)s, agent_id FROM agents ON CONFLICT DO NOTHING"
)
LIMITS: Final = "SELECT agent_id, capacity_units FROM agents"


class Distributors:
    """Processes that give out work; whichever is killed is replaced."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._running: list[asyncio.subprocess.Process] = []
        self._started = 0

    @asynccontextmanager
    async def running(self, number: int) -> AsyncIterator[None]:
        try:
            for _ in range(number):
                await self._start()
            yield
        finally:
            for process in self._running:
                process.kill()
            for process in self._running:
                await process.wait()

    async def some_are_killed(self, crowd: Crowd) -> None:
        """At even distances on the way, as far as the crowd has come."""
        for number in range(1, KILLED + 1):
            while len(crowd.closed) < CONVERSATIONS * number // (KILLED + 1):
                await asyncio.sleep(0.01)
            victim = self._running.pop(0)
            victim.send_signal(signal.SIGKILL)
            await victim.wait()
            await self._start()

    async def _start(self) -> None:
        """Two of three are careless, so that they do get in each other's way."""
        self._started += 1
        careless = ("careless",) if self._started % 3 else ()
        command = [sys.executable, "-m", "tests.integration.give_out", self._conninfo, *careless]
        self._running.append(await asyncio.create_subprocess_exec(*command, cwd=ROOT))


@pytest.mark.timeout(PATIENCE)
async def test_inv7_no_limit_is_exceeded_nothing_is_offered_to_two_and_nothing_is_forgotten(
    house: House, database_url: str
) -> None:
    await Organizations(house.db).create_once("Shop")
    floor, chance = Floor(house), random.Random(SEED)  # noqa: S311
    await floor.work(capacity_units=30)
    await floor.policy('{"missed_makes_inactive": false, "decline_limit": 5}')
    second = await Queues(house.db).create(a_queue("Second"))
    for number in range(AGENTS):
        await floor.at_work(f"Agent{number}", chance.choice([30, 60, 100, 400]))
    await house.db.execute(JOIN_ALL, {"queue_id": second.queue_id})
    await keep_log(house.db)
    crowd = Crowd(house, [house.queue.queue_id, second.queue_id], SEED)
    distributors = Distributors(database_url)

    async with distributors.running(DISTRIBUTORS):
        await asyncio.gather(
            crowd.writes(CONVERSATIONS),
            crowd.answers(CONVERSATIONS),
            distributors.some_are_killed(crowd),
        )

    log = await read_log(house.db)
    async with house.db.connection() as connection:
        rows = await (await connection.execute(LIMITS)).fetchall()
    limits = {row["agent_id"]: row["capacity_units"] or 0 for row in rows}
    assert list(over_a_limit(log, limits)) == []
    assert list(with_two(log)) == []
    assert never_accepted(log, crowd.conversations) == set()
    assert await floor.capacity.audit() == []
    assert await house.value("SELECT sum(used_units + sessions) FROM agent_loads") == 0


def test_the_log_is_read_by_somebody_who_notices() -> None:
    ann, ben, one, two = (uuid4() for _ in range(4))
    limits = {ann: 60, ben: 10_000}

    def taken(conversation_id: UUID, agent_id: UUID, units: int = 40) -> Logged:
        return Logged(conversation_id, agent_id, units=units)

    assert list(over_a_limit([taken(one, ann), taken(one, ann, -40), taken(two, ann)], limits)) == []
    assert list(over_a_limit([taken(one, ann), taken(two, ann)], limits))
    assert list(over_a_limit([taken(one, ann, -40)], limits))
    many = [taken(uuid4(), ben, 1) for _ in range(MOST_SESSIONS)]
    assert list(over_a_limit(many, limits)) == []
    assert list(over_a_limit([*many, taken(one, ben, 1)], limits))
    assert list(with_two([taken(one, ann), taken(one, ben)]))
    offers = [Logged(one, ann, offer="open"), Logged(one, ben, offer="open")]
    assert list(with_two(offers))
    assert list(with_two([offers[0], Logged(one, ann, offer="declined"), offers[1]])) == []
    assert never_accepted([Logged(one, ann, offer="accepted")], [one, two]) == {two}
