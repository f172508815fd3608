"""Presences that admins named, such as "Lunch"."""

from typing import Final
from uuid import UUID

from domain.presences import Presence
from storage.paging import LARGEST_PAGE
from storage.resources import Resource, Statements

PRESENCES: Final = Statements(
    insert="""
        INSERT INTO presences (presence_id, name, base, version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(base)s, 1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT presence_id, name, base, version, created_at, updated_at
        FROM presences WHERE presence_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT presence_id, name, base, version, created_at, updated_at
        FROM presences
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR presence_id > %(after)s)
        ORDER BY presence_id LIMIT %(limit)s
    """,
    update="""
        UPDATE presences
        SET name = %(name)s, base = %(base)s, version = version + 1, updated_at = now()
        WHERE presence_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM presences WHERE presence_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE presences SET deleted_at = now()
        WHERE presence_id = %(id)s
          AND NOT EXISTS (SELECT FROM agent_presences p
                          WHERE p.presence_id = %(id)s AND p.lost_at IS NULL)
    """,
    in_use={
        "agents who have it now": """
            SELECT count(*) AS number FROM agent_presences
            WHERE presence_id = %(id)s AND lost_at IS NULL
        """,
    },
)
CHOOSABLE: Final = """
    SELECT presence_id, name, base, version, created_at, updated_at
    FROM presences WHERE deleted_at IS NULL ORDER BY lower(name) LIMIT %(limit)s
"""


class Presences(Resource[Presence]):
    """What agents may choose beside the usual ones."""

    noun = "presence"
    sql = PRESENCES
    model = Presence

    def identity(self, value: Presence) -> UUID:
        return value.presence_id

    async def choosable(self) -> list[Presence]:
        """All of them, by name."""
        return await self._db.rows(Presence, CHOOSABLE, {"limit": LARGEST_PAGE})
