"""Agents' private remarks. No query here is ever part of what a customer sees."""

from typing import Final

from domain.errors import Refused
from domain.ids import AgentId, ConversationId, new_id
from domain.messages import Note
from storage.database import Database
from storage.documents import storable
from storage.paging import page, position, window

# What comes for a conversation that was emptied would stay for ever. The lock: whoever finds it empty
# waits for us, and looks again.
ADD: Final = """
    WITH conversation AS (
        SELECT c.conversation_id FROM conversations c JOIN contacts p ON p.contact_id = c.contact_id
        WHERE c.conversation_id = %(conversation_id)s AND c.emptied_at IS NULL AND p.erased_at IS NULL
        FOR SHARE OF c
    ), note AS (
        INSERT INTO notes (note_id, conversation_id, agent_id, text, created_at)
        SELECT %(note_id)s::uuid, conversation_id, %(agent_id)s::uuid, %(text)s::text,
               statement_timestamp()
        FROM conversation
        RETURNING note_id, agent_id, text, created_at
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, data)
        SELECT conversation_id, 'conversation_changed', jsonb_build_object('note', %(note_id)s::uuid)
        FROM conversation
    ), woken AS (
        SELECT pg_notify('holdfast_events', '')
    )
    SELECT note.* FROM note, woken
"""
LISTING: Final = """
    SELECT note_id, agent_id, text, created_at FROM notes
    WHERE conversation_id = %(conversation_id)s AND (%(after)s::uuid IS NULL OR note_id > %(after)s)
    ORDER BY note_id LIMIT %(limit)s
"""


class Notes:
    """The table `notes`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, conversation_id: ConversationId, agent_id: AgentId, text: str) -> Note:
        """Raise Refused when what was said in the conversation is erased, or about to be."""
        facts = {
            "note_id": new_id(),
            "conversation_id": conversation_id,
            "agent_id": agent_id,
            "text": storable(text),
        }
        note = await self._db.row(Note, ADD, facts)
        if note is None:
            raise Refused("What was said in this conversation was erased; no notes are taken any more.")
        return note

    async def listing(
        self, conversation_id: ConversationId, cursor: str | None, limit: int
    ) -> tuple[list[Note], str | None]:
        """The oldest first."""
        which = {"conversation_id": conversation_id, "after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(Note, LISTING, which)
        return page(rows, limit, lambda note: note.note_id)
