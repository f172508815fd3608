"""A widget of a shop, as an admin sets it up."""

from typing import Any, Final

import httpx2

from domain.channels import Capabilities, ChannelName
from tests.fakes import FakeChannel

WIDGETS: Final = "/config/v1/widgets"
SHOP: Final = "https://shop.example"
EVIL: Final = "https://evil.example"
PORTAL: Final = f"{SHOP}/help"


def a_live_chat() -> FakeChannel:
    """The channel as far as configuration is concerned."""
    return FakeChannel(ChannelName.LIVE_CHAT, Capabilities(text_limit=6000), callbacks={})


def settings(**changes: Any) -> dict[str, Any]:
    return {
        "allowed_origins": [SHOP],
        "reconnecting": {"enabled": True, "time_limit": "PT2M", "portal_url": PORTAL},
    } | changes


async def a_workstream(client: httpx2.AsyncClient, **changes: Any) -> dict[str, Any]:
    queue = (await client.post("/config/v1/queues", json={"name": "Chats"})).json()
    draft = {"name": "Chat", "channel": "live_chat", "fallback_queue_id": queue["queue_id"]} | changes
    answer = await client.post("/config/v1/workstreams", json=draft)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def add_widget(
    client: httpx2.AsyncClient, workstream: dict[str, Any], **changes: Any
) -> httpx2.Response:
    draft = {"name": "Shop", "workstream_id": workstream["workstream_id"], "settings": settings()}
    return await client.post(WIDGETS, json=draft | changes)


async def made(
    client: httpx2.AsyncClient, workstream: dict[str, Any], **changes: Any
) -> dict[str, Any]:
    answer = await add_widget(client, workstream, **changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
