"""How far each endpoint was compared with its provider's list, and what need not be read again."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from domain.ids import EndpointId
from storage.database import Database

GET: Final = "SELECT at FROM endpoint_watermarks WHERE endpoint_id = %(endpoint_id)s"
SET: Final = """
    INSERT INTO endpoint_watermarks AS mark (endpoint_id, at) VALUES (%(endpoint_id)s, %(at)s)
    ON CONFLICT (endpoint_id) DO UPDATE SET at = EXCLUDED.at WHERE mark.at < EXCLUDED.at
"""
KNOWN: Final = """
    SELECT provider_message_id FROM messages
    WHERE endpoint_id = %(endpoint_id)s AND provider_message_id = ANY(%(ids)s)
      AND direction = 'inbound'
"""


class Watermarks:
    """One time per endpoint; it never goes back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, endpoint_id: EndpointId) -> datetime | None:
        row = await self._db.one(GET, {"endpoint_id": endpoint_id})
        return row["at"] if row else None

    async def set(self, endpoint_id: EndpointId, at: datetime) -> None:
        await self._db.execute(SET, {"endpoint_id": endpoint_id, "at": at})

    async def known(self, endpoint_id: EndpointId, ids: Collection[str]) -> frozenset[str]:
        """Those of the provider's ids under which we have a message."""
        if not ids:
            return frozenset()
        async with self._db.connection() as connection:
            which = {"endpoint_id": endpoint_id, "ids": list(ids)}
            rows = await (await connection.execute(KNOWN, which)).fetchall()
        return frozenset(row["provider_message_id"] for row in rows)
