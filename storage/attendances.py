"""What is known of agents' attendance, read in one statement for one, for a queue or for all."""

from collections.abc import Collection
from typing import Final

from domain.attendance import Attendance
from domain.errors import NotFound
from domain.ids import AgentId
from storage.database import Database
from storage.paging import LARGEST_PAGE, page, position, window
from storage.visibility import Viewer

SELECT: Final = """
    SELECT a.agent_id, a.name AS agent_name, p.came_at, p.lost_at,
           coalesce(named.base, p.chosen) AS chosen, named.name AS chosen_name, p.chosen_at,
           p.imposed, p.imposed_at, a.capacity_units,
           coalesce(l.used_units, 0) AS used_units, coalesce(l.sessions, 0) AS sessions,
           l.changed_at AS load_changed_at,
           (SELECT min(since) FROM capacity_leases h WHERE h.agent_id = a.agent_id) AS busy_since,
           coalesce((
               SELECT jsonb_agg(jsonb_build_object(
                   'limit', u.work_limit, 'used', u.used, 'blocks_assignment', u.blocks_assignment
               )) FROM profile_uses u WHERE u.agent_id = a.agent_id
           ), '[]') AS profiles
    FROM agents a
    LEFT JOIN agent_presences p ON p.agent_id = a.agent_id
    LEFT JOIN presences named ON named.presence_id = p.presence_id
    LEFT JOIN agent_loads l ON l.agent_id = a.agent_id
"""
ONE: Final = SELECT + "WHERE a.deleted_at IS NULL AND a.enabled AND a.agent_id = %(agent_id)s"
AMONG: Final = (
    SELECT
    + """
    WHERE a.deleted_at IS NULL AND a.enabled AND a.agent_id = ANY (%(agent_ids)s)
    ORDER BY a.agent_id
"""
)
LISTING: Final = (
    SELECT
    + """
    WHERE a.deleted_at IS NULL AND a.enabled AND (%(after)s::uuid IS NULL OR a.agent_id > %(after)s)
    ORDER BY a.agent_id LIMIT %(limit)s
"""
)
PRESENT: Final = (
    SELECT
    + """
    WHERE a.deleted_at IS NULL AND a.enabled AND p.agent_id IS NOT NULL AND p.lost_at IS NULL
"""
)
# For supervisors everybody who is or was there, for others themselves.
VISIBLE: Final = (
    SELECT
    + """
    WHERE a.deleted_at IS NULL AND a.enabled AND p.agent_id IS NOT NULL
      AND (%(sees_all)s OR a.agent_id = %(agent_id)s)
      AND (%(only)s::uuid[] IS NULL OR a.agent_id = ANY (%(only)s))
    ORDER BY a.agent_id LIMIT %(limit)s
"""
)


class Attendances:
    """Reads; whoever writes a part of it does so in a table of its own."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def one(self, agent_id: AgentId) -> Attendance:
        """Raise NotFound."""
        found = await self._db.row(Attendance, ONE, {"agent_id": agent_id})
        if found is None:
            raise NotFound(f"There is no agent {agent_id}.")
        return found

    async def among(self, agent_ids: Collection[AgentId]) -> list[Attendance]:
        """Those of them who may work."""
        return await self._db.rows(Attendance, AMONG, {"agent_ids": list(agent_ids)})

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Attendance], str | None]:
        """Everybody, whoever was added first at the front."""
        which = {"after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(Attendance, LISTING, which)
        return page(rows, limit, lambda agent: agent.agent_id)

    async def present(self) -> list[Attendance]:
        """Everybody who is connected."""
        return await self._db.rows(Attendance, PRESENT)

    async def visible(
        self, viewer: Viewer, only: Collection[AgentId] | None = None
    ) -> list[Attendance]:
        """Those of them (None: of all) whom this viewer may watch, at most a page."""
        which = {"only": None if only is None else list(only), "limit": LARGEST_PAGE}
        return await self._db.rows(Attendance, VISIBLE, {**which, **viewer.model_dump()})
