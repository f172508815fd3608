"""What happens in chats, for those who follow one: in the same gap-free order as for agents."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final
from uuid import UUID

from domain.ids import ConversationId, MessageId
from domain.values import Value
from domain.views import LiveEventType
from storage.database import Database
from storage.event_stream import latest_cursor, place_of, wakes
from storage.events import CHANNEL

_NEWS: Final = "holdfast_chats"
"""For what concerns chats only: agents are not woken by it."""
CHANGED: Final = """
    SELECT xid::text || '.' || id AS cursor, conversation_id FROM conversation_events
    WHERE (xid, id) > (%(xid)s::text::xid8, %(id)s::bigint)
      AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, id
    LIMIT %(limit)s
"""
AFTER: Final = """
    SELECT xid::text || '.' || id AS cursor, type, message_id FROM conversation_events
    WHERE conversation_id = %(conversation_id)s
      AND (xid, id) > (%(xid)s::text::xid8, %(id)s::bigint)
      AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, id
    LIMIT %(limit)s
"""
# Not of this database's future, as after a restore; and nothing was forgotten behind it.
IS_GOOD: Final = """
    SELECT %(xid)s::text::xid8 <= pg_snapshot_xmax(pg_current_snapshot()) AND NOT coalesce((
        SELECT (first.xid, first.id) > (%(xid)s::text::xid8, %(id)s::bigint)
               AND first.at < now() - interval '6 days'
        FROM conversation_events first ORDER BY first.xid, first.id LIMIT 1
    ), false) AS is_good
"""
TELL: Final = "SELECT pg_notify('holdfast_chats', %(news)s)"
AGENT_TYPES: Final = """
    SELECT pg_notify('holdfast_chats', concat_ws(' ', 'typing', c.conversation_id, %(name)s::text))
    FROM conversations c JOIN addresses a ON a.address_id = c.address_id
    WHERE a.channel = 'live_chat' AND a.value = %(address)s AND c.endpoint_id = %(widget_id)s
      AND c.state NOT IN ('wrap_up', 'closed') AND c.ended_by IS NULL
"""
AGENT_READ: Final = """
    WITH message AS (
        SELECT message_id, conversation_id, seq FROM messages
        WHERE endpoint_id = %(widget_id)s AND provider_message_id = %(provider_message_id)s
          AND direction = 'inbound'
    ), newly AS (
        UPDATE chats h SET read_seq = message.seq FROM message
        WHERE h.conversation_id = message.conversation_id AND h.read_seq < message.seq
        RETURNING h.conversation_id, message.seq
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT m.conversation_id, 'message_changed', m.message_id
        FROM newly JOIN messages m ON m.conversation_id = newly.conversation_id
        JOIN chats before ON before.conversation_id = m.conversation_id
        WHERE m.direction = 'inbound' AND m.seq > before.read_seq AND m.seq <= newly.seq
    )
    SELECT pg_notify('holdfast_events', '') FROM newly
"""


class Change(Value):
    """Something happened in this conversation."""

    cursor: str
    conversation_id: ConversationId


class Happening(Value):
    """One event of one conversation."""

    cursor: str
    type: LiveEventType
    message_id: MessageId | None = None


class News(Value):
    """What processes tell each other. Empty: look for yourself."""

    typing_in: ConversationId | None = None
    name: str | None = None
    session_id: UUID | None = None
    """The chat of this session is another one now."""

    @classmethod
    def read(cls, payload: str) -> "News":
        """Whatever it cannot read means: look."""
        word, _, rest = payload.partition(" ")
        subject, _, name = rest.partition(" ")
        try:
            if word == "typing":
                return cls(typing_in=UUID(subject), name=name or None)
            if word == "session":
                return cls(session_id=UUID(subject))
        except ValueError:
            pass
        return cls()


class ChatFeed:
    """The stream of events, as customers' windows need it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def latest_cursor(self) -> str:
        """From here on nothing will be missed; what is under way right now may come once more."""
        return await latest_cursor(self._db)

    async def is_good(self, cursor: str) -> bool:
        """Whether it is one of ours, and nothing after it is forgotten."""
        place = place_of(cursor)
        row = await self._db.one(IS_GOOD, place) if place else None
        return bool(row and row["is_good"])

    async def changed(self, cursor: str, limit: int) -> list[Change]:
        """In which conversations something happened since then."""
        return await self._db.rows(Change, CHANGED, {**(place_of(cursor) or {}), "limit": limit})

    async def after(self, conversation_id: ConversationId, cursor: str, limit: int) -> list[Happening]:
        """What happened in this conversation since then."""
        which = {**(place_of(cursor) or {}), "conversation_id": conversation_id, "limit": limit}
        return await self._db.rows(Happening, AFTER, which)

    async def tell_session(self, session_id: UUID) -> None:
        """Its windows are to look which chat is theirs."""
        await self._db.execute(TELL, {"news": f"session {session_id}"})

    async def agent_types(self, widget_id: UUID, address: str, name: str | None) -> None:
        """Somebody writes an answer. Fulfils `channels.live_chat.CustomerSignals`."""
        facts = {"widget_id": widget_id, "address": address, "name": name}
        await self._db.execute(AGENT_TYPES, facts)

    async def agent_read(self, widget_id: UUID, provider_message_id: str) -> None:
        """An agent has read up to this message of the customer."""
        facts = {"widget_id": widget_id, "provider_message_id": provider_message_id}
        await self._db.execute(AGENT_READ, facts)

    async def listen(self) -> AsyncIterator[str]:
        """One item at once, then one after each change. Raises Unavailable when the connection breaks.

        A hint, not a promise: whoever listens looks again now and then.
        """
        async with aclosing(wakes(self._db, CHANNEL, _NEWS)) as woken:
            async for wake in woken:
                yield wake.payload if wake.channel == _NEWS else ""
