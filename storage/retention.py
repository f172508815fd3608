"""Which conversations have been kept for long enough."""

from typing import Final

from domain.ids import ConversationId, MediaId
from domain.values import Value
from storage.database import Database

DUE: Final = """
    SELECT c.conversation_id FROM conversations c, organizations o
    WHERE c.state = 'closed' AND c.emptied_at IS NULL
      AND c.closed_at < now() - make_interval(days => o.transcript_days)
    ORDER BY c.closed_at LIMIT %(limit)s
"""
# A statement of its own, so that the next one sees the notes of those whom this one waited for.
HOLD: Final = """
    SELECT FROM conversations WHERE conversation_id = ANY (%(ids)s)
    ORDER BY conversation_id FOR NO KEY UPDATE
"""
EMPTIED: Final = """
    UPDATE conversations c SET emptied_at = now()
    WHERE conversation_id = ANY (%(ids)s) AND emptied_at IS NULL
      AND NOT EXISTS (SELECT FROM notes n WHERE n.conversation_id = c.conversation_id)
"""
# A file is not younger than its conversation's end, so the index finds all that may be due.
FILES_DUE: Final = """
    SELECT m.media_id FROM media m
    JOIN conversations c ON c.conversation_id = m.conversation_id, organizations o
    WHERE m.state <> 'erased' AND m.created_at < now() - make_interval(days => o.media_days)
      AND c.state = 'closed' AND c.closed_at < now() - make_interval(days => o.media_days)
    ORDER BY m.created_at LIMIT %(limit)s
"""
# The row stays, so that the transcript shows that there was a file.
EXPIRE_FILES: Final = """
    WITH expired AS (
        UPDATE media
        SET state = 'erased', file_name = NULL, size = NULL, sha256 = NULL, source_url = NULL,
            reason = NULL, thumbnail_width = NULL, thumbnail_height = NULL
        WHERE media_id = ANY (%(ids)s) AND state <> 'erased'
        RETURNING conversation_id, message_id
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT conversation_id, 'message_changed', message_id FROM expired
        WHERE message_id IS NOT NULL
    )
    SELECT count(*) AS expired, pg_notify('holdfast_events', '') FROM expired
"""


class _Conversation(Value):
    conversation_id: ConversationId


class _File(Value):
    media_id: MediaId


class RetentionStore:
    """What the organisation's settings `transcript_days` and `media_days` reach."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def due(self, limit: int) -> list[ConversationId]:
        """Closed conversations whose words have been kept for long enough, the oldest first."""
        rows = await self._db.rows(_Conversation, DUE, {"limit": limit})
        return [row.conversation_id for row in rows]

    async def emptied(self, conversation_ids: list[ConversationId]) -> None:
        """Nothing that was said is left in these, but for notes of this very moment."""
        async with self._db.transaction():
            await self._db.execute(HOLD, {"ids": conversation_ids})
            await self._db.execute(EMPTIED, {"ids": conversation_ids})

    async def files_due(self, limit: int) -> list[MediaId]:
        """Files that have been kept for long enough, the oldest first."""
        rows = await self._db.rows(_File, FILES_DUE, {"limit": limit})
        return [row.media_id for row in rows]

    async def expire_files(self, media_ids: list[MediaId]) -> int:
        """Their bytes are gone; say so."""
        row = await self._db.one(EXPIRE_FILES, {"ids": media_ids})
        return row["expired"] if row else 0
