"""What agents are shown of notices, consents and automated messages over HTTP."""

from pathlib import Path

import httpx2
import pytest

from application.services import Engine
from domain.configuration import Scope
from domain.effects import Trigger
from storage.accounts import Accounts
from storage.database import Database
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.integration.notices import QUESTION, gives_notice, says, sets, tells_agents
from tests.shop import Shop, open_shop

PATH = "/agent/v1/conversations"


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, FakeChannel(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


@pytest.fixture
async def ann(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, agent=shop.ann)


async def test_a_conversation_shows_what_its_customer_was_told_and_asked(
    ann: httpx2.AsyncClient, shop: Shop
) -> None:
    await gives_notice(shop)
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.hears("yes")

    shown = (await ann.get(f"{PATH}/{conversation.conversation_id}")).json()

    assert shown["monitoring_notice"]["text_version"] == 3
    assert shown["monitoring_notice"]["told"] is False
    assert (shown["consent"]["state"], shown["consent"]["text_version"]) == ("given", 2)


async def test_a_conversation_without_either_says_so(ann: httpx2.AsyncClient, shop: Shop) -> None:
    conversation = await shop.hears()
    shown = (await ann.get(f"{PATH}/{conversation.conversation_id}")).json()
    assert (shown["monitoring_notice"], shown["consent"]) == (None, None)


async def test_a_transcript_tells_a_line_for_agents_from_a_message(
    ann: httpx2.AsyncClient, shop: Shop
) -> None:
    await says(shop, Trigger.CONVERSATION_OPENED)
    await tells_agents(shop, Trigger.CONVERSATION_OPENED, "Be kind.")
    conversation = await shop.hears()

    messages = (await ann.get(f"{PATH}/{conversation.conversation_id}/messages")).json()["items"]

    said = {each["content"]["text"]: each for each in messages if each["author"] == "system"}
    assert said["Hello, we have your message."]["delivery"]["status"] == "queued"
    assert said["Be kind."]["delivery"] is None
    assert said["Be kind."]["details"]["audience"] == "agent"
