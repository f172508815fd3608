"""Live chat at the agent's desk: a customer is lost, comes back by link, and the agent sees it all."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import httpx2
import pytest
import websockets
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.desks import Desk
from tests.e2e.people import eventually
from tests.e2e.widgets import hurry
from tests.stack import Stack

SHOP = "http://localhost:9999"
PORTAL = f"{SHOP}/help"
SCREEN = ViewportSize(width=1400, height=900)
GRACE = "PT6S"
"""Long enough to be seen at the desk."""
IN_TIME = "PT25S"
TOO_LATE = "PT3S"
COUNTS_DOWN = re.compile(r"^[01]:[0-5]\d$")


@dataclass
class Visitor:
    """A customer in a browser of their own, over the widget's API only."""

    stack: Stack
    widget_id: str
    client: httpx2.AsyncClient
    chat: str = ""
    token: str = ""
    socket: Any = None

    async def begin(self, text: str) -> Self:
        opened = await self._post("/sessions", {"widget_id": self.widget_id})
        self.token = opened["session_token"]
        started = await self._post("/conversations", {"pre_chat": {"name": "Kim Minji"}})
        self.chat = started["conversation"]["conversation_id"]
        await self.connect()
        said = {"client_id": str(uuid4()), "text": text}
        await self._post(f"/conversations/{self.chat}/messages", said)
        return self

    async def connect(self) -> None:
        url = self.stack.api.replace("http", "ws") + "/chat/v1/events"
        self.socket = await websockets.connect(
            url, origin=SHOP, subprotocols=["holdfast.chat.v1"], proxy=None
        )
        await self.socket.send(json.dumps({"type": "hello", "token": self.token, "cursor": None}))
        assert json.loads(await self.socket.recv())["type"] == "welcome"

    async def vanish(self) -> None:
        await self.socket.close()

    async def read(self) -> list[str]:
        answer = await self.client.get(
            f"/chat/v1/conversations/{self.chat}/messages", headers=self._headers
        )
        return [each["content"]["text"] for each in answer.raise_for_status().json()["messages"]]

    async def open_link(self, url: str) -> dict[str, Any]:
        token = httpx2.URL(url).params["holdfast_reconnect"]
        answer = await self._post("/reconnect", {"widget_id": self.widget_id, "link_token": token})
        self.token = answer.get("session_token", self.token)
        return answer

    @property
    def _headers(self) -> dict[str, str]:
        return {"Origin": SHOP} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    async def _post(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/chat/v1{path}", json=body, headers=self._headers)
        return dict(answer.raise_for_status().json())


@pytest.fixture
async def desk(stack: Stack, browser: Browser) -> AsyncIterator[Desk]:
    context = await browser.new_context(viewport=SCREEN, timezone_id="Asia/Seoul")
    found = Desk(stack, await context.new_page())
    yield found
    await context.close()
    assert found.complaints == []


@pytest.fixture
async def widget_id(stack: Stack) -> str:
    organization = stack.demo["organization"]
    headers = {"Authorization": f"Bearer {organization['api_keys']['admin']}"}
    name = f"Chat {uuid4().hex[:8]}"
    async with httpx2.AsyncClient(base_url=f"{stack.api}/config/v1", headers=headers) as admin:
        draft = {"name": name, "channel": "live_chat", "fallback_queue_id": organization["queue_id"]}
        workstream = (await admin.post("/workstreams", json=draft)).raise_for_status().json()
        reconnecting = {"enabled": True, "time_limit": "PT30S", "portal_url": PORTAL}
        widget = {
            "name": name,
            "workstream_id": workstream["workstream_id"],
            "settings": {
                "allowed_origins": [SHOP],
                "pre_chat": [{"name": "name", "label": "Your name"}],
                "reconnecting": reconnecting,
            },
        }
        made = (await admin.post("/widgets", json=widget)).raise_for_status().json()
        return str(made["widget_id"])


@pytest.fixture
async def visitor(stack: Stack, widget_id: str) -> AsyncIterator[Visitor]:
    async with httpx2.AsyncClient(base_url=stack.api, timeout=30) as client:
        yield Visitor(stack, widget_id, client)


async def test_inv8_a_lost_customer_comes_back_by_link_to_the_same_agent(
    desk: Desk, visitor: Visitor
) -> None:
    question = f"Where is my parcel? {uuid4().hex[:8]}"
    await hurry(visitor.stack, visitor.widget_id, connection_grace=GRACE, reconnect_limit=IN_TIME)
    await desk.sign_in()
    await visitor.begin(question)
    await desk.take(question)
    heading = desk.page.locator("header.heading")

    await desk.message.fill("If we lose each other: ")
    await desk.button("Insert a link with which the customer comes back to this chat").click()
    await desk.page.keyboard.press("Enter")
    await expect(desk.line(PORTAL)).to_be_visible()
    await eventually(lambda: _has_link(visitor), "the link is in the customer's window")

    [url] = [line.rpartition(" ")[2] for line in await visitor.read() if PORTAL in line]
    await visitor.vanish()
    await expect(heading).to_contain_text("Customer disconnected", timeout=70_000)
    await expect(heading).to_contain_text("Customer may come back", timeout=40_000)
    left = heading.get_by_role("timer").locator("b")
    await expect(left).to_have_text(COUNTS_DOWN)
    shown = await left.text_content()
    await expect(left).not_to_have_text(shown or "")

    answer = await visitor.open_link(url)
    await visitor.connect()
    assert answer["outcome"] == "reconnected"
    await expect(desk.transcript).to_contain_text("The customer is back")
    await expect(heading).to_contain_text("Active")
    await expect(heading.get_by_role("timer")).to_be_hidden()

    await hurry(visitor.stack, visitor.widget_id, reconnect_limit=TOO_LATE)
    await visitor.vanish()
    await expect(heading).to_contain_text("The customer did not come back in time", timeout=150_000)
    late = await visitor.open_link(url)
    assert late == {"outcome": "expired", "redirect_url": None}


async def _has_link(visitor: Visitor) -> bool:
    return any(PORTAL in line for line in await visitor.read())
