"""The one door to PostgreSQL: its pool, its time-outs, its transactions."""

import asyncio
import select
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final, LiteralString, TypeAlias, TypeVar

from psycopg import AsyncConnection, AsyncCursor, Error
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, class_row, dict_row
from psycopg.sql import SQL, Composed
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

from storage.errors import translated

Connection: TypeAlias = AsyncConnection[DictRow]
Query: TypeAlias = LiteralString | SQL | Composed
Parameters: TypeAlias = Mapping[str, object]
Model = TypeVar("Model", bound=BaseModel)

CONNECT_TIMEOUT: Final = 5  # seconds, as libpq takes it
POOL_TIMEOUT: Final = 5.0
"""How long a call may wait for a free connection before its caller is told to try again."""
OPEN_TIMEOUT: Final = 10.0
"""How long a process waits for PostgreSQL when it starts."""
MAX_WAITING: Final = 500
_SESSION: Final = {
    "TimeZone": "UTC",
    "statement_timeout": "15s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}
_NOTHING: Final[Parameters] = {}


class Database:
    """Connections and transactions. Calls inside `transaction()` join it, if made by the same task."""

    def __init__(self, pool: AsyncConnectionPool[Connection], conninfo: str) -> None:
        self.conninfo = conninfo
        self._pool = pool
        self._joined: ContextVar[tuple[asyncio.Task[Any] | None, Connection] | None] = ContextVar(
            f"transaction-{id(self)}", default=None
        )

    def __repr__(self) -> str:
        return "Database()"  # never the connection string: it may hold a password

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """The connection of the running transaction, else one where each statement stands alone."""
        joined, task = self._joined.get(), asyncio.current_task()
        # A task started inside a transaction inherits the variable, but must not share the connection.
        own = joined is not None and joined[0] is task
        cancellations = task.cancelling() if task else 0
        try:
            async with (
                nullcontext(joined[1]) if joined and own else self._pool.connection() as connection
            ):
                # The pool waits with wait_for, which before Python 3.12 may swallow the cancellation
                # that ends us (https://github.com/python/cpython/issues/86296).
                if task and task.cancelling() > cancellations:
                    raise asyncio.CancelledError
                yield connection
        except Error as error:
            raise translated(error) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All or nothing. Inside another one it is a savepoint."""
        async with self.connection() as connection, connection.transaction():
            token = self._joined.set((asyncio.current_task(), connection))
            try:
                yield connection
            finally:
                self._joined.reset(token)

    async def rows(
        self, model: type[Model], query: Query, parameters: Parameters = _NOTHING
    ) -> list[Model]:
        async with (
            self.connection() as connection,
            connection.cursor(row_factory=class_row(model)) as cursor,
        ):
            await cursor.execute(query, parameters)
            return await cursor.fetchall()

    async def row(
        self, model: type[Model], query: Query, parameters: Parameters = _NOTHING
    ) -> Model | None:
        async with (
            self.connection() as connection,
            connection.cursor(row_factory=class_row(model)) as cursor,
        ):
            await cursor.execute(query, parameters)
            return await cursor.fetchone()

    async def one(self, query: Query, parameters: Parameters = _NOTHING) -> DictRow | None:
        """The first row as a dictionary, for what is no value of the domain."""
        async with self.connection() as connection:
            cursor = await connection.execute(query, parameters)
            return await cursor.fetchone()

    async def execute(self, query: Query, parameters: Parameters = _NOTHING) -> int:
        """Run it; say how many rows it touched."""
        async with self.connection() as connection:
            cursor: AsyncCursor[DictRow] = await connection.execute(query, parameters)
            return cursor.rowcount

    async def check(self) -> None:
        """Raise Unavailable unless PostgreSQL answers."""
        await self.execute("SELECT 1")


@asynccontextmanager
async def open_database(
    conninfo: str, *, min_size: int = 1, max_size: int = 10
) -> AsyncIterator[Database]:
    """A pool that heals by itself after PostgreSQL was away."""
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        conninfo,
        min_size=min_size,
        max_size=max_size,
        timeout=POOL_TIMEOUT,
        max_waiting=MAX_WAITING,
        kwargs={"row_factory": dict_row, "autocommit": True, **connect_options(conninfo)},
        check=_check,
        open=False,
        name="holdfast",
    )
    try:
        await pool.open(wait=True, timeout=OPEN_TIMEOUT)
    except Error as error:
        await pool.close()
        raise translated(error) from error
    try:
        yield Database(pool, conninfo)
    finally:
        await pool.close()


async def _check(connection: Connection) -> None:
    """Ask PostgreSQL, but only if there is a sign that this connection does not stand any more.

    Between two uses a server says nothing, unless goodbye: then, and when it died, the socket can
    be read. Asking each time would cost every single statement a second round trip.
    """
    if _has_news(connection):
        await AsyncConnectionPool.check_connection(connection)


def _has_news(connection: Connection) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def connect_options(conninfo: str) -> dict[str, Any]:
    """Time-outs for a connection, beside whatever options its address already carries."""
    ours = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    theirs = conninfo_to_dict(conninfo).get("options") or ""
    return {
        "connect_timeout": CONNECT_TIMEOUT,
        "application_name": "holdfast",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "options": f"{ours} {theirs}".strip(),
    }
