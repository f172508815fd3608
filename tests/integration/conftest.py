"""A database of its own for each test, with a small customer service in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from storage.database import Database, open_database
from tests.contract.simulated_twilio import Simulator
from tests.fakes import FakeChannel, FakeConversations
from tests.integration.house import House, furnished
from tests.integration.story import simulated
from tests.persons import Traces, traces
from tests.shop import Shop, open_shop
from tests.whole import Whole, running


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on this test's own database."""
    async with open_database(database_url, min_size=1, max_size=10) as database:
        yield database


@pytest.fixture
async def house(database: Database) -> House:
    """One WhatsApp number, one queue with Alice in it, and Bob who is in none."""
    return await furnished(database)


@pytest.fixture
def channel() -> FakeChannel:
    """A provider that does as it is told."""
    return FakeChannel()


@pytest.fixture
def conversations() -> FakeConversations:
    """Temporal, as it should be, or as a test tells it to be."""
    return FakeConversations()


@pytest.fixture
async def shop(
    database: Database, tmp_path: Path, channel: FakeChannel, conversations: FakeConversations
) -> Shop:
    """The whole engine in a small organisation."""
    return await open_shop(database, tmp_path, channel, conversations)


@pytest.fixture
async def left(shop: Shop, tmp_path: Path) -> Traces:
    """Alice and Bob wrote, and left traces everywhere; their conversations are over."""
    found = await traces(shop, tmp_path)
    await found.close()
    return found


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A provider with one number and one customer."""
    with simulated() as simulator:
        yield simulator


@pytest.fixture
async def whole(
    temporal_dev_server: WorkflowEnvironment, database_url: str, tmp_path: Path, simulator: Simulator
) -> AsyncIterator[Whole]:
    """Holdfast as it runs, with that provider's number."""
    async with running(temporal_dev_server, database_url, tmp_path, simulator) as whole:
        yield whole
