"""Migrations: any version leads to the same head, once, whoever else migrates at the same time."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from domain.conversations import MailKind, State
from domain.errors import ConfigurationError, Unavailable
from domain.messages import AuthorKind, DeliveryStatus, Direction, MediaState
from domain.views import LiveEventType
from runtime.embedded import postgres
from storage.migrate import FOLDER, current, migrate, migrations, pending

VERSIONS = range(len(migrations()))


@pytest.fixture
def empty_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """A database in which nothing was ever done."""
    name = f"empty_{uuid4().hex}"
    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_server.conninfo_of(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def schema_of(url: str) -> str:
    """The schema as PostgreSQL itself writes it down."""
    dump = (
        postgres.program("pg_dump"),
        "--schema-only",
        "--no-owner",
        "--restrict-key=same",
        "-d",
        url,
    )
    return subprocess.run(dump, check=True, capture_output=True, text=True, timeout=60).stdout  # noqa: S603


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_earlier_version_leads_to_the_same_head(
    empty_url: str, database_url: str, version: int
) -> None:
    await migrate(empty_url, up_to=version)
    assert await current(empty_url) == version

    applied = await migrate(empty_url)

    assert len(applied) == len(VERSIONS) - version
    assert await current(empty_url) == len(VERSIONS)
    assert schema_of(empty_url) == schema_of(database_url)


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert await migrate(database_url) == []
    assert await pending(database_url) == []


async def test_an_empty_database_lacks_everything(empty_url: str) -> None:
    assert await current(empty_url) == 0
    assert await pending(empty_url) == [migration.name for migration in migrations()]


async def test_of_processes_that_migrate_at_once_one_does_it(empty_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
    assert sorted(len(names) for names in applied) == [0, 0, 0, len(VERSIONS)]


async def test_a_released_file_that_was_edited_is_refused(database_url: str, tmp_path: Path) -> None:
    edited = shutil.copytree(FOLDER, tmp_path / "migrations")
    with (edited / "0001_configuration.sql").open("a") as file:
        file.write("-- harmless?\n")
    with pytest.raises(ConfigurationError, match="0001_configuration was edited"):
        await migrate(database_url, folder=edited)


async def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, tmp_path: Path) -> None:
    broken = shutil.copytree(FOLDER, tmp_path / "migrations")
    number = len(VERSIONS) + 1
    (broken / f"{number:04}_broken.sql").write_text("CREATE TABLE half (); SELECT 1/0;")
    with pytest.raises(ConfigurationError, match="division by zero"):
        await migrate(database_url, folder=broken)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)
    assert await current(database_url) == len(VERSIONS)


async def test_who_migrates_waits_for_traffic_and_holds_none_up(empty_url: str, tmp_path: Path) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE busy (it text)")
    await migrate(empty_url, folder=tmp_path)
    (tmp_path / "0002_second.sql").write_text("ALTER TABLE busy ADD COLUMN more text")
    look = "SELECT count(*) FROM busy"
    async with (
        await psycopg.AsyncConnection.connect(empty_url) as slow,
        await psycopg.AsyncConnection.connect(empty_url, autocommit=True) as other,
    ):
        await slow.execute(look)  # its transaction stays open
        migrating = asyncio.create_task(migrate(empty_url, folder=tmp_path))
        await other.execute("SET statement_timeout = '3s'")
        for _ in range(10):
            await other.execute(look)
            await asyncio.sleep(0.1)
        assert not migrating.done()
        await slow.rollback()
        assert await migrating == ["0002_second"]


async def test_a_gap_in_the_numbers_is_refused(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "0002_second.sql").write_text("SELECT 1")
    with pytest.raises(ConfigurationError, match="without a gap"):
        await migrate(database_url, folder=tmp_path)


async def test_without_a_server_migrating_says_so() -> None:
    with pytest.raises(Unavailable):
        await migrate("postgresql://nobody@/nowhere?host=/nonexistent")


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("conversations", "state", State),
        ("messages", "direction", Direction),
        ("messages", "author", AuthorKind),
        ("deliveries", "status", DeliveryStatus),
        ("media", "state", MediaState),
        ("mailbox", "kind", MailKind),
    ],
)
def test_the_schema_knows_the_same_words_as_the_domain(
    database_url: str, table: str, column: str, words: type[State]
) -> None:
    query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s"
    with psycopg.connect(database_url) as connection:
        found = connection.execute(query, [f"{table}_{column}_check"]).fetchone()
    assert found is not None
    assert set(found[0].split("'")[1::2]) == {word.value for word in words}


def test_the_schema_knows_every_live_event_that_is_kept(database_url: str) -> None:
    query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
    query += " WHERE conname = 'conversation_events_type_check'"
    with psycopg.connect(database_url) as connection:
        found = connection.execute(query.encode()).fetchone()
    assert found is not None
    passing = {LiveEventType.CUSTOMER_TYPING}
    assert set(found[0].split("'")[1::2]) == {word.value for word in set(LiveEventType) - passing}
