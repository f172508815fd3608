"""How far back each account was compared with its provider."""

from datetime import datetime
from typing import Final

from domain.ids import AccountId
from storage.database import Database

GET: Final = "SELECT at FROM watermarks WHERE account_id = %(account_id)s"
SET: Final = """
    INSERT INTO watermarks AS mark (account_id, at) VALUES (%(account_id)s, %(at)s)
    ON CONFLICT (account_id) DO UPDATE SET at = greatest(mark.at, EXCLUDED.at)
"""


class Watermarks:
    """One time per account; it never goes back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, account_id: AccountId) -> datetime | None:
        row = await self._db.one(GET, {"account_id": account_id})
        return row["at"] if row else None

    async def set(self, account_id: AccountId, at: datetime) -> None:
        await self._db.execute(SET, {"account_id": account_id, "at": at})
