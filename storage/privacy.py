"""Who confirmed, for which account, that customers' data leaves for its provider."""

from datetime import datetime
from typing import Final

from domain.ids import AccountId
from domain.values import Value
from storage.database import Database

ADD: Final = """
    INSERT INTO privacy_acknowledgements (account_id, version, acknowledged_by)
    VALUES (%(account_id)s, %(version)s, %(by)s)
    ON CONFLICT DO NOTHING
"""
OF: Final = """
    SELECT version, acknowledged_by, acknowledged_at FROM privacy_acknowledgements
    WHERE account_id = %(account_id)s ORDER BY acknowledged_at
"""


class Acknowledgement(Value):
    """One version of the text, and who read it."""

    version: str
    acknowledged_by: str
    acknowledged_at: datetime


class Acknowledgements:
    """The table `privacy_acknowledgements`. Nothing is ever taken back: it is what was known then."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, account_id: AccountId, version: str, by: str) -> bool:
        """False when that version is acknowledged already; the first one stays."""
        facts = {"account_id": account_id, "version": version, "by": by}
        return await self._db.execute(ADD, facts) > 0

    async def of(self, account_id: AccountId) -> list[Acknowledgement]:
        """The earliest first."""
        return await self._db.rows(Acknowledgement, OF, {"account_id": account_id})
