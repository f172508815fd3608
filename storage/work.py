"""What waits for agents, and who they are: all that the distribution of work decides over."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple

from domain.attendance import Attendance
from domain.capacity import Standing
from domain.distribution import WorkSettings
from domain.ids import AgentId, ConversationId, QueueId, WorkstreamId
from domain.values import Value
from domain.work import Membership, WorkItem, WorkQueue
from storage.attendances import Attendances
from storage.capacity import Capacity
from storage.database import Database

PER_KIND: Final = 100
"""Of conversations that ask for the same, so many are looked at in one round."""
MOST_ITEMS: Final = 2_000
"""And so many altogether: of each kind the first, then of each the second …"""

# What nobody has, nobody is asked for, and agents do not take by themselves.
_WAITING: Final = """
    c.state = 'open' AND c.ended_by IS NULL AND w.distribution = 'push'
    AND NOT EXISTS (SELECT FROM offers o WHERE o.conversation_id = c.conversation_id
                    AND o.state = 'open' AND o.purpose <> 'consult')
    AND NOT EXISTS (SELECT FROM capacity_leases h WHERE h.conversation_id = c.conversation_id
                    AND h.held_for = 'conversation')
"""
QUEUES: Final = f"""
    SELECT q.queue_id, q.priority, q.method, q.custom_order,
           ARRAY(SELECT m.agent_id FROM queue_members m WHERE m.queue_id = q.queue_id) AS member_ids
    FROM queues q
    WHERE q.deleted_at IS NULL AND EXISTS (
        SELECT FROM conversations c JOIN workstreams w ON w.workstream_id = c.workstream_id
        WHERE c.queue_id = q.queue_id AND {_WAITING}
    )
    ORDER BY q.priority, q.queue_id
"""  # noqa: S608 - both parts stand above
SETTINGS: Final = """
    SELECT workstream_id, work FROM workstreams WHERE distribution = 'push' AND deleted_at IS NULL
"""
SKILLS: Final = "SELECT name FROM skills WHERE deleted_at IS NULL"
# Whoever was asked before it came to wait here is asked anew.
_REFUSED: Final = """
    o.queue_id = c.queue_id AND o.purpose = 'assignment' AND o.offered_at >= c.state_changed_at
    AND o.state IN ('declined', 'timed_out', 'undelivered')
"""
# The agent of the last conversation is preferred to those whom the customer prefers. Few of many were
# refused before: to look first whether there is anything to count is ten times faster.
_ITEMS: Final = """
    SELECT c.conversation_id, c.queue_id, c.workstream_id, c.channel, c.endpoint_id,
           least(c.last_inbound_at, c.state_changed_at) AS waiting_since,
           c.state_changed_at AS queued_at, c.priority, c.language, c.attributes, c.required_skills,
           c.preferred_agent_id AS last_agent_id,
           array_remove(
               CASE WHEN w.work #>> '{{returning,last_agent_within}}' IS NOT NULL THEN ARRAY(
                   SELECT l.agent_id FROM conversations l
                   WHERE l.contact_id = c.contact_id AND l.workstream_id = c.workstream_id
                     AND l.state = 'closed' AND l.agent_id IS NOT NULL
                     AND l.closed_at > statement_timestamp()
                         - (w.work #>> '{{returning,last_agent_within}}')::interval
                   ORDER BY l.closed_at DESC LIMIT 1
               ) ELSE '{{}}'::uuid[] END || ARRAY(
                   SELECT f.agent_id FROM preferred_agents f
                   WHERE f.contact_id = c.contact_id ORDER BY f.position
               ), NULL
           ) AS preferred_agent_ids,
           CASE WHEN EXISTS (
               SELECT FROM offers o WHERE o.conversation_id = c.conversation_id AND {refused}
           ) THEN (
               SELECT jsonb_agg(refused ORDER BY refused.agent_id) FROM (
                   SELECT o.agent_id, count(*) AS times, max(o.settled_at) AS last_at FROM offers o
                   WHERE o.conversation_id = c.conversation_id AND {refused}
                   GROUP BY o.agent_id
               ) AS refused
           ) ELSE '[]' END AS refusals
    FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    WHERE {which} AND {waiting}
"""
ONE: Final = _ITEMS.format(
    which="c.conversation_id = %(conversation_id)s", waiting=_WAITING, refused=_REFUSED
)
OF_QUEUES: Final = _ITEMS.format(
    which="c.queue_id = ANY (%(queue_ids)s)", waiting=_WAITING, refused=_REFUSED
)
# Those of one kind are suited by the same agents, so that the first of each say enough. Nothing hides
# behind many of another kind for which nobody is there.
ITEMS: Final = f"""
    WITH waiting AS ({OF_QUEUES}),
    placed AS (
        SELECT i.*, row_number() OVER kind AS place, lead(i.conversation_id) OVER kind AS next
        FROM waiting i JOIN queues q ON q.queue_id = i.queue_id
        WINDOW kind AS (
            PARTITION BY i.queue_id, i.workstream_id, i.language, i.last_agent_id,
                         i.required_skills, i.preferred_agent_ids, i.refusals,
                         CASE WHEN q.method = 'custom' THEN i.endpoint_id END,
                         CASE WHEN q.method = 'custom' THEN i.attributes END
            ORDER BY i.priority, i.waiting_since, i.conversation_id
        )
    )
    SELECT p.*, p.place = %(per_kind)s AND p.next IS NOT NULL AS more_behind
    FROM placed p
    WHERE p.place <= %(per_kind)s
    ORDER BY p.place, p.priority, p.waiting_since, p.conversation_id
    LIMIT %(limit)s
"""  # noqa: S608 - all parts stand above
COLLEAGUES: Final = """
    SELECT a.agent_id, l.freed_at,
           coalesce((
               SELECT jsonb_object_agg(k.name, s.level)
               FROM agent_skills s JOIN skills k ON k.skill_id = s.skill_id
               WHERE s.agent_id = a.agent_id AND k.deleted_at IS NULL
           ), '{}') AS skills,
           coalesce((
               SELECT jsonb_object_agg(m.queue_id, jsonb_build_object(
                   'added_at', m.added_at, 'assigned_at', m.assigned_at
               ))
               FROM queue_members m
               WHERE m.agent_id = a.agent_id AND m.queue_id = ANY (%(queue_ids)s)
           ), '{}') AS memberships
    FROM agents a LEFT JOIN agent_loads l ON l.agent_id = a.agent_id
    WHERE a.deleted_at IS NULL AND a.enabled AND (
        a.agent_id = ANY (%(also)s)
        OR a.agent_id IN (SELECT agent_id FROM queue_members WHERE queue_id = ANY (%(queue_ids)s))
    )
"""
# Two who decide about the same people at the same time would each count on the same capacity. No
# harm would come of it, but one of them would have worked for nothing.
CLAIM: Final = """
    SELECT pg_try_advisory_xact_lock(hashtextextended('holdfast_work/' || %(queue_id)s, 0)) AS is_mine
"""
COUNT_TURN: Final = """
    UPDATE queue_members SET assigned_at = clock_timestamp()
    WHERE queue_id = %(queue_id)s AND agent_id = %(agent_id)s
"""


class Colleague(Value):
    """What counts of an agent beside their presence and their capacity."""

    agent_id: AgentId
    freed_at: datetime | None
    skills: dict[str, int]
    memberships: dict[QueueId, Membership]


class Read(NamedTuple):
    """One look. What changes meanwhile is found out when capacity is taken."""

    items: Sequence[WorkItem]
    colleagues: Sequence[Colleague]
    attendances: Mapping[AgentId, Attendance]
    standings: Mapping[AgentId, Standing]
    work: Mapping[WorkstreamId, WorkSettings]
    skills: Sequence[str]


class _Skill(Value):
    name: str


class _Settings(Value):
    workstream_id: WorkstreamId
    work: WorkSettings


class Work:
    """Reads what waits. What becomes of it is in `storage.offers`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._attendances = Attendances(db)
        self._capacity = Capacity(db)

    async def queues(self) -> list[WorkQueue]:
        """Those in which something waits, the most urgent first."""
        return await self._db.rows(WorkQueue, QUEUES)

    async def read(self, queue_ids: Sequence[QueueId]) -> Read:
        """What waits in these queues, and everybody who could take it."""
        which = {"queue_ids": list(queue_ids), "per_kind": PER_KIND, "limit": MOST_ITEMS}
        return await self._around(await self._db.rows(WorkItem, ITEMS, which), queue_ids)

    async def read_one(self, conversation_id: ConversationId) -> tuple[Read, WorkQueue] | None:
        """The same for one. None: it does not wait for anybody."""
        item = await self._db.row(WorkItem, ONE, {"conversation_id": conversation_id})
        if item is None:
            return None
        queues = [each for each in await self.queues() if each.queue_id == item.queue_id]
        return (await self._around([item], [item.queue_id]), queues[0]) if queues else None

    async def _around(self, items: Sequence[WorkItem], queue_ids: Sequence[QueueId]) -> Read:
        known: set[AgentId] = {each for item in items for each in item.preferred_agent_ids}
        known |= {item.last_agent_id for item in items if item.last_agent_id}
        who = {"queue_ids": list(queue_ids), "also": list(known)}
        colleagues = await self._db.rows(Colleague, COLLEAGUES, who)
        agent_ids = [each.agent_id for each in colleagues]
        return Read(
            items=items,
            colleagues=colleagues,
            attendances={each.agent_id: each for each in await self._attendances.among(agent_ids)},
            standings=await self._capacity.standings(agent_ids),
            work={each.workstream_id: each.work for each in await self._db.rows(_Settings, SETTINGS)},
            skills=[each.name for each in await self._db.rows(_Skill, SKILLS)],
        )

    @asynccontextmanager
    async def claimed(self, queue_id: QueueId) -> AsyncIterator[bool]:
        """Whether nobody else gives out the work of this queue, and those beside it, meanwhile."""
        async with self._db.transaction():
            row = await self._db.one(CLAIM, {"queue_id": str(queue_id)})
            yield bool(row and row["is_mine"])

    async def count_turn(self, queue_id: QueueId, agent_id: AgentId) -> None:
        """They were asked; next time it is somebody else's turn."""
        await self._db.execute(COUNT_TURN, {"queue_id": queue_id, "agent_id": agent_id})
