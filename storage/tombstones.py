"""What was said goes; that something was said stays: ids, times, directions, for figures and order."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.ids import ConversationId, MediaId
from domain.messages import DeliveryStatus
from storage.database import Database, Parameters

# The provider's id stays: with it an old message is recognised that comes once more, and not kept
# again. What still waits to leave never will: its words are gone.
EMPTY: Final = """
    WITH doomed AS (
        SELECT message_id FROM messages
        WHERE conversation_id = ANY (%(conversation_ids)s)
          AND (content ->> 'kind' IS DISTINCT FROM 'erased' OR details <> '{}')
        LIMIT %(limit)s
    ), emptied AS (
        UPDATE messages m SET content = '{"kind": "erased"}', details = '{}'
        FROM doomed WHERE m.message_id = doomed.message_id
        RETURNING m.message_id, m.conversation_id
    ), never_left AS (
        UPDATE deliveries d
        SET status = 'failed', rank = %(failed_rank)s, error_code = 'erased', error_text = NULL,
            unresolved_since = NULL, handed_over = true, updated_at = statement_timestamp()
        FROM emptied WHERE d.message_id = emptied.message_id AND d.rank < %(accepted_rank)s
    ), left_already AS (
        UPDATE deliveries d SET error_text = NULL
        FROM emptied WHERE d.message_id = emptied.message_id AND d.rank >= %(accepted_rank)s
          AND d.error_text IS NOT NULL
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT DISTINCT conversation_id, 'conversation_changed' FROM emptied
    )
    SELECT count(*) AS emptied, pg_notify('holdfast_events', '') FROM emptied
"""
NOTES: Final = """
    SELECT note_id FROM notes WHERE conversation_id = ANY (%(conversation_ids)s) LIMIT %(limit)s
"""
FORGET_NOTES: Final = "DELETE FROM notes WHERE note_id = ANY (%(ids)s)"
# What the page and the customer said beside their messages.
FORGET_CHATS: Final = """
    UPDATE chats h SET locale = NULL, pre_chat = '{}', context = '{}', pages = '[]', post_chat = '{}'
    WHERE h.conversation_id = ANY (%(conversation_ids)s)
      AND (h.pre_chat <> '{}' OR h.context <> '{}' OR h.pages <> '[]' OR h.post_chat <> '{}')
"""
# Why an agent left it to somebody else.
FORGET_REASONS: Final = """
    UPDATE offers SET reason = NULL
    WHERE conversation_id = ANY (%(conversation_ids)s) AND reason IS NOT NULL
"""
FILES: Final = """
    SELECT media_id FROM media WHERE conversation_id = ANY (%(conversation_ids)s) LIMIT %(limit)s
"""
FORGET_FILES: Final = "DELETE FROM media WHERE media_id = ANY (%(ids)s)"
# Why a conversation went where it went may hint at what was said, and so may its attributes.
FORGET_ROUTING: Final = """
    WITH doomed AS (
        SELECT decision_id, conversation_id FROM routing_decisions
        WHERE conversation_id = ANY (%(conversation_ids)s)
        LIMIT %(limit)s
    ), cleared AS (
        UPDATE conversations c SET attributes = '{}', required_skills = '[]'
        WHERE c.conversation_id IN (SELECT conversation_id FROM doomed)
          AND (c.attributes <> '{}' OR c.required_skills <> '[]')
    )
    DELETE FROM routing_decisions d USING doomed WHERE d.decision_id = doomed.decision_id
"""
# Requests that are repeated are answered with what was answered first: with the words, that is.
FORGET_ANSWERS: Final = """
    DELETE FROM idempotency_keys k
    WHERE EXISTS (
        SELECT FROM unnest(%(ids)s::text[]) AS named
        WHERE position(convert_to(named, 'UTF8') IN k.body) > 0
    )
"""
_RANKS: Final = {
    "failed_rank": DeliveryStatus.FAILED.rank,
    "accepted_rank": DeliveryStatus.ACCEPTED.rank,
}


class Tombstones:
    """Empties conversations, a bounded part at a time; each call may be repeated."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def empty(self, conversation_ids: Sequence[ConversationId], limit: int) -> int:
        """Forget what messages say; return of how many."""
        row = await self._db.one(EMPTY, {**_among(conversation_ids, limit), **_RANKS})
        return row["emptied"] if row else 0

    async def forget_notes(self, conversation_ids: Sequence[ConversationId], limit: int) -> int:
        """Notes, and the answers in which they were told."""
        async with self._db.transaction():
            ids = await self._ids(NOTES, _among(conversation_ids, limit))
            await self.forget_answers([str(each) for each in ids])
            return await self._db.execute(FORGET_NOTES, {"ids": ids})

    async def forget_chats(self, conversation_ids: Sequence[ConversationId]) -> int:
        """Surveys, context and pages visited; return of how many chats."""
        return await self._db.execute(FORGET_CHATS, {"conversation_ids": list(conversation_ids)})

    async def forget_reasons(self, conversation_ids: Sequence[ConversationId]) -> int:
        """What agents said when they declined; return how many did."""
        which = {"conversation_ids": list(conversation_ids)}
        return await self._db.execute(FORGET_REASONS, which)

    async def forget_routing(self, conversation_ids: Sequence[ConversationId], limit: int) -> int:
        """Decisions, and what they said of the conversations."""
        return await self._db.execute(FORGET_ROUTING, _among(conversation_ids, limit))

    async def files(self, conversation_ids: Sequence[ConversationId], limit: int) -> list[MediaId]:
        """Files whose bytes must go before their rows do."""
        return await self._ids(FILES, _among(conversation_ids, limit))

    async def forget_files(self, media_ids: Sequence[MediaId]) -> int:
        return await self._db.execute(FORGET_FILES, {"ids": list(media_ids)})

    async def forget_answers(self, named: Sequence[str]) -> int:
        """Answers kept for repeated requests, if one of these words is in them."""
        return await self._db.execute(FORGET_ANSWERS, {"ids": list(named)})

    async def _ids(self, query: str, parameters: Parameters) -> list[UUID]:
        async with self._db.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return [next(iter(row.values())) for row in await cursor.fetchall()]


def _among(conversation_ids: Sequence[ConversationId], limit: int) -> dict[str, object]:
    return {"conversation_ids": list(conversation_ids), "limit": limit}
