"""Persistent chats: for signed-in customers, history kept, ended by agents only, no reconnecting."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from domain.configuration import Agent
from domain.conversations import Event, State
from storage.chats import Chats
from storage.conversations import Conversations
from storage.database import Database
from tests.api.conftest import Http
from tests.api.live_chat import SHOP, WIDGETS, a_workstream, add_widget, made, settings
from tests.api.lost_customers import Browser, Engine
from tests.contract.shop_signing import Shop

SIGNER = Shop()
SIGN_IN = {"issuer": SHOP, "public_key": SIGNER.pem}


@pytest.fixture
async def lasting(admin: httpx2.AsyncClient) -> dict[str, Any]:
    return await a_workstream(admin, persistent=True)


@pytest.fixture
async def widget(admin: httpx2.AsyncClient, lasting: dict[str, Any]) -> dict[str, Any]:
    return await made(admin, lasting, settings=settings(sign_in=SIGN_IN))


@pytest.fixture
async def chat(browser: Browser, engine_of_chats: Engine, ann: Agent) -> str:
    await browser.sign_in(SIGNER.token())
    conversation_id = str((await browser.start())["conversation"]["conversation_id"])
    await browser.say(conversation_id, "Hello")
    await engine_of_chats.project(conversation_id, State.ACTIVE, ann)
    return conversation_id


async def test_its_workstream_has_the_patience_of_asynchronous_channels(
    lasting: dict[str, Any],
) -> None:
    assert lasting["persistent"]
    assert lasting["timers"]["open_auto_close"] == "P30D"


async def test_only_live_chats_can_be_made_persistent(admin: httpx2.AsyncClient) -> None:
    queue = (await admin.post("/config/v1/queues", json={"name": "Q"})).json()
    draft = {"name": "W", "channel": "whatsapp", "fallback_queue_id": queue["queue_id"]}

    answer = await admin.post("/config/v1/workstreams", json=draft | {"persistent": True})

    assert answer.status_code == 422


async def test_customers_must_be_signed_in(
    admin: httpx2.AsyncClient, lasting: dict[str, Any], widget: dict[str, Any]
) -> None:
    made_without = await add_widget(admin, lasting)
    path = f"{WIDGETS}/{widget['widget_id']}"
    taken_away = await admin.patch(path, json={"settings": settings()}, headers={"If-Match": '"1"'})

    for answer in (made_without, taken_away):
        assert (answer.status_code, answer.json()["details"]["field"]) == (422, "settings")
        assert "sign_in" in answer.json()["detail"]


async def test_a_page_is_told_that_it_lasts_and_that_there_is_no_reconnecting(
    browser: Browser, widget: dict[str, Any]
) -> None:
    shown = (await browser.get(f"/widgets/{widget['widget_id']}")).json()

    assert (shown["persistent"], shown["reconnect"]) == (True, {"enabled": False})


async def test_a_customer_who_goes_is_not_lost(
    chat: str, engine_of_chats: Engine, database: Database
) -> None:
    before = await engine_of_chats.mail(chat)
    await engine_of_chats.lose(chat)

    policy = await Conversations(database).timer_policy(UUID(chat))
    assert await engine_of_chats.mail(chat) == before
    assert policy.reconnect_limit is None
    assert policy.open_auto_close == timedelta(days=30)


async def test_only_an_agent_ends_it(browser: Browser, chat: str, database: Database) -> None:
    answer = await browser.post(f"/conversations/{chat}/end")

    assert not await Chats(database).end(UUID(chat))
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert (await browser.say(chat, "Still here")).status_code == 201


async def test_nor_does_a_customer_who_asks_for_a_new_one_end_it(browser: Browser, chat: str) -> None:
    assert (await browser.start(start_new=True))["conversation"]["conversation_id"] == chat


async def test_there_is_no_link_to_it(agent: httpx2.AsyncClient, chat: str) -> None:
    answer = await agent.post(f"/agent/v1/conversations/{chat}/reconnect-link")
    view = (await agent.get(f"/agent/v1/conversations/{chat}")).json()

    assert answer.status_code == 409
    assert "persistent" in answer.json()["detail"]
    assert not view["can_reconnect"]


async def test_days_later_and_elsewhere_the_customer_finds_it_with_its_history(
    http: Http, widget: dict[str, Any], chat: str, engine_of_chats: Engine
) -> None:
    await engine_of_chats.lose(chat)
    await engine_of_chats.project(chat, State.WAITING)
    phone = Browser(http.anonymous("10.9.9.9"), widget["widget_id"])

    await phone.sign_in(SIGNER.token())

    current = phone.opened["current"]
    assert phone.opened["reconnectable"] is None
    assert current["conversation"]["conversation_id"] == chat
    assert current["conversation"]["state"] == "open"
    assert current["conversation"]["queue_position"] is None
    assert [each["content"]["text"] for each in current["messages"]] == ["Hello"]
    assert (await phone.say(chat, "One more thing")).status_code == 201


async def test_after_the_agent_has_ended_it_a_new_one_begins(
    browser: Browser, chat: str, engine_of_chats: Engine, ann: Agent
) -> None:
    await engine_of_chats.project(chat, State.WRAP_UP, ann, ended_by=Event.AGENT_ENDED)

    assert (await browser.start())["conversation"]["conversation_id"] != chat
