"""What agents chose as their presence, and what the system imposed on them."""

from typing import Final
from uuid import UUID

from domain.ids import AgentId
from domain.presences import BasePresence
from storage.database import Database

# Choosing is an answer to whatever was imposed; what is imposed later stands above it.
CHOOSE: Final = """
    UPDATE agent_presences
    SET chosen = %(base)s, presence_id = %(presence_id)s, chosen_at = clock_timestamp(),
        imposed = NULL, imposed_at = NULL, changed_at = clock_timestamp()
    WHERE agent_id = %(agent_id)s AND lost_at IS NULL
"""
IMPOSE: Final = """
    UPDATE agent_presences
    SET imposed = %(base)s, imposed_at = clock_timestamp(), changed_at = clock_timestamp()
    WHERE agent_id = %(agent_id)s AND imposed IS DISTINCT FROM %(base)s
"""
RESET: Final = """
    UPDATE agent_presences
    SET imposed = NULL, imposed_at = NULL, changed_at = clock_timestamp()
    WHERE agent_id = %(agent_id)s AND imposed IS NOT NULL
"""


class AgentPresences:
    """The table `agent_presences`, as far as people and offers write it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def choose(
        self, agent_id: AgentId, base: BasePresence, presence_id: UUID | None = None
    ) -> bool:
        """False: they are not connected, so there is nothing to choose."""
        choice = {"agent_id": agent_id, "base": base, "presence_id": presence_id}
        return await self._db.execute(CHOOSE, choice) > 0

    async def impose(self, agent_id: AgentId, base: BasePresence) -> bool:
        """Inactive or do not disturb, until it is reset. False: they have it already."""
        return await self._db.execute(IMPOSE, {"agent_id": agent_id, "base": base}) > 0

    async def reset(self, agent_id: AgentId) -> bool:
        """What was imposed is over. False: nothing was."""
        return await self._db.execute(RESET, {"agent_id": agent_id}) > 0
