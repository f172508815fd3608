"""The secrets of accounts: sealed before they are stored, opened for adapters only."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final, Protocol
from uuid import UUID

from domain.ids import AccountId
from domain.values import Value
from storage.database import Database


class SecretBox(Protocol):
    """Encrypts what is stored. Knows the keys; storage does not."""

    def encrypt(self, text: str) -> bytes:
        """Seal it with the newest key."""

    def decrypt(self, sealed: bytes) -> str:
        """Open it with whichever key fits."""

    def rotate(self, sealed: bytes) -> bytes:
        """The same secret, sealed with the newest key."""


class SecretStatus(Value):
    """All that anybody is shown of a secret. `count`: two while one is being rotated."""

    is_set: bool = True
    last_four: str
    set_at: datetime
    count: int


# The newest older value stays, all others go: at most two are ever valid.
DROP_OLDER: Final = """
    DELETE FROM account_secrets
    WHERE account_id = %(account_id)s AND name = %(name)s
      AND set_at NOT IN (
          SELECT max(set_at) FROM account_secrets
          WHERE account_id = %(account_id)s AND name = %(name)s AND %(keep_previous)s
          HAVING max(set_at) IS NOT NULL
      )
"""
PUT: Final = """
    INSERT INTO account_secrets (account_id, name, sealed, last_four)
    VALUES (%(account_id)s, %(name)s, %(sealed)s, %(last_four)s)
"""
CLEAR: Final = "DELETE FROM account_secrets WHERE account_id = %(account_id)s AND name = %(name)s"
ALL: Final = """
    SELECT account_id, name, set_at, sealed, last_four FROM account_secrets
    WHERE account_id = %(account_id)s
    ORDER BY name, set_at DESC
"""
SEALED_BEFORE: Final = """
    SELECT account_id, name, set_at, sealed, last_four FROM account_secrets
    WHERE sealed_at < %(before)s
    ORDER BY sealed_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
"""
RESEAL: Final = """
    UPDATE account_secrets SET sealed = %(sealed)s, sealed_at = clock_timestamp()
    WHERE account_id = %(account_id)s AND name = %(name)s AND set_at = %(set_at)s
"""
# Four characters of a short secret would be most of it.
_SHORTEST_TO_HINT_AT: Final = 12


class _Sealed(Value):
    account_id: UUID
    name: str
    set_at: datetime
    sealed: bytes
    last_four: str


class AccountSecrets:
    """The table `account_secrets`."""

    def __init__(self, db: Database, box: SecretBox) -> None:
        self._db = db
        self._box = box

    async def put(self, account_id: AccountId, name: str, value: str, *, keep_previous: bool) -> None:
        facts = {
            "account_id": account_id,
            "name": name,
            "sealed": self._box.encrypt(value),
            "last_four": value[-4:] if len(value) >= _SHORTEST_TO_HINT_AT else "",
            "keep_previous": keep_previous,
        }
        async with self._db.transaction():
            await self._db.execute(DROP_OLDER, facts)
            await self._db.execute(PUT, facts)

    async def clear(self, account_id: AccountId, name: str) -> None:
        await self._db.execute(CLEAR, {"account_id": account_id, "name": name})

    async def status(self, account_id: AccountId) -> dict[str, SecretStatus]:
        return {
            name: SecretStatus(
                last_four=values[0].last_four, set_at=values[0].set_at, count=len(values)
            )
            for name, values in (await self._by_name(account_id)).items()
        }

    async def opened(self, account_id: AccountId) -> dict[str, tuple[str, ...]]:
        """By name, the newest value first."""
        return {
            name: tuple(self._box.decrypt(value.sealed) for value in values)
            for name, values in (await self._by_name(account_id)).items()
        }

    async def reencrypt(self, before: datetime, limit: int) -> int:
        async with self._db.transaction():
            old = await self._db.rows(_Sealed, SEALED_BEFORE, {"before": before, "limit": limit})
            for secret in old:
                fresh = {"sealed": self._box.rotate(secret.sealed)}
                await self._db.execute(RESEAL, secret.model_dump() | fresh)
        return len(old)

    async def _by_name(self, account_id: AccountId) -> dict[str, list[_Sealed]]:
        rows = await self._db.rows(_Sealed, ALL, {"account_id": account_id})
        return {name: list(values) for name, values in groupby(rows, key=attrgetter("name"))}
