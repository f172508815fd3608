"""Why conversations were offered to one agent and not to others, or to nobody yet."""

from collections.abc import Mapping
from typing import Final

from domain.assignments import AssignmentDecision, Explanation
from domain.ids import ConversationId, OfferId, new_id
from storage.database import Database
from storage.documents import document
from storage.paging import page, position, window

LISTING: Final = """
    SELECT d.decision_id, d.at, q.name AS queue_name, e.*,
           d.offer_id, o.agent_id AS offered_to, o.state AS offer_state, o.settled_at
    FROM routing_decisions d
    CROSS JOIN LATERAL jsonb_to_record(d.explanation) AS e (
        queue_id uuid, method text, rule text, waited_seconds integer, considered jsonb, others integer
    )
    JOIN queues q ON q.queue_id = e.queue_id
    LEFT JOIN offers o ON o.offer_id = d.offer_id
    WHERE d.conversation_id = %(conversation_id)s AND d.about = 'agent'
      AND (%(after)s::uuid IS NULL OR d.decision_id > %(after)s)
    ORDER BY d.decision_id LIMIT %(limit)s
"""
KEEP: Final = """
    INSERT INTO routing_decisions (decision_id, conversation_id, about, offer_id, explanation)
    VALUES (%(decision_id)s, %(conversation_id)s, 'agent', %(offer_id)s, %(explanation)s)
"""
# While nobody can take it, there is one row that says why, however often the reasons change.
KEEP_WAITING: Final = """
    WITH found AS (
        SELECT * FROM jsonb_to_recordset(%(found)s) AS f (
            decision_id uuid, conversation_id uuid, explanation jsonb
        )
    ), last AS (
        SELECT f.*, d.decision_id AS last_id, d.about = 'agent' AND d.offer_id IS NULL AS waited_before
        FROM found f
        JOIN conversations c ON c.conversation_id = f.conversation_id AND c.state = 'open'
        LEFT JOIN LATERAL (
            SELECT r.decision_id, r.about, r.offer_id FROM routing_decisions r
            WHERE r.conversation_id = f.conversation_id ORDER BY r.decision_id DESC LIMIT 1
        ) AS d ON true
    ), changed AS (
        UPDATE routing_decisions d SET explanation = last.explanation, at = statement_timestamp()
        FROM last
        WHERE last.waited_before AND d.decision_id = last.last_id
          AND d.explanation -> 'considered' IS DISTINCT FROM last.explanation -> 'considered'
    )
    INSERT INTO routing_decisions (decision_id, conversation_id, about, explanation)
    SELECT decision_id, conversation_id, 'agent', explanation FROM last
    WHERE waited_before IS NOT TRUE
"""


class AssignmentDecisions:
    """The rows of `routing_decisions` that are about agents."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(
        self, conversation_id: ConversationId, offer_id: OfferId, explanation: Explanation
    ) -> None:
        """Belongs into the transaction that makes the offer."""
        row = {"decision_id": new_id(), "conversation_id": conversation_id, "offer_id": offer_id}
        await self._db.execute(KEEP, {**row, "explanation": document(explanation)})

    async def keep_waiting(self, found: Mapping[ConversationId, Explanation]) -> None:
        """Why nobody can take them now."""
        rows = [
            {"decision_id": new_id(), "conversation_id": conversation_id, "explanation": explanation}
            for conversation_id, explanation in found.items()
        ]
        if rows:
            await self._db.execute(KEEP_WAITING, {"found": document(rows)})

    async def listing(
        self, conversation_id: ConversationId, cursor: str | None, limit: int
    ) -> tuple[list[AssignmentDecision], str | None]:
        """The oldest first."""
        which = {"conversation_id": conversation_id, "after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(AssignmentDecision, LISTING, which)
        return page(rows, limit, lambda decision: decision.decision_id)
