"""Whether an agent is there: leases of their windows, that are renewed, and run out when nobody does.

The row of their presence is locked before its leases, everywhere: who takes one and who counts them
wait for each other.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.ids import AgentId
from domain.values import Value
from storage.database import Database

# Away or back for a short while, everything is as before; after a longer one, or a sign-out, it begins
# anew with what their admin set: available and busy follow from what they have to do.
COME: Final = """
    INSERT INTO agent_presences AS p (agent_id, chosen, chosen_at)
    SELECT a.agent_id, begins.chosen, CASE WHEN begins.chosen IS NOT NULL THEN clock_timestamp() END
    FROM agents a, LATERAL (
        SELECT CASE WHEN a.default_presence NOT IN ('available', 'busy') THEN a.default_presence END
    ) AS begins (chosen)
    WHERE a.agent_id = %(agent_id)s AND a.deleted_at IS NULL
    ON CONFLICT (agent_id) DO UPDATE
    SET lost_at = NULL, signed_out = false, changed_at = clock_timestamp(),
        (came_at, chosen, presence_id, chosen_at, imposed, imposed_at) = (
            SELECT CASE WHEN anew THEN clock_timestamp() ELSE p.came_at END,
                   CASE WHEN anew THEN excluded.chosen ELSE p.chosen END,
                   CASE WHEN anew THEN NULL ELSE p.presence_id END,
                   CASE WHEN anew THEN excluded.chosen_at ELSE p.chosen_at END,
                   CASE WHEN anew THEN NULL ELSE p.imposed END,
                   CASE WHEN anew THEN NULL ELSE p.imposed_at END
            FROM (SELECT p.signed_out
                      OR p.lost_at < clock_timestamp() - %(restored_within)s::interval) AS is_it (anew)
        )
    WHERE p.lost_at IS NOT NULL
"""
TAKE: Final = """
    INSERT INTO agent_leases AS l (lease_id, agent_id, token_hash, expires_at)
    VALUES (%(lease_id)s, %(agent_id)s, %(token_hash)s, clock_timestamp() + %(lasts)s::interval)
    ON CONFLICT (lease_id) DO UPDATE SET expires_at = greatest(l.expires_at, excluded.expires_at)
"""
RENEW: Final = """
    UPDATE agent_leases SET expires_at = clock_timestamp() + %(lasts)s::interval
    WHERE lease_id = %(lease_id)s
"""
LET_GO: Final = """
    UPDATE agent_leases SET expires_at = least(expires_at, clock_timestamp() + %(linger)s::interval)
    WHERE lease_id = %(lease_id)s
"""
LAPSED: Final = """
    SELECT agent_id FROM agent_leases WHERE expires_at <= clock_timestamp()
    GROUP BY agent_id ORDER BY min(expires_at) LIMIT %(limit)s
"""
HOLD: Final = "SELECT agent_id FROM agent_presences WHERE agent_id = %(agent_id)s FOR NO KEY UPDATE"
FORGET_LAPSED: Final = """
    DELETE FROM agent_leases WHERE agent_id = %(agent_id)s AND expires_at <= clock_timestamp()
"""
FORGET_SESSION: Final = """
    DELETE FROM agent_leases WHERE agent_id = %(agent_id)s AND token_hash = %(token_hash)s
"""
LOSE: Final = """
    UPDATE agent_presences
    SET lost_at = clock_timestamp(), signed_out = %(signed_out)s, changed_at = clock_timestamp()
    WHERE agent_id = %(agent_id)s AND lost_at IS NULL
      AND NOT EXISTS (SELECT FROM agent_leases WHERE agent_id = %(agent_id)s)
"""


class WindowLease(Value):
    """One window of an agent, and the session or key that it was opened with."""

    lease_id: UUID
    agent_id: AgentId
    token_hash: bytes


class _Lapsed(Value):
    agent_id: AgentId


class AgentLeases:
    """The table `agent_leases`, and who is lost and found with it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, lease: WindowLease, lasts: timedelta, restored_within: timedelta) -> bool:
        """A window is open. True: the first one, so that its agent came, or came back."""
        facts = {**lease.model_dump(), "lasts": lasts, "restored_within": restored_within}
        async with self._db.transaction():
            came = await self._db.execute(COME, facts) > 0
            await self._db.execute(TAKE, facts)
        return came

    async def renew(self, lease_id: UUID, lasts: timedelta) -> bool:
        """False: it ran out, and was seen to, or its session has ended."""
        return await self._db.execute(RENEW, {"lease_id": lease_id, "lasts": lasts}) > 0

    async def let_go(self, lease_id: UUID, linger: timedelta) -> None:
        """The window is closed. Its lease runs out soon, but not at once: pages are loaded again."""
        await self._db.execute(LET_GO, {"lease_id": lease_id, "linger": linger})

    async def lapsed(self, limit: int) -> list[AgentId]:
        """Agents with leases that have run out, those that did first at the front."""
        rows = await self._db.rows(_Lapsed, LAPSED, {"limit": limit})
        return [row.agent_id for row in rows]

    async def settle(self, agent_id: AgentId) -> bool:
        """Delete what has run out; say whether the last one did, so that the agent is lost."""
        agent = {"agent_id": agent_id, "signed_out": False}
        async with self._db.transaction():
            await self._db.execute(HOLD, agent)
            await self._db.execute(FORGET_LAPSED, agent)
            return await self._db.execute(LOSE, agent) > 0

    async def sign_out(self, agent_id: AgentId, token_hash: bytes) -> bool:
        """Close the windows of one session; say whether no other one is left."""
        session = {"agent_id": agent_id, "token_hash": token_hash, "signed_out": True}
        async with self._db.transaction():
            await self._db.execute(HOLD, session)
            await self._db.execute(FORGET_SESSION, session)
            return await self._db.execute(LOSE, session) > 0
