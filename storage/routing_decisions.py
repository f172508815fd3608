"""Why conversations went where they went."""

from typing import Final

from domain.ids import ConversationId
from domain.routing_decisions import KeptDecision
from storage.database import Database
from storage.paging import page, position, window

LISTING: Final = """
    SELECT d.decision_id, d.at, q.name AS queue_name, e.*
    FROM routing_decisions d
    CROSS JOIN LATERAL jsonb_to_record(d.explanation) AS e (
        queue_id uuid, by text, why text, attributes jsonb, priority integer, language text,
        required_skills jsonb, overflow jsonb, overflowed jsonb, considered jsonb
    )
    JOIN queues q ON q.queue_id = e.queue_id
    WHERE d.conversation_id = %(conversation_id)s AND d.about = 'queue'
      AND (%(after)s::uuid IS NULL OR d.decision_id > %(after)s)
    ORDER BY d.decision_id LIMIT %(limit)s
"""


class RoutingDecisions:
    """The table `routing_decisions`. Written where a conversation begins: `storage.beginnings`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def listing(
        self, conversation_id: ConversationId, cursor: str | None, limit: int
    ) -> tuple[list[KeptDecision], str | None]:
        """The oldest first."""
        which = {"conversation_id": conversation_id, "after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(KeptDecision, LISTING, which)
        return page(rows, limit, lambda decision: decision.decision_id)
