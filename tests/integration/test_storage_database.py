"""The pool and its transactions: what is joined, what is not, and what heals by itself."""

import asyncio

import psycopg
import pytest

from domain.errors import InvalidInput, Unavailable
from storage import database as database_module
from storage.database import Database, open_database
from tests.integration.house import House

COUNT = "SELECT count(*) AS n FROM organizations"
ADD = "INSERT INTO organizations (name, attachment_max_bytes, attachment_types) VALUES ('x', 1, '{}')"


async def count(database: Database) -> int:
    row = await database.one(COUNT)
    assert row is not None
    return int(row["n"])


async def test_calls_within_a_transaction_stand_or_fall_together(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction():
            await database.execute(ADD)
            assert await count(database) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await count(database) == 0


async def test_a_failed_inner_transaction_leaves_the_outer_one_usable(database: Database) -> None:
    async with database.transaction():
        await database.execute(ADD)
        with pytest.raises(InvalidInput):
            async with database.transaction():
                await database.execute("SELECT 'x'::text::uuid")
    assert await count(database) == 1


async def test_a_task_started_within_a_transaction_does_not_join_it(database: Database) -> None:
    async with database.transaction():
        await database.execute(ADD)
        assert await asyncio.create_task(count(database)) == 0


async def test_the_pool_heals_after_its_connections_were_cut(
    database: Database, database_url: str
) -> None:
    await asyncio.gather(*(database.check() for _ in range(5)))
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await asyncio.gather(*(database.check() for _ in range(5)))


async def test_only_a_connection_that_was_cut_has_news(database: Database, database_url: str) -> None:
    async with database.connection() as connection:
        assert not database_module._has_news(connection)
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        assert database_module._has_news(connection)


@pytest.mark.parametrize("ticks", range(12))
async def test_who_waits_for_a_connection_can_be_ended_at_any_moment(
    database_url: str, ticks: int
) -> None:
    async with open_database(database_url, max_size=1) as database:
        async with database.connection():
            waiting = asyncio.create_task(database.check())
            while not database._pool.get_stats().get("requests_waiting"):
                await asyncio.sleep(0)
        for _ in range(ticks):
            await asyncio.sleep(0)
        was_asked = waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.cancelled() == was_asked


async def test_without_a_server_opening_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "OPEN_TIMEOUT", 0.2)
    with pytest.raises(Unavailable):
        async with open_database("postgresql://nobody@/nowhere?host=/nonexistent"):
            pass


async def test_a_statement_that_takes_too_long_is_unavailable_not_endless(database: Database) -> None:
    async with database.transaction():
        await database.execute("SET LOCAL statement_timeout = '50ms'")
        with pytest.raises(Unavailable):
            async with database.transaction():
                await database.execute("SELECT pg_sleep(5)")


async def test_sessions_speak_utc_and_cannot_hang(house: House) -> None:
    assert await house.value("SHOW TimeZone") == "UTC"
    assert await house.value("SHOW statement_timeout") == "15s"
    assert await house.value("SHOW idle_in_transaction_session_timeout") == "30s"


def test_the_address_of_the_database_is_in_no_repr(database: Database) -> None:
    assert database.conninfo not in repr(database)
