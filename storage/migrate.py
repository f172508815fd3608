"""Migrations: numbered SQL files, applied once, in order, by one process at a time, never undone."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from psycopg import AsyncConnection, Error
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.rows import TupleRow

from domain.errors import ConfigurationError, Unavailable
from domain.values import Value
from storage.database import connect_options
from storage.errors import translated

FOLDER: Final = Path(__file__).parent / "migrations"
_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
# For whoever migrates at the same time.
_PATIENCE: Final = "SET lock_timeout = '5min'; SET statement_timeout = '30min'"
# For traffic: shorter than the deadlock_timeout of a second, after which PostgreSQL ends a caller.
_IMPATIENCE: Final = "SET lock_timeout = '500ms'"
_TRIES: Final = 240
_PAUSE: Final = 0.5
# Any constant will do, as long as every release uses the same one.
_LOCK: Final = "SELECT pg_advisory_lock(4805372819901)"
_HISTORY: Final = """
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum bytea NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""
_HAS_HISTORY: Final = "SELECT to_regclass('schema_migrations') IS NOT NULL"
_APPLIED: Final = "SELECT number, checksum FROM schema_migrations"
_RECORD: Final = "INSERT INTO schema_migrations (number, name, checksum) VALUES (%s, %s, %s)"


class Migration(Value):
    """One file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> bytes:
        return hashlib.sha256(self.sql.encode()).digest()


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """Every migration of this release, in order."""
    found = [_read(path) for path in sorted(folder.glob("*.sql"))]
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ConfigurationError(
            f"The migrations in {folder} must be numbered 1, 2, 3 … without a gap."
        )
    return found


def _read(path: Path) -> Migration:
    name = _FILE_NAME.fullmatch(path.name)
    if name is None:
        raise ConfigurationError(f"{path.name} is no migration: name it like 0042_what_it_does.sql.")
    return Migration(number=int(name[1]), name=path.stem, sql=path.read_text(encoding="utf-8"))


async def migrate(conninfo: str, *, up_to: int | None = None, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing; return the names of what was applied. Safe to call from many processes."""
    async with _connection(conninfo) as connection:
        await connection.execute(_PATIENCE)
        await connection.execute(_LOCK)
        await connection.execute(_HISTORY)
        missing = await _missing(connection, folder)
        wanted = [migration for migration in missing if up_to is None or migration.number <= up_to]
        await connection.execute(_IMPATIENCE)
        for migration in wanted:
            await _apply_when_free(connection, migration)
        return [migration.name for migration in wanted]


async def current(conninfo: str) -> int:
    """The number of the newest migration that is applied; 0 for an empty database."""
    async with _connection(conninfo) as connection:
        return max(await _applied(connection), default=0)


async def pending(conninfo: str) -> list[str]:
    """The names of the migrations that this release needs and the database lacks."""
    async with _connection(conninfo) as connection:
        return [migration.name for migration in await _missing(connection, FOLDER)]


async def _missing(connection: AsyncConnection[TupleRow], folder: Path) -> list[Migration]:
    """What is not applied yet. A database that is ahead of this release is left as it is."""
    applied = await _applied(connection)
    missing = []
    for migration in migrations(folder):
        checksum = applied.get(migration.number)
        if checksum is None:
            missing.append(migration)
        elif checksum != migration.checksum:
            raise ConfigurationError(
                f"Migration {migration.name} was edited after it had been applied to this database."
                " Restore the released file and put the change into a new migration."
            )
    return missing


async def _applied(connection: AsyncConnection[TupleRow]) -> dict[int, bytes]:
    known = await (await connection.execute(_HAS_HISTORY)).fetchone()
    if known is None or not known[0]:
        return {}
    return {number: bytes(checksum) async for number, checksum in await connection.execute(_APPLIED)}


async def _apply_when_free(connection: AsyncConnection[TupleRow], migration: Migration) -> None:
    """Whoever waits for a table is waited for in turn: better to let go, and to come again."""
    for _ in range(_TRIES - 1):
        try:
            return await _apply(connection, migration)
        except (LockNotAvailable, DeadlockDetected):
            await asyncio.sleep(_PAUSE)
    return await _apply(connection, migration)


async def _apply(connection: AsyncConnection[TupleRow], migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.sql.encode())
        await connection.execute(_RECORD, (migration.number, migration.name, migration.checksum))


@asynccontextmanager
async def _connection(conninfo: str) -> AsyncIterator[AsyncConnection[TupleRow]]:
    """A connection of its own; closing it gives the lock back."""
    try:
        options = connect_options(conninfo)
        async with await AsyncConnection.connect(conninfo, autocommit=True, **options) as connection:
            yield connection
    except Error as error:
        ours = translated(error)
        if isinstance(ours, Unavailable):
            raise ours from error
        raise ConfigurationError(f"A migration failed: {error}") from error
