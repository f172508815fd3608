"""What people call themselves at their provider, and when it was last asked."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.ids import ConversationId
from domain.values import Value
from storage.database import Database
from storage.documents import storable

# Whoever sets the time asks; others find that it is asked already.
CLAIM: Final = """
    UPDATE addresses a SET profile_asked_at = now()
    FROM conversations c
    WHERE c.conversation_id = %(conversation_id)s AND a.address_id = c.address_id
      AND (a.profile_asked_at IS NULL OR a.profile_asked_at < now() - %(older_than)s::interval)
      AND a.value NOT LIKE 'erased:%%'
    RETURNING a.address_id, a.value
"""
KEEP: Final = """
    WITH named AS (
        UPDATE contacts p SET display_name = %(name)s::text, updated_at = now()
        FROM addresses a
        WHERE a.address_id = %(address_id)s AND p.contact_id = a.contact_id
          AND p.erased_at IS NULL AND a.value = %(value)s
          AND p.display_name IS DISTINCT FROM %(name)s::text
        RETURNING p.contact_id
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT c.conversation_id, 'conversation_changed' FROM conversations c, named
        WHERE c.contact_id = named.contact_id AND c.state <> 'closed'
    )
    SELECT pg_notify('holdfast_events', '') FROM named
"""
ASK_AGAIN: Final = """
    UPDATE addresses SET profile_asked_at = now() - %(older_than)s::interval + %(after)s::interval
    WHERE address_id = %(address_id)s
"""
# People change their names; nobody needs to know within the hour.
REFRESH_AFTER: Final = timedelta(days=7)


class Unnamed(Value):
    """Somebody whose name is to be asked for."""

    address_id: UUID
    value: str


class Profiles:
    """The column `profile_asked_at` of addresses, and the names of contacts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def claim(self, conversation_id: ConversationId) -> Unnamed | None:
        """The right to ask for this conversation's customer. None: that was done not long ago."""
        which = {"conversation_id": conversation_id, "older_than": REFRESH_AFTER}
        return await self._db.row(Unnamed, CLAIM, which)

    async def keep(self, who: Unnamed, name: str) -> None:
        """They call themselves that; unless they were erased meanwhile."""
        await self._db.execute(KEEP, {**who.model_dump(), "name": storable(name)})

    async def ask_again(self, who: Unnamed, after: timedelta) -> None:
        """Nobody could tell now."""
        facts = {"address_id": who.address_id, "older_than": REFRESH_AFTER, "after": after}
        await self._db.execute(ASK_AGAIN, facts)
