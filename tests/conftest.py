"""The servers behind the tests. Each starts when a test first asks for it and ends with the session."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog
from temporalio.testing import WorkflowEnvironment

from runtime.embedded import postgres, temporal
from tests.databases import TEMPLATE, Databases
from workflows import search_attributes

START_TIMEOUT = 30
# What a power cut would cost does not matter to a test, what a commit costs does.
IN_A_HURRY = {**postgres.LAPTOP, "fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@pytest.fixture(scope="session", autouse=True)
def short_tracebacks() -> None:
    """Where no test configures logging, structlog draws every local of every frame: seconds each."""
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, structlog.dev.ConsoleRenderer):
            processor.exception_formatter = structlog.dev.plain_traceback


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL of this session's own, on a socket in a new directory."""
    base = Path(tempfile.mkdtemp(prefix="holdfast-test-"))
    server = postgres.PostgresServer.under(base, IN_A_HURRY)
    server.prepare()
    account = postgres.lent_account()
    with (base / "postgres.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            server.command,
            stdout=log,
            stderr=log,
            cwd="/",
            process_group=0,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    try:
        _await_postgres(server, process)
        yield server
    finally:
        process.send_signal(postgres.STOP_SIGNAL)
        process.wait(START_TIMEOUT)
        shutil.rmtree(base)


def _await_postgres(server: postgres.PostgresServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not server.is_ready():
        assert process.poll() is None, "PostgreSQL ended while starting"
        assert time.monotonic() < deadline, "PostgreSQL did not start in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
async def databases(postgres_server: postgres.PostgresServer) -> Databases:
    """Every test's own database is a copy of one that was migrated."""
    from storage.migrate import migrate  # noqa: PLC0415 - unit tests must run without a database driver

    with psycopg.connect(postgres_server.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    await migrate(postgres_server.conninfo_of(TEMPLATE))
    return Databases(postgres_server)


@pytest.fixture
def database_url(postgres_server: postgres.PostgresServer, databases: Databases) -> Iterator[str]:
    """An empty database with all migrations applied, for one test."""
    name = databases.lend()
    yield postgres_server.conninfo_of(name)
    databases.take_back()


@pytest.fixture(scope="session")
async def temporal_dev_server() -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server in memory, with our search attributes; `.client` is connected to it."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal.program(),
        dev_server_extra_args=[
            *temporal.flags("--dynamic-config-value", temporal.DYNAMIC_CONFIG),
            *temporal.flags("--search-attribute", search_attributes.ALL),
        ],
        dev_server_log_level="warn",
    ) as environment:
        yield environment


def pytest_unconfigure() -> None:
    """Let the threads of Temporal's client let go of Python: ending at once can abort the process.

    https://github.com/temporalio/sdk-python/issues/300
    """
    if "temporalio.bridge" in sys.modules:
        time.sleep(0.2)
