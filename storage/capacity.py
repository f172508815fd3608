"""Agents' capacity: what each may have, and has. Decisions about one agent are made one at a time.

Locks are taken in one order everywhere: conversation, loads of agents by their ids, leases and offers.
"""

from collections.abc import Iterable
from typing import Final

from domain.capacity import Standing
from domain.ids import AgentId
from domain.values import Value
from storage.database import Database

LOCK: Final = """
    SELECT agent_id FROM agent_loads WHERE agent_id = ANY (%(agent_ids)s) ORDER BY agent_id FOR UPDATE
"""
BEGIN: Final = """
    INSERT INTO agent_loads (agent_id) SELECT unnest(%(agent_ids)s::uuid[]) ON CONFLICT DO NOTHING
"""
STANDINGS: Final = """
    SELECT a.agent_id, a.capacity_units, coalesce(l.used_units, 0) AS used_units,
           coalesce(l.sessions, 0) AS sessions, coalesce((
               SELECT jsonb_object_agg(u.profile_id, jsonb_build_object(
                   'limit', u.work_limit, 'used', u.used, 'blocks_assignment', u.blocks_assignment
               )) FROM profile_uses u WHERE u.agent_id = a.agent_id
           ), '{}') AS profiles
    FROM agents a
    LEFT JOIN agent_loads l ON l.agent_id = a.agent_id
    WHERE a.agent_id = ANY (%(agent_ids)s) AND a.enabled AND a.deleted_at IS NULL
"""
# In one statement, so of one moment.
AUDIT: Final = """
    SELECT agent_id, l.used_units, l.sessions, coalesce(held.units, 0) AS leased_units,
           coalesce(held.number, 0) AS leases
    FROM agent_loads l
    FULL JOIN (
        SELECT agent_id, sum(units) AS units, count(*) AS number FROM capacity_leases GROUP BY agent_id
    ) AS held USING (agent_id)
    WHERE (l.used_units, l.sessions)
          IS DISTINCT FROM (coalesce(held.units, 0), coalesce(held.number, 0))
    ORDER BY agent_id LIMIT %(limit)s
"""
RECOUNT: Final = """
    UPDATE agent_loads SET (used_units, sessions) = (
        SELECT coalesce(sum(units), 0), count(*) FROM capacity_leases WHERE agent_id = %(agent_id)s
    )
    WHERE agent_id = %(agent_id)s
"""
_PAGE: Final = 100


class Discrepancy(Value):
    """What is used is not the sum of what is held: a bug, or somebody's hand in the tables."""

    agent_id: AgentId
    used_units: int | None
    sessions: int | None
    leased_units: int
    leases: int


class Capacity:
    """What agents may have and have."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def lock(self, agent_ids: Iterable[AgentId]) -> None:
        """Until the transaction ends nobody else gives work to them, or takes it away."""
        which = {"agent_ids": sorted(set(agent_ids))}
        if await self._db.execute(LOCK, which) < len(which["agent_ids"]):
            await self._db.execute(BEGIN, which)
            await self._db.execute(LOCK, which)

    async def standings(self, agent_ids: Iterable[AgentId]) -> dict[AgentId, Standing]:
        """Of those who are there; exact as long as they are locked."""
        rows = await self._db.rows(Standing, STANDINGS, {"agent_ids": list(agent_ids)})
        return {row.agent_id: row for row in rows}

    async def standing(self, agent_id: AgentId) -> Standing | None:
        return (await self.standings([agent_id])).get(agent_id)

    async def audit(self) -> list[Discrepancy]:
        """Whose used capacity is not the sum of their leases. Nobody's, if all is well."""
        return await self._db.rows(Discrepancy, AUDIT, {"limit": _PAGE})

    async def recount(self, agent_id: AgentId) -> None:
        """Begin anew with the sum of what they hold."""
        async with self._db.transaction():
            await self.lock([agent_id])
            await self._db.execute(RECOUNT, {"agent_id": agent_id})
