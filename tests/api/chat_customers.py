"""A customer of the chat API, with a browser's view of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx2

from tests.api.conftest import Http
from tests.chat_shop import ChatShop

CHATS = "/chat/v1/conversations"


@dataclass
class Customer:
    """A session, and the client that bears its token."""

    http: httpx2.AsyncClient
    token: str
    chat: str = ""

    async def begin(self, **start: Any) -> dict[str, Any]:
        answer = await self.http.post(CHATS, json=start)
        assert answer.status_code in {200, 201}, answer.text
        snapshot: dict[str, Any] = answer.json()
        self.chat = snapshot["conversation"]["conversation_id"]
        return snapshot

    async def say(self, text: str = "Hello", client_id: UUID | None = None) -> httpx2.Response:
        said = {"client_id": str(client_id or uuid4()), "text": text}
        return await self.http.post(f"{CHATS}/{self.chat}/messages", json=said)

    async def messages(self, **query: Any) -> dict[str, Any]:
        answer = await self.http.get(f"{CHATS}/{self.chat}/messages", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def post(self, what: str, **body: Any) -> httpx2.Response:
        return await self.http.post(f"{CHATS}/{self.chat}/{what}", json=body)

    async def poll(self, cursor: str | None, wait: int = 0) -> dict[str, Any]:
        query = {"wait": wait} | ({"cursor": cursor} if cursor else {})
        answer = await self.http.get("/chat/v1/events", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def a_customer(http: Http, desk: ChatShop) -> Customer:
    """Somebody opens the page."""
    opened = await http.anonymous().post("/chat/v1/sessions", json={"widget_id": str(desk.widget_id)})
    assert opened.status_code == 201, opened.text
    token = opened.json()["session_token"]
    return Customer(http.bearing(token), token)
