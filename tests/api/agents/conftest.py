"""Agents at work: a small shop behind the API, over one provider that does as it is told."""

from pathlib import Path

import httpx2
import pytest

from application.services import Engine
from domain.configuration import Scope
from domain.views import ConversationView
from storage.accounts import Accounts
from storage.clamd import Scanner
from storage.database import Database
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.shop import Shop, open_shop


@pytest.fixture
def channel() -> FakeChannel:
    """The shop's provider."""
    return FakeChannel()


@pytest.fixture
def conversations() -> FakeConversations:
    """Temporal, as it should be."""
    return FakeConversations()


@pytest.fixture
def scanner() -> Scanner | None:
    """Nothing looks into files."""
    return None


@pytest.fixture
async def shop(
    *,
    database: Database,
    accounts: Accounts,
    tmp_path: Path,
    channel: FakeChannel,
    conversations: FakeConversations,
    scanner: Scanner | None,
) -> Shop:
    """One number, one queue, and its people."""
    return await open_shop(database, tmp_path, channel, conversations, accounts, scanner=scanner)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    """What the API calls is the shop's."""
    return shop.parts.engine


@pytest.fixture
async def ann(http: Http, shop: Shop) -> httpx2.AsyncClient:
    """A client that acts for Ann."""
    return await http.keyed(Scope.AGENT, agent=shop.ann)


@pytest.fixture
async def conversation(shop: Shop) -> ConversationView:
    """Somebody wrote a moment ago."""
    return await shop.hears()
