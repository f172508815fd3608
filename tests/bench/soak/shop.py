"""The shop of a soak: a queue with agents, and a widget for its customers."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2

from tests.bench.soak.desks import Desk
from tests.stack import Stack

CONNECTIONS = 200


class Shop:
    """Its widget, and the desks at which its chats are answered."""

    def __init__(self, widget_id: str, desks: list[Desk], visitors: httpx2.AsyncClient) -> None:
        self.widget_id = widget_id
        self.desks = desks
        self.visitors = visitors
        """What all customers' requests go through."""


@asynccontextmanager
async def a_shop(stack: Stack, desks: int) -> AsyncIterator[Shop]:
    """With so many agents, signed in."""
    async with AsyncExitStack() as exits:

        async def a_client(token: str = "", connections: int = CONNECTIONS) -> httpx2.AsyncClient:
            return await exits.enter_async_context(
                httpx2.AsyncClient(
                    base_url=stack.api,
                    headers={"Authorization": f"Bearer {token}"} if token else {},
                    limits=httpx2.Limits(max_connections=connections),
                    timeout=60,
                    trust_env=False,
                )
            )

        visitors = await a_client()
        admin = await a_client(stack.demo["organization"]["api_keys"]["admin"])
        people = [await _agent(admin, visitors) for _ in range(desks)]
        widget_id = await _widget(admin, [agent_id for agent_id, _ in people])
        signed_in = [Desk(stack, agent_id, await a_client(token)) for agent_id, token in people]
        yield Shop(widget_id, signed_in, visitors)


async def _agent(admin: httpx2.AsyncClient, anybody: httpx2.AsyncClient) -> tuple[str, str]:
    sign_in = {"email": f"{uuid4().hex}@example.com", "password": secrets.token_urlsafe(16)}
    agent = await _made(admin, "agents", {"name": "Soaked Agent", **sign_in})
    answer = await anybody.post("/agent/v1/sign-in", json=sign_in)
    return agent["agent_id"], answer.raise_for_status().json()["token"]


async def _widget(admin: httpx2.AsyncClient, members: list[str]) -> str:
    name = f"Soak {uuid4().hex[:8]}"
    queue = await _made(admin, "queues", {"name": name, "member_ids": members})
    chat = {"name": name, "channel": "live_chat", "fallback_queue_id": queue["queue_id"]}
    workstream = await _made(admin, "workstreams", chat)
    settings = {
        "pre_chat": [{"name": "name", "label": "Your name"}],
        "reconnecting": {"enabled": True, "time_limit": "PT5M"},
    }
    draft = {"name": name, "workstream_id": workstream["workstream_id"], "settings": settings}
    return str((await _made(admin, "widgets", draft))["widget_id"])


async def _made(admin: httpx2.AsyncClient, what: str, draft: dict[str, Any]) -> dict[str, Any]:
    answer = await admin.post(f"/config/v1/{what}", json=draft)
    return dict(answer.raise_for_status().json())
