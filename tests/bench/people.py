"""Customers with simulated phones and an agent with an API key, over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import uuid4

import httpx2

from domain.ids import ConversationId
from tests.bench.lab import Lab
from tests.bench.webhooks import Twilio, phone

BUSY_FOR: Final = 120
"""Seconds for which what cannot be done yet is repeated. Replacing a worker takes half of that."""
PAUSE: Final = 0.2
BUSY: Final = 503
UNDER_WAY: Final = "conflict"
"""What a repeated request is told while the first one is still being worked on."""


class People:
    """What they do, one request each."""

    def __init__(self, simulator: httpx2.AsyncClient, api: httpx2.AsyncClient, number: str) -> None:
        self._simulator = simulator
        self._api = api
        self._number = number

    async def connect(self, twilio: Twilio) -> None:
        """Have a number's messages reported to that web server."""
        order = {
            "account_sid": twilio.account_sid,
            "number": twilio.number,
            "inbound_url": twilio.signed_url,
        }
        (await self._simulator.post("/control/numbers", json=order)).raise_for_status()

    async def say(self, customer: int, text: str, number: str | None = None) -> None:
        """The customer types; returns when the webhook was answered."""
        body = {"from": phone(customer), "to": number or self._number, "text": text}
        said = (await self._simulator.post("/control/say", json=body)).raise_for_status().json()
        assert said["outcome"] == "answered", said

    async def thread(self, customer: int, number: str | None = None) -> list[dict[str, Any]]:
        """Both sides of one chat, as the provider has it."""
        which: dict[str, str | int] = {
            "business": number or self._number,
            "customer": phone(customer),
            "limit": 1000,
        }
        answer = await self._simulator.get("/control/thread", params=which)
        messages: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
        return messages

    async def reply(self, conversation: ConversationId, text: str) -> None:
        """The agent writes."""
        await self._do(f"{conversation}/messages", {"text": text})

    async def act(self, conversation: ConversationId, action: str) -> dict[str, Any]:
        """`accept`, `end` or `close-session`; the conversation afterwards."""
        return await self._do(f"{conversation}/{action}", None)

    async def _do(self, path: str, body: object) -> dict[str, Any]:
        same = {"Idempotency-Key": str(uuid4())}  # what was not answered in time may have happened
        url, deadline = f"/agent/v1/conversations/{path}", time.monotonic() + BUSY_FOR
        answer = await self._api.post(url, json=body, headers=same)
        while _may_be_repeated(answer) and time.monotonic() < deadline:
            await asyncio.sleep(PAUSE)
            answer = await self._api.post(url, json=body, headers=same)
        done: dict[str, Any] = answer.raise_for_status().json()
        return done


def _may_be_repeated(answer: httpx2.Response) -> bool:
    is_under_way = answer.is_client_error and answer.json()["code"] == UNDER_WAY
    return answer.status_code == BUSY or is_under_way


@asynccontextmanager
async def people(lab: Lab) -> AsyncIterator[People]:
    """For as long as the block runs."""
    async with lab.client(lab.stack.simulator) as phones, lab.client(lab.stack.api, "agent") as desk:
        yield People(phones, desk, lab.twilio.number)
