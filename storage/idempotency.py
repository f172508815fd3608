"""Idempotency keys: a repeated request gets the answer of the first."""

from datetime import timedelta
from typing import Final

from domain.errors import Conflict, InvalidInput
from domain.values import Value
from storage.database import Database


class Stored(Value):
    """The answer of a request that was finished."""

    status: int
    body: bytes


class _Entry(Value):
    fingerprint: bytes
    status: int | None
    body: bytes | None


# A process that died leaves its key behind unfinished; after a while somebody else may take it over.
BEGIN: Final = """
    INSERT INTO idempotency_keys AS entry (caller, key, fingerprint)
    VALUES (%(caller)s, %(key)s, %(fingerprint)s)
    ON CONFLICT (caller, key) DO UPDATE SET started_at = now()
    WHERE entry.status IS NULL AND entry.fingerprint = %(fingerprint)s
      AND entry.started_at < now() - interval '30 seconds'
"""
FIND: Final = """
    SELECT fingerprint, status, body FROM idempotency_keys
    WHERE caller = %(caller)s AND key = %(key)s
"""
FINISH: Final = """
    UPDATE idempotency_keys SET status = %(status)s, body = %(body)s
    WHERE caller = %(caller)s AND key = %(key)s
"""
ABANDON: Final = """
    DELETE FROM idempotency_keys WHERE caller = %(caller)s AND key = %(key)s AND status IS NULL
"""
PURGE: Final = "DELETE FROM idempotency_keys WHERE started_at < now() - %(older_than)s::interval"


class IdempotencyKeys:
    """The table `idempotency_keys`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, caller: str, key: str, fingerprint: bytes) -> Stored | None:
        """None: go ahead. Otherwise the answer that was given before.

        Raise Conflict while the first request runs, InvalidInput when the key was another's.
        """
        facts = {"caller": caller, "key": key, "fingerprint": fingerprint}
        if await self._db.execute(BEGIN, facts):
            return None
        entry = await self._db.row(_Entry, FIND, facts)
        if entry is not None and entry.fingerprint != fingerprint:
            raise InvalidInput("This Idempotency-Key was used for another request. Use a new key.")
        if entry is None or entry.status is None or entry.body is None:
            raise Conflict(
                "The first request with this Idempotency-Key is still running. Try again soon."
            )
        return Stored(status=entry.status, body=entry.body)

    async def finish(self, caller: str, key: str, stored: Stored) -> None:
        """Remember the answer."""
        await self._db.execute(FINISH, {"caller": caller, "key": key, **stored.model_dump()})

    async def abandon(self, caller: str, key: str) -> None:
        """The request failed without an effect; it may be repeated with the same key."""
        await self._db.execute(ABANDON, {"caller": caller, "key": key})

    async def purge(self, older_than: timedelta) -> int:
        return await self._db.execute(PURGE, {"older_than": older_than})
