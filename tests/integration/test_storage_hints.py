"""A hint to listeners: soon, once for many, and again for what comes later."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from storage.database import Database
from storage.hints import GATHER_FOR, EventHint


@pytest.fixture
async def listener(database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("LISTEN holdfast_events")
        yield connection


async def heard(listener: psycopg.AsyncConnection, at_most: int, seconds: float = 10) -> int:
    return len([each async for each in listener.notifies(timeout=seconds, stop_after=at_most)])


async def test_many_at_once_are_told_once(
    database: Database, listener: psycopg.AsyncConnection
) -> None:
    hint = EventHint(database)
    for _ in range(5):
        hint.soon()
    assert await heard(listener, 1) == 1
    assert await heard(listener, 1, 10 * GATHER_FOR.total_seconds()) == 0


async def test_what_comes_after_a_hint_is_told_again(
    database: Database, listener: psycopg.AsyncConnection
) -> None:
    hint = EventHint(database)
    for _ in range(3):
        hint.soon()
        assert await heard(listener, 1) == 1


async def test_a_hint_that_cannot_be_given_harms_nobody(database: Database) -> None:
    hint = EventHint(database)
    await database._pool.close()
    hint.soon()
    await asyncio.gather(*hint._giving)
    hint.soon()
    assert len(hint._giving) == 1
    await asyncio.gather(*hint._giving)
