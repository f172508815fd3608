"""Queues as agents see them: what waits in each, for how long, and who is there to take it."""

from typing import Any, Final

from psycopg.sql import SQL

from domain.attendance import Attendance
from domain.ids import AgentId, QueueId
from domain.values import Value
from storage.attendances import SELECT as ATTENDANCE
from storage.database import Database
from storage.paging import page, position, window
from storage.waits import AVERAGE_WAIT

LISTING: Final = SQL("""
    SELECT q.queue_id, q.name, q.priority, to_jsonb(h) AS hours,
           EXISTS (SELECT FROM queue_members m
                   WHERE m.queue_id = q.queue_id AND m.agent_id = %(agent_id)s) AS is_member,
           waits.waiting, waits.longest_wait_seconds, {average} AS average_wait_seconds,
           (SELECT count(*) FROM queue_members m JOIN agents a ON a.agent_id = m.agent_id
            WHERE m.queue_id = q.queue_id AND a.enabled AND a.deleted_at IS NULL) AS members
    FROM queues q
    LEFT JOIN operating_hours h ON h.operating_hours_id = q.operating_hours_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS waiting,
               extract(epoch FROM now() - min(least(c.last_inbound_at, c.state_changed_at)))::integer
                   AS longest_wait_seconds
        FROM conversations c
        WHERE c.queue_id = q.queue_id AND c.state = 'open' AND c.ended_by IS NULL
    ) AS waits
    WHERE q.deleted_at IS NULL AND (%(after)s::uuid IS NULL OR q.queue_id > %(after)s)
    ORDER BY q.queue_id LIMIT %(limit)s
""").format(average=AVERAGE_WAIT.format(queue=SQL("q.queue_id"), among=SQL("true")))
# Whoever has no window open is not there, whatever they chose.
PRESENT: Final = (
    ATTENDANCE
    + """
    WHERE a.deleted_at IS NULL AND a.enabled AND p.came_at IS NOT NULL AND p.lost_at IS NULL
      AND EXISTS (SELECT FROM queue_members m
                  WHERE m.agent_id = a.agent_id AND m.queue_id = ANY (%(queue_ids)s))
"""
)
MEMBERSHIPS: Final = """
    SELECT queue_id, agent_id FROM queue_members
    WHERE queue_id = ANY (%(queue_ids)s) AND agent_id = ANY (%(agent_ids)s)
"""


class ListedQueue(Value):
    """A queue, and what waits in it."""

    queue_id: QueueId
    name: str
    priority: int
    hours: Any
    is_member: bool
    waiting: int
    longest_wait_seconds: int | None
    average_wait_seconds: int | None
    members: int


class Membership(Value):
    """Somebody who works at a queue."""

    queue_id: QueueId
    agent_id: AgentId


class QueueList:
    """Reads, in three statements a page."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def listing(
        self, agent_id: AgentId | None, cursor: str | None, limit: int
    ) -> tuple[list[ListedQueue], str | None]:
        """The oldest first."""
        which = {"agent_id": agent_id, "after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(ListedQueue, LISTING, which)
        return page(rows, limit, lambda queue: queue.queue_id)

    async def present(self, queue_ids: list[QueueId]) -> list[Attendance]:
        """Who of their members has a window open."""
        return await self._db.rows(Attendance, PRESENT, {"queue_ids": queue_ids})

    async def memberships(self, queue_ids: list[QueueId], agent_ids: list[AgentId]) -> list[Membership]:
        """Which of these people works at which of these queues."""
        which = {"queue_ids": queue_ids, "agent_ids": agent_ids}
        return await self._db.rows(Membership, MEMBERSHIPS, which)
