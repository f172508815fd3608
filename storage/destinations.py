"""Where conversations may be sent by hand, and the decisions of people who send them."""

from typing import Final

from domain.ids import ConversationId, QueueId, new_id
from domain.operating_hours import OperatingHours
from domain.values import Value
from storage.database import Database

QUEUE: Final = """
    SELECT q.queue_id, q.name, to_jsonb(h) AS hours FROM queues q
    LEFT JOIN operating_hours h ON h.operating_hours_id = q.operating_hours_id
    WHERE q.queue_id = %(queue_id)s AND q.deleted_at IS NULL
"""
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


class QueueFound(Value):
    """A queue to which conversations may be sent."""

    queue_id: QueueId
    name: str
    hours: OperatingHours | None


class Destinations:
    """Queues as agents know them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def queue(self, queue_id: QueueId) -> QueueFound | None:
        """None: there is none."""
        return await self._db.row(QueueFound, QUEUE, {"queue_id": queue_id})

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
