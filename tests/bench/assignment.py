"""How fast work is given out, by how much waits and how many agents there are."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from application.distribution import Distributor
from application.offering import Offering
from domain.ids import ConversationId
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.work import Work
from tests.bench.findings import Cell, Findings, Table, share, spread
from tests.bench.lab import PATIENCE, Lab

SIZES: Final = ((100, 200), (1_000, 200), (10_000, 200), (1_000, 100), (1_000, 1_000), (1_000, 10_000))
QUICK: Final = ((100, 50), (300, 50))
FREED: Final = 30
GIVEN: Final = 300

HOW: Final = f"""\
One process gives out the work of one queue, in a database of its own on the stack's server; nobody else
works there. Every agent has room for one conversation, and has it; so many others wait. *Decision*: an
agent's capacity is freed; from that commit to the commit of the offer to this agent, with the reason
and a hundred of those who were considered ({FREED} times, one after the other). *Offers/s*: every agent
has room without end and up to {GIVEN} conversations are given out. *Bare* is one statement that takes
the oldest conversation and any agent with room, and inserts one row: no lease, no mail, no event, no
skills, no order among agents, no reason."""

FILL: Final = """
    INSERT INTO organizations (name, attachment_max_bytes, attachment_types) VALUES ('Bench', 1, '{}');
    INSERT INTO queues (queue_id, name, priority) VALUES (gen_random_uuid(), 'Bench', 100);
    INSERT INTO workstreams (workstream_id, name, channel, distribution, fallback_queue_id, timers)
    SELECT gen_random_uuid(), 'Bench', 'whatsapp', 'push', queue_id, '{}' FROM queues;
    INSERT INTO accounts (account_id, channel, name, settings, enabled)
    VALUES (gen_random_uuid(), 'whatsapp', 'Bench', '{}', true);
    INSERT INTO endpoints (endpoint_id, account_id, channel, name, address, workstream_id, language,
                           enabled, settings)
    SELECT gen_random_uuid(), account_id, 'whatsapp', 'Bench', 'bench', workstream_id, 'en', true, '{}'
    FROM accounts, workstreams;
    INSERT INTO agents (agent_id, name, email, roles, enabled, capacity_units)
    SELECT gen_random_uuid(), 'Agent ' || n, n || '@example.com', '{agent}', true, 30
    FROM generate_series(1, %(agents)s) n;
    INSERT INTO queue_members (queue_id, agent_id) SELECT queue_id, agent_id FROM queues, agents;
    INSERT INTO agent_presences (agent_id, came_at) SELECT agent_id, now() FROM agents;
    INSERT INTO contacts (contact_id)
    SELECT gen_random_uuid() FROM generate_series(1, %(waiting)s + %(agents)s);
    INSERT INTO addresses (address_id, contact_id, channel, value)
    SELECT contact_id, contact_id, 'whatsapp', contact_id::text FROM contacts;
    INSERT INTO conversations (conversation_id, channel, endpoint_id, address_id, contact_id,
                               workstream_id, queue_id, language)
    SELECT gen_random_uuid(), 'whatsapp', e.endpoint_id, a.address_id, a.contact_id, e.workstream_id,
           q.queue_id, 'en'
    FROM addresses a, endpoints e, queues q;
    WITH busy AS (
        SELECT conversation_id, row_number() OVER () AS n FROM conversations LIMIT %(agents)s
    ), at_it AS (
        SELECT agent_id, row_number() OVER () AS n FROM agents
    ), had AS (
        UPDATE conversations c SET state = 'active', agent_id = t.agent_id, holds_capacity = true
        FROM busy b JOIN at_it t USING (n) WHERE c.conversation_id = b.conversation_id
        RETURNING c.conversation_id, c.agent_id
    )
    INSERT INTO capacity_leases (conversation_id, agent_id, units, held_for)
    SELECT conversation_id, agent_id, 30, 'conversation' FROM had;
"""
FREE_ONE: Final = """
    DELETE FROM capacity_leases
    WHERE agent_id = (SELECT agent_id FROM capacity_leases WHERE held_for = 'conversation' LIMIT 1)
"""
NO_LIMIT: Final = "UPDATE agents SET capacity_units = NULL"
NOBODY_HOLDS: Final = "DELETE FROM capacity_leases"
BARE_TABLE: Final = (
    "CREATE TABLE bare_offers (conversation_id uuid PRIMARY KEY, agent_id uuid NOT NULL)"
)
BARE: Final = """
    WITH oldest AS (
        SELECT c.conversation_id FROM conversations c
        WHERE c.state = 'open'
          AND NOT EXISTS (SELECT FROM bare_offers b WHERE b.conversation_id = c.conversation_id)
        ORDER BY c.opened_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ), anybody AS (
        SELECT agent_id FROM agent_loads WHERE sessions < 10 LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    INSERT INTO bare_offers SELECT conversation_id, agent_id FROM oldest, anybody
"""


@dataclass
class Bell:
    """Rings once for each offer, after it was committed."""

    rang: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    def ring(self, conversation_id: ConversationId) -> None:
        self.rang.put_nowait(time.perf_counter())

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()


async def measure(lab: Lab) -> Findings:
    """One size after the other, each in a fresh database."""
    rows: list[tuple[Cell, ...]] = []
    for waiting, agents in QUICK if lab.is_quick else SIZES:
        async with _filled(lab, waiting, agents) as database:
            decided = await _decisions(database)
            ours = await _offers_a_second(database, min(GIVEN, waiting - FREED))
            bare = await _bare_a_second(database, min(GIVEN, waiting - FREED))
        name = f"{waiting:,} waiting, {agents:,} agents"
        rows.append((name, *spread(decided), ours, bare, share(ours, bare)))
    head = ("", "decision p50 ms", "p99 ms", "max ms", "offers/s", "bare/s", "of bare")
    return Findings(
        "Assignment: how fast work is given out", HOW, (Table("Growth", head, tuple(rows)),)
    )


@asynccontextmanager
async def _filled(lab: Lab, waiting: int, agents: int) -> AsyncIterator[Database]:
    name = f"bench_{waiting}_{agents}"
    async with await psycopg.AsyncConnection.connect(lab.stack.conninfo, autocommit=True) as server:
        await server.execute(f"CREATE DATABASE {name}".encode())
        try:
            conninfo = make_conninfo(lab.stack.conninfo, dbname=name)
            await migrate(conninfo)
            async with open_database(conninfo) as database:
                await _fill(conninfo, waiting, agents)
                yield database
        finally:
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def _fill(conninfo: str, waiting: int, agents: int) -> None:
    text = FILL.replace("%(waiting)s", str(waiting)).replace("%(agents)s", str(agents))
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute(text.encode())
        await connection.execute("VACUUM ANALYZE")


async def _decisions(database: Database) -> Sequence[float]:
    """Seconds, each from somebody's being free to their being asked."""
    bell, took = Bell(), []
    async with Distributor(database, Work(database), Offering(database, bell)).running():
        await asyncio.sleep(1)
        for _ in range(FREED):
            await database.execute(FREE_ONE)
            since = time.perf_counter()
            async with asyncio.timeout(PATIENCE):
                took.append(await bell.rang.get() - since)
    return took


async def _offers_a_second(database: Database, number: int) -> float:
    await database.execute(NOBODY_HOLDS)
    await database.execute(NO_LIMIT)
    distributor = Distributor(database, Work(database), Offering(database, Bell()))
    since, made = time.perf_counter(), 0
    while made < number and (more := await distributor.distribute()):
        made += more
    return made / (time.perf_counter() - since)


async def _bare_a_second(database: Database, number: int) -> float:
    await database.execute(BARE_TABLE)
    since = time.perf_counter()
    for _ in range(number):
        await database.execute(BARE)
    return number / (time.perf_counter() - since)
