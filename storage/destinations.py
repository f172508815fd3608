"""Where conversations may be sent by hand, and the decisions of people who send them."""

from typing import Final

from domain.ids import AgentId, ConversationId, QueueId, new_id
from domain.operating_hours import OperatingHours
from domain.values import Value
from storage.database import Database

_QUEUE: Final = """
    SELECT q.queue_id, q.name, to_jsonb(h) AS hours, EXISTS (
        SELECT FROM queue_members m
        WHERE m.queue_id = q.queue_id AND m.agent_id = %(agent_id)s
    ) AS is_member
    FROM queues q
    LEFT JOIN operating_hours h
        ON h.operating_hours_id = q.operating_hours_id
"""
QUEUE: Final = _QUEUE + "WHERE q.queue_id = %(queue_id)s AND q.deleted_at IS NULL"
QUEUES: Final = _QUEUE + "WHERE q.deleted_at IS NULL ORDER BY q.name, q.queue_id LIMIT %(limit)s"
# Beside where it is now, all is as it was.
KEEP: Final = """
    INSERT INTO routing_decisions (decision_id, conversation_id, explanation)
    SELECT %(decision_id)s::uuid, c.conversation_id, jsonb_build_object(
        'queue_id', coalesce(%(queue_id)s::uuid, c.queue_id), 'by', 'agent', 'why', %(why)s::text,
        'attributes', c.attributes, 'priority', c.priority, 'language', c.language,
        'required_skills', c.required_skills, 'considered', '[]'::jsonb
    )
    FROM conversations c WHERE c.conversation_id = %(conversation_id)s
"""
MOST_QUEUES: Final = 200
"""More than anybody looks through."""


class QueueFound(Value):
    """A queue to which conversations may be sent."""

    queue_id: QueueId
    name: str
    hours: OperatingHours | None
    is_member: bool
    """Whoever asks is a member of it."""


class Destinations:
    """Queues as agents know them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def queue(self, queue_id: QueueId) -> QueueFound | None:
        """None: there is none."""
        return await self._db.row(QueueFound, QUEUE, {"queue_id": queue_id, "agent_id": None})

    async def queues(self, agent_id: AgentId) -> list[QueueFound]:
        """All of them, as one agent finds them."""
        which = {"agent_id": agent_id, "limit": MOST_QUEUES}
        return await self._db.rows(QueueFound, QUEUES, which)

    async def keep(
        self, conversation_id: ConversationId, why: str, queue_id: QueueId | None = None
    ) -> None:
        """Why it is where it is now."""
        facts = {
            "decision_id": new_id(),
            "conversation_id": conversation_id,
            "why": why,
            "queue_id": queue_id,
        }
        await self._db.execute(KEEP, facts)
