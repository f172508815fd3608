"""The stream of conversation events: places in it that miss nothing, and the wake-ups beside it.

A number from a sequence says when a transaction asked for it, not when it committed: a reader that
remembers the highest number misses what commits later with a lower one. So events are ordered by
transaction, and a reader stops before the oldest one that still runs: nothing can appear behind it.
"""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from psycopg import AsyncConnection, Error, sql
from psycopg.rows import TupleRow

from storage.database import Database, connect_options
from storage.errors import translated

LATEST: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text || '.0' AS cursor"
_CURSOR: Final = re.compile(r"(\d{1,19})\.(\d{1,18})")
_LISTEN: Final = sql.SQL("LISTEN {channel}")
_PATIENCE: Final = 30.0
"""How long to listen before looking whether the connection still stands, in seconds."""


class Wake(NamedTuple):
    """What PostgreSQL told, and on which channel; both empty when listening begins."""

    channel: str
    payload: str


def place_of(cursor: str) -> dict[str, str] | None:
    """The parameters `xid` and `id` of a query that goes on after it. None: it is not one of ours."""
    match = _CURSOR.fullmatch(cursor)
    return {"xid": match[1], "id": match[2]} if match else None


async def latest_cursor(db: Database) -> str:
    """From here on nothing will be missed; what is under way right now may come once more."""
    row = await db.one(LATEST)
    return str(row["cursor"]) if row else "0.0"


async def wakes(db: Database, *channels: str) -> AsyncGenerator[Wake]:
    """One at once, then one after each change. Raises Unavailable when the connection breaks.

    A hint, not a promise: whoever listens looks again now and then.
    """
    async with _listening(db, channels) as connection:
        yield Wake("", "")
        while True:
            async for news in connection.notifies(timeout=_PATIENCE):
                yield Wake(news.channel, news.payload)
            await connection.execute("SELECT 1")


@asynccontextmanager
async def _listening(
    db: Database, channels: tuple[str, ...]
) -> AsyncGenerator[AsyncConnection[TupleRow]]:
    """A connection of its own: one that listens cannot be shared."""
    conninfo = db.conninfo
    try:
        async with await AsyncConnection.connect(
            conninfo, autocommit=True, **connect_options(conninfo)
        ) as connection:
            for channel in channels:
                await connection.execute(_LISTEN.format(channel=sql.Identifier(channel)))
            yield connection
    except Error as error:
        raise translated(error) from error
