"""Whom customers like best: at most three agents of each contact, in order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.errors import Conflict, InvalidInput, NotFound
from domain.ids import AgentId, ContactId
from domain.values import Value
from storage.database import Database

OF_CONTACT: Final = """
    SELECT agent_id FROM preferred_agents WHERE contact_id = %(contact_id)s ORDER BY position
"""
# Two who change it come one after the other, and never after it was erased.
LOCK: Final = "SELECT erased_at FROM contacts WHERE contact_id = %(contact_id)s FOR NO KEY UPDATE"
AGENTS: Final = """
    SELECT 1 FROM agents WHERE agent_id = ANY (%(agent_ids)s) AND deleted_at IS NULL FOR KEY SHARE
"""
FORGET: Final = "DELETE FROM preferred_agents WHERE contact_id = %(contact_id)s"
KEEP: Final = """
    INSERT INTO preferred_agents (contact_id, position, agent_id)
    SELECT %(contact_id)s, position, agent_id
    FROM unnest(%(agent_ids)s::uuid[]) WITH ORDINALITY AS wanted (agent_id, position)
"""


class _Agent(Value):
    agent_id: AgentId


class _Contact(Value):
    erased_at: datetime | None


class PreferredAgents:
    """The table `preferred_agents`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, contact_id: ContactId) -> tuple[AgentId, ...]:
        """The first is asked first."""
        rows = await self._db.rows(_Agent, OF_CONTACT, {"contact_id": contact_id})
        return tuple(row.agent_id for row in rows)

    async def put(self, contact_id: ContactId, agent_ids: Sequence[AgentId]) -> tuple[AgentId, ...]:
        """Replace them; return whom it was before. Inside a transaction of the caller."""
        facts = {"contact_id": contact_id, "agent_ids": list(agent_ids)}
        contact = await self._db.row(_Contact, LOCK, facts)
        if contact is None:
            raise NotFound(f"There is no contact {contact_id}.")
        if contact.erased_at is not None:
            raise Conflict("This person was erased: nothing more is kept of them.")
        if await self._db.execute(AGENTS, facts) < len(agent_ids):
            raise InvalidInput("One of these agents does not exist.", field="agent_ids")
        before = await self.of(contact_id)
        await self._db.execute(FORGET, facts)
        await self._db.execute(KEEP, facts)
        return before
