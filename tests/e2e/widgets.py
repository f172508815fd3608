"""Chat widgets made for one test, and the shop's pages that carry them meanwhile."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from tests.stack import Stack

HURRY = "UPDATE widgets SET timers = timers || %s::jsonb WHERE %s LIKE '%%' || endpoint_id || '%%'"


def an_admin(stack: Stack) -> httpx2.AsyncClient:
    """A client of the config API."""
    key = stack.demo["organization"]["api_keys"]["admin"]
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.AsyncClient(base_url=f"{stack.api}/config/v1", headers=headers, timeout=30)


async def a_widget(stack: Stack, like: str = "visitors", **settings: Any) -> str:
    """A widget like one of the demo's but for these settings; returns its snippet."""
    known = stack.demo["organization"]["widget_ids"][like]
    async with an_admin(stack) as admin:
        model = (await admin.get(f"/widgets/{known}")).raise_for_status().json()
        copied = ("workstream_id", "customers_may_send_files", "settings")
        draft = {name: model[name] for name in copied}
        draft["settings"] |= settings
        draft["name"] = f"Widget {uuid4().hex[:8]}"
        made = (await admin.post("/widgets", json=draft)).raise_for_status()
        snippet: str = made.json()["snippet"]
    return snippet


async def hurry(stack: Stack, widget: str, **timers: str) -> None:
    """Lost customers are waited for as long as this, in the place where admins' choices are kept too.

    `widget`: its id, or the snippet with it. No admin may choose times that a test would wait for.
    """
    connecting = psycopg.AsyncConnection.connect(stack.conninfo, autocommit=True)
    async with await connecting as connection:
        changed = await connection.execute(HURRY, (json.dumps(timers), widget))
    assert changed.rowcount == 1, widget


@asynccontextmanager
async def carrying(stack: Stack, **snippets: str) -> AsyncIterator[None]:
    """The shop's pages carry these, by who chats there, instead of the demo's."""
    before = await _demo_snippets(stack)
    await _carry(stack, before | snippets)
    try:
        yield
    finally:
        await _carry(stack, before)


async def _demo_snippets(stack: Stack) -> dict[str, str]:
    found = {}
    async with an_admin(stack) as admin:
        for who, widget_id in stack.demo["organization"]["widget_ids"].items():
            answer = (await admin.get(f"/widgets/{widget_id}")).raise_for_status()
            found[who] = answer.json()["snippet"]
    return found


async def _carry(stack: Stack, snippets: dict[str, str]) -> None:
    async with httpx2.AsyncClient(base_url=stack.simulator) as simulator:
        (await simulator.post("/control/shop", json=snippets)).raise_for_status()
