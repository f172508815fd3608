"""A chat with everything real: API, dispatcher, workflow, worker, outbox and feed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from storage.database import open_database
from tests.whole import Whole

PATIENCE = 20
CHATS = "/chat/v1/conversations"


@pytest.fixture
async def widget_id(whole: Whole) -> str:
    """A widget of the queue in which the agent is."""
    queue = (await whole.admin.get("/config/v1/queues")).json()["items"][0]
    workstream = await whole.made(
        "workstreams",
        {"name": "Chat", "channel": "live_chat", "fallback_queue_id": queue["queue_id"]},
    )
    draft = {
        "name": "Shop",
        "workstream_id": workstream["workstream_id"],
        "settings": {"pre_chat": [{"name": "name", "label": "Your name"}]},
    }
    return str((await whole.made("widgets", draft))["widget_id"])


@pytest.fixture
async def mia(whole: Whole, widget_id: str) -> AsyncIterator[httpx2.AsyncClient]:
    opened = await whole.anonymous.post("/chat/v1/sessions", json={"widget_id": widget_id})
    token = opened.json()["session_token"]
    async with httpx2.AsyncClient(
        transport=whole.anonymous._transport,
        base_url=whole.anonymous.base_url,
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def until(look: Callable[[], Any], is_it: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(PATIENCE):
        while not is_it(found := (await look()).json()):
            await asyncio.sleep(0.05)
    return found


async def test_a_chat_from_hello_to_the_end(whole: Whole, mia: httpx2.AsyncClient) -> None:
    snapshot = (await mia.post(CHATS, json={"pre_chat": {"name": "Mia"}})).json()
    chat = snapshot["conversation"]["conversation_id"]
    said = {"client_id": str(uuid4()), "text": "Where is my parcel?"}
    assert (await mia.post(f"{CHATS}/{chat}/messages", json=said)).status_code == 201
    url = f"/agent/v1/conversations/{chat}"
    accepted = await _accepted(whole, url)
    assert accepted["state"] == "active"
    answer = await whole.agent.post(f"{url}/messages", json={"text": "On its way."})
    assert answer.status_code == 202, answer.text
    told = await _messages(mia, snapshot["cursor"], 2)
    assert [each["content"]["text"] for each in told] == ["Where is my parcel?", "On its way."]
    assert told[1]["author_name"] == "Ann"
    await mia.post(f"{CHATS}/{chat}/read", json={"seq": told[1]["seq"]})
    transcript = (await whole.agent.get(f"{url}/messages")).json()["items"]
    assert transcript[1]["delivery"]["status"] == "read"
    await mia.post(f"{CHATS}/{chat}/end")
    shown = await until(lambda: whole.agent.get(url), lambda found: found["state"] == "wrap_up")
    assert shown["ended_by"] == "customer_ended"
    assert (await whole.agent.post(f"{url}/close-session")).json()["state"] == "closed"


async def test_a_customer_who_is_gone_is_missed_and_back_when_they_write(
    whole: Whole, mia: httpx2.AsyncClient, database_url: str
) -> None:
    chat = (await mia.post(CHATS, json={})).json()["conversation"]["conversation_id"]
    url = f"/agent/v1/conversations/{chat}"
    await _accepted(whole, url)
    async with open_database(database_url, max_size=1) as database:
        await database.execute("UPDATE chat_leases SET expires_at = now() - interval '1 second'")
    await until(lambda: whole.agent.get(url), lambda found: found["state"] == "disconnected")
    facts = (await whole.agent.get(f"{url}/chat")).json()
    assert facts["lost_at"] < facts["expected_until"]
    kept = await whole.agent.post(f"{url}/messages", json={"text": "Are you still there?"})
    assert kept.status_code == 202
    said = {"client_id": str(uuid4()), "text": "Yes!"}
    await mia.post(f"{CHATS}/{chat}/messages", json=said)
    await until(lambda: whole.agent.get(url), lambda found: found["state"] == "active")
    shown = await until(
        lambda: mia.get(f"{CHATS}/{chat}/messages"), lambda found: len(found["messages"]) == 2
    )
    texts = {each["content"]["text"] for each in shown["messages"]}
    assert texts == {"Are you still there?", "Yes!"}


async def _accepted(whole: Whole, url: str) -> dict[str, Any]:
    """Taken as soon as its workflow runs."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await whole.agent.post(f"{url}/accept")).status_code != 200:
            await asyncio.sleep(0.1)
    return dict(answer.json())


async def _messages(mia: httpx2.AsyncClient, cursor: str, number: int) -> list[dict[str, Any]]:
    """What long polls tell, until there are so many."""
    told: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(PATIENCE):
        while len(told) < number:
            page = (await mia.get("/chat/v1/events", params={"cursor": cursor, "wait": 5})).json()
            cursor = page["cursor"]
            messages = [each["message"] for each in page["events"] if each["type"] == "message"]
            told |= {each["message_id"]: each for each in messages}
    return sorted(told.values(), key=lambda each: each["seq"])
