"""API keys, console sessions and failed sign-ins. Only hashes of keys and tokens are ever stored."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.configuration import Agent, ApiKey
from domain.errors import NotFound
from domain.ids import AgentId
from storage.database import Database
from storage.paging import page, position, window

CREATE_KEY: Final = """
    INSERT INTO api_keys (key_id, name, prefix, hash, scopes, agent_id, created_at, expires_at)
    VALUES (%(key_id)s, %(name)s, %(prefix)s, %(hash)s, %(scopes)s, %(agent_id)s, %(created_at)s,
            %(expires_at)s)
"""
KEY_BY_HASH: Final = """
    SELECT k.key_id, k.name, k.prefix, k.scopes, k.agent_id, k.created_at, k.expires_at, k.revoked_at,
           k.last_used_at
    FROM api_keys k LEFT JOIN agents a ON a.agent_id = k.agent_id
    WHERE k.hash = %(hash)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
      AND (k.agent_id IS NULL OR (a.enabled AND a.deleted_at IS NULL))
"""
# To the minute is exact enough, and keeps a busy key from being written with every request.
TOUCH_KEY: Final = """
    UPDATE api_keys SET last_used_at = now()
    WHERE key_id = %(key_id)s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
"""
KEYS: Final = """
    SELECT key_id, name, prefix, scopes, agent_id, created_at, expires_at, revoked_at, last_used_at
    FROM api_keys
    WHERE %(after)s::uuid IS NULL OR key_id > %(after)s
    ORDER BY key_id LIMIT %(limit)s
"""
REVOKE_KEY: Final = """
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE key_id = %(key_id)s
"""
CREATE_SESSION: Final = """
    INSERT INTO sessions (hash, agent_id, expires_at) VALUES (%(hash)s, %(agent_id)s, %(expires_at)s)
"""
SESSION_BY_HASH: Final = """
    SELECT a.agent_id, a.name, a.email, a.roles, a.enabled, a.version, a.created_at, a.updated_at
    FROM sessions s JOIN agents a ON a.agent_id = s.agent_id
    WHERE s.hash = %(hash)s AND s.expires_at > now() AND a.enabled AND a.deleted_at IS NULL
"""
END_SESSION: Final = "DELETE FROM sessions WHERE hash = %(hash)s"
END_SESSIONS_OF: Final = "DELETE FROM sessions WHERE agent_id = %(agent_id)s"
PURGE_SESSIONS: Final = "DELETE FROM sessions WHERE expires_at <= now()"
ADD_FAILURE: Final = "INSERT INTO sign_in_failures (subject) VALUES (%(subject)s)"
FAILURES: Final = """
    SELECT count(*) AS failures FROM sign_in_failures
    WHERE subject = %(subject)s AND at > now() - %(within)s::interval
"""
CLEAR_FAILURES: Final = "DELETE FROM sign_in_failures WHERE subject = %(subject)s"
PURGE_FAILURES: Final = "DELETE FROM sign_in_failures WHERE at < now() - %(older_than)s::interval"


class ApiKeys:
    """The table `api_keys`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(self, key: ApiKey, key_hash: bytes) -> None:
        scopes = [scope.value for scope in key.scopes]
        await self._db.execute(CREATE_KEY, {**key.model_dump(), "scopes": scopes, "hash": key_hash})

    async def by_hash(self, key_hash: bytes) -> ApiKey | None:
        """A key that is good now: neither revoked nor expired, and of nobody who was shut out."""
        key = await self._db.row(ApiKey, KEY_BY_HASH, {"hash": key_hash})
        if key is not None:
            await self._db.execute(TOUCH_KEY, {"key_id": key.key_id})
        return key

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[ApiKey], str | None]:
        """The oldest first, revoked ones too."""
        which = {"after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(ApiKey, KEYS, which)
        return page(rows, limit, lambda key: key.key_id)

    async def revoke(self, key_id: UUID) -> None:
        if not await self._db.execute(REVOKE_KEY, {"key_id": key_id}):
            raise NotFound(f"There is no API key {key_id}.")


class Sessions:
    """The table `sessions`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(self, token_hash: bytes, agent_id: AgentId, expires_at: datetime) -> None:
        facts = {"hash": token_hash, "agent_id": agent_id, "expires_at": expires_at}
        await self._db.execute(CREATE_SESSION, facts)

    async def by_hash(self, token_hash: bytes) -> Agent | None:
        """Whose session this is, if it is good now."""
        return await self._db.row(Agent, SESSION_BY_HASH, {"hash": token_hash})

    async def revoke(self, token_hash: bytes) -> None:
        await self._db.execute(END_SESSION, {"hash": token_hash})

    async def revoke_all(self, agent_id: AgentId) -> None:
        await self._db.execute(END_SESSIONS_OF, {"agent_id": agent_id})

    async def purge(self) -> int:
        """Forget those that ended by themselves."""
        return await self._db.execute(PURGE_SESSIONS)


class SignInAttempts:
    """Failed sign-ins, by e-mail address or network address: what a lock-out is decided on."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def failed(self, subject: str) -> None:
        await self._db.execute(ADD_FAILURE, {"subject": subject})

    async def failures(self, subject: str, within: timedelta) -> int:
        row = await self._db.one(FAILURES, {"subject": subject, "within": within})
        return row["failures"] if row else 0

    async def clear(self, subject: str) -> None:
        await self._db.execute(CLEAR_FAILURES, {"subject": subject})

    async def purge(self, older_than: timedelta) -> int:
        return await self._db.execute(PURGE_FAILURES, {"older_than": older_than})
