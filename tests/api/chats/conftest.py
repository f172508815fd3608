"""A shop whose customers chat, and one of them."""

from pathlib import Path

import pytest

from application.services import Engine
from storage.accounts import Accounts
from storage.clamd import Scanner
from storage.database import Database
from tests.api.chat_customers import Customer, a_customer
from tests.api.conftest import Http
from tests.chat_shop import ChatShop, open_chat_shop
from tests.fakes import FakeConversations


@pytest.fixture
def scanner() -> Scanner | None:
    """Nothing looks into files."""
    return None


@pytest.fixture
async def desk(
    database: Database, accounts: Accounts, tmp_path: Path, scanner: Scanner | None
) -> ChatShop:
    """One widget, one queue, and its people."""
    return await open_chat_shop(
        database, tmp_path, FakeConversations(), accounts=accounts, scanner=scanner
    )


@pytest.fixture
def engine(desk: ChatShop) -> Engine:
    """What the API calls is the shop's."""
    return desk.shop.parts.engine


@pytest.fixture
async def mia(http: Http, desk: ChatShop) -> Customer:
    """A customer with a page of the shop open."""
    return await a_customer(http, desk)
