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
# A conversation that is had now and was begun today counts once.
STANDINGS: Final = """
    WITH today AS (
        SELECT date_trunc('day', clock_timestamp(), coalesce(
            (SELECT assignment ->> 'time_zone' FROM organizations), 'UTC'
        )) AS began
    )
    SELECT a.agent_id, a.capacity_units, coalesce(l.used_units, 0) AS used_units,
           coalesce(l.sessions, 0) AS sessions, coalesce(has.profiles, '{}') AS profiles
    FROM agents a
    LEFT JOIN agent_loads l ON l.agent_id = a.agent_id
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(p.profile_id, jsonb_build_object(
            'limit', coalesce(h.work_limit, p.work_limit), 'used', used.number,
            'blocks_assignment', p.blocks_assignment
        )) AS profiles
        FROM agent_capacity_profiles h
        JOIN capacity_profiles p ON p.profile_id = h.profile_id AND p.deleted_at IS NULL
        CROSS JOIN LATERAL (
            SELECT count(*) AS number FROM (
                SELECT c.conversation_id FROM capacity_leases c
                WHERE c.agent_id = h.agent_id AND h.profile_id = ANY (c.profile_ids)
                UNION
                SELECT u.conversation_id FROM capacity_uses u
                WHERE u.agent_id = h.agent_id AND u.profile_id = h.profile_id
                  AND p.reset = 'end_of_day' AND u.used_at >= (SELECT began FROM today)
            ) AS conversations
        ) AS used
        WHERE h.agent_id = a.agent_id
    ) AS has ON true
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
