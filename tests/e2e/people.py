"""A customer with a phone and an agent at a desk, over HTTP only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx2

from tests.stack import Stack

PATIENCE = 90.0
"""Seconds in which something must have come true: a killed PostgreSQL takes a few to recover."""


async def eventually(
    condition: Callable[[], Awaitable[bool]], what: str, *, within: float = PATIENCE
) -> None:
    """Ask until it is true; while something is down, asking may fail."""
    async with asyncio.timeout(within):
        while True:
            try:
                if await condition():
                    return
            except httpx2.HTTPError:
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.1)
    raise AssertionError(what)


class Customer:
    """Writes to the demo's number from the simulated phone."""

    def __init__(
        self, stack: Stack, *, phone: str | None = None, client: httpx2.AsyncClient | None = None
    ) -> None:
        self.phone = phone or f"+1555{uuid4().int % 10**7:07d}"
        self._number = stack.demo["organization"]["number"]
        self._client = client or httpx2.AsyncClient(base_url=stack.simulator, timeout=30)

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """One message; the result says what the webhook was answered."""
        body = {"from": self.phone, "to": self._number, "type": "text", "text": text} | more
        answer = await self._client.post("/control/say", json=body)
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    async def received(self) -> list[str]:
        """The texts that really arrived on the phone, in order."""
        answer = await self._client.get("/control/outbox", params={"to": self.phone, "limit": 200})
        return [each["text"] for each in answer.raise_for_status().json()["deliveries"]]

    async def has(self, *texts: str) -> bool:
        """Exactly these arrived."""
        return await self.received() == list(texts)

    @asynccontextmanager
    async def suffering(self, **faults: Any) -> AsyncIterator[None]:
        """While the block runs, the provider has these faults."""
        (await self._client.put("/control/faults", json=faults)).raise_for_status()
        try:
            yield
        finally:
            (await self._client.put("/control/faults", json={})).raise_for_status()

    async def let_pass(self, hours: float) -> None:
        """The provider's clock goes on; ours does not."""
        await self._client.post("/control/clock", json={"advance_seconds": hours * 3600})

    async def put_clock_right(self) -> None:
        """The provider's clock shows our time again, whatever other tests let pass."""
        ahead = (await self._client.get("/control/clock")).raise_for_status().json()["offset_seconds"]
        answer = await self._client.post("/control/clock", json={"advance_seconds": -ahead})
        answer.raise_for_status()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()


class Agent:
    """Signed in with the demo's password, or their own."""

    def __init__(
        self, stack: Stack, role: str = "agent", *, sign_in: dict[str, str] | None = None
    ) -> None:
        demo = (each for each in stack.demo["sign_ins"] if each["role"] == role)
        self._sign_in = sign_in or next(demo)
        self._client = httpx2.AsyncClient(base_url=f"{stack.api}/agent/v1", timeout=30)

    async def __aenter__(self) -> Self:
        body = {"email": self._sign_in["email"], "password": self._sign_in["password"]}
        answer = (await self._client.post("/sign-in", json=body)).raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str, **parameters: Any) -> Any:
        """What is at that path."""
        return (await self._client.get(path, params=parameters)).raise_for_status().json()

    async def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx2.Response:
        """An order; the caller looks at the answer."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self._client.post(path, json=body, headers=headers)

    async def upload(self, conversation: str, name: str, content: bytes, mime_type: str) -> str:
        """A file to attach; returns its id."""
        answer = await self._client.post(
            "/attachments",
            params={"conversation_id": conversation},
            files={"file": (name, content, mime_type)},
        )
        media_id: str = answer.raise_for_status().json()["media_id"]
        return media_id

    async def delete(self, path: str) -> httpx2.Response:
        """Take something back."""
        return await self._client.delete(path)

    async def conversation_with(self, customer: Customer) -> str:
        """The id of the customer's running conversation, once it is there."""
        return await self.conversation_at(f"whatsapp:{customer.phone}")

    async def conversation_at(self, address: str) -> str:
        """The same, of whoever has this address."""
        found: list[str] = []

        async def appears() -> bool:
            page = await self.get("/conversations", limit=200)
            found[:] = [
                each["conversation_id"]
                for each in page["items"]
                if each["contact"]["address"] == address and each["state"] != "closed"
            ]
            return bool(found)

        await eventually(appears, "the conversation is listed")
        return found[0]

    async def state(self, conversation: str) -> str:
        """Where the conversation is."""
        state: str = (await self.get(f"/conversations/{conversation}"))["state"]
        return state

    async def is_in(self, conversation: str, state: str) -> bool:
        """Whether it is there."""
        return await self.state(conversation) == state

    async def transcript(self, conversation: str) -> list[dict[str, Any]]:
        """Every line."""
        items: list[dict[str, Any]] = (await self.get(f"/conversations/{conversation}/messages"))[
            "items"
        ]
        return items

    async def said(self, conversation: str) -> list[tuple[str, str]]:
        """Who said what."""
        return [
            (line["author"], line["content"].get("text", line["content"]["kind"]))
            for line in await self.transcript(conversation)
        ]

    async def write(self, conversation: str, text: str) -> httpx2.Response:
        """A reply in free text."""
        return await self.post(f"/conversations/{conversation}/messages", {"text": text})
