"""Live events: read in the order in which they became visible, so that none is missed or repeated."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.sql import SQL

from domain.errors import InvalidInput
from domain.ids import ConversationId
from domain.values import Value
from domain.views import ConversationView, LiveEvent, LiveEventType, MessageView
from storage.database import Database
from storage.event_stream import latest_cursor, place_of, wakes
from storage.paging import window
from storage.visibility import IS_VISIBLE, Viewer

AFTER: Final = SQL("""
    WITH next AS (
        SELECT id, xid, conversation_id, type, message_id, data, left_agent_id, left_queue_id,
               to_agent_id, at
        FROM conversation_events
        WHERE (xid, id) > (%(xid)s::text::xid8, %(id)s::bigint)
          AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xid, id
        LIMIT %(limit)s
    ), judged AS (
        SELECT next.*, {is_visible} AS is_visible,
            left_agent_id = %(agent_id)s OR left_queue_id IN (
                SELECT queue_id FROM queue_members WHERE agent_id = %(agent_id)s
            ) AS saw,
            CASE WHEN to_agent_id IS NULL THEN {is_visible}
                 ELSE to_agent_id = %(agent_id)s END AS sees
        FROM next JOIN conversations v ON v.conversation_id = next.conversation_id
    )
    SELECT j.xid::text || '.' || j.id AS cursor, j.type, j.at, j.conversation_id, j.data,
           coalesce(j.sees, false) AS sees, coalesce(j.saw, false) AS saw,
           CASE WHEN j.sees AND j.is_visible THEN (
               SELECT to_jsonb(v) FROM conversation_views v WHERE v.conversation_id = j.conversation_id
           ) END AS conversation,
           CASE WHEN j.sees THEN (
               SELECT to_jsonb(v) FROM message_views v WHERE v.message_id = j.message_id
           ) END AS message
    FROM judged j
    ORDER BY j.xid, j.id
""").format(is_visible=IS_VISIBLE)
ANNOUNCED: Final = SQL("""
    SELECT e.xid::text || '.' || e.id AS cursor, e.type, e.at, e.conversation_id, e.data
    FROM conversation_events e
    WHERE e.conversation_id = %(conversation_id)s AND e.type = 'announced'
      AND EXISTS (
          SELECT FROM conversations v
          WHERE v.conversation_id = %(conversation_id)s AND {is_visible}
      )
    ORDER BY e.id DESC
    LIMIT %(limit)s
""").format(is_visible=IS_VISIBLE)
PURGE: Final = "DELETE FROM conversation_events WHERE at < now() - %(older_than)s::interval"
CHANNEL: Final = "holdfast_events"


class LiveBatch(Value):
    """`cursor` goes on even when every event was somebody else's. `more`: read again at once."""

    events: tuple[LiveEvent, ...]
    cursor: str
    more: bool


class _Row(Value):
    cursor: str
    type: LiveEventType
    at: datetime
    conversation_id: ConversationId
    data: dict[str, Any]
    sees: bool
    saw: bool
    conversation: ConversationView | None
    message: MessageView | None


class LiveEvents:
    """The stream that keeps agents up to date."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def after(self, cursor: str | None, viewer: Viewer, limit: int = 100) -> LiveBatch:
        """What happened since, as far as this viewer may see it. Without a cursor: from now on."""
        if cursor is None:
            return LiveBatch(events=(), cursor=await self.latest_cursor(), more=False)
        size = window(limit) - 1
        place = {**_place(cursor), **viewer.model_dump(), "limit": size}
        rows = await self._db.rows(_Row, AFTER, place)
        return LiveBatch(
            events=tuple(_event(row) for row in rows if row.sees or row.saw),
            cursor=rows[-1].cursor if rows else cursor,
            more=len(rows) == size,
        )

    async def announced(
        self, conversation_id: ConversationId, viewer: Viewer, limit: int = 100
    ) -> tuple[LiveEvent, ...]:
        """What happened in one conversation, the latest of it, in order; as far as it is kept."""
        which = {
            "conversation_id": conversation_id,
            **viewer.model_dump(),
            "limit": window(limit) - 1,
        }
        return tuple(reversed(await self._db.rows(LiveEvent, ANNOUNCED, which)))

    async def latest_cursor(self) -> str:
        """From here on nothing will be missed; what is under way right now may come once more."""
        return await latest_cursor(self._db)

    async def listen(self) -> AsyncIterator[str]:
        """One item at once, then one after each change. Raises Unavailable when the connection breaks.

        A hint, not a promise: whoever listens looks again now and then. What is only true for a
        moment is told by the item itself; otherwise it is empty.
        """
        async with aclosing(wakes(self._db, CHANNEL)) as woken:
            async for wake in woken:
                yield wake.payload

    async def purge(self, older_than: timedelta) -> int:
        """Forget what everybody has read long ago."""
        return await self._db.execute(PURGE, {"older_than": older_than})


def _place(cursor: str) -> dict[str, str]:
    place = place_of(cursor)
    if place is None:
        raise InvalidInput("This cursor is not one of ours. Read the list again, then follow from now.")
    return place


def _event(row: _Row) -> LiveEvent:
    """Whoever does not see the conversation any more learns only that it left them."""
    return LiveEvent(
        cursor=row.cursor,
        type=row.type if row.sees else LiveEventType.CONVERSATION_CHANGED,
        at=row.at,
        conversation_id=row.conversation_id,
        message=row.message,
        conversation=row.conversation,
        data=row.data if row.sees else {"left": True},
    )
