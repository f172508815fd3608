"""Chats begin within the hours of their widget; those that run go on."""

from typing import Any

import httpx2
import pytest

from domain.configuration import Agent
from domain.conversations import State
from tests.api.live_chat import WIDGETS, a_workstream, made, settings
from tests.api.lost_customers import Browser, Engine

HOURS = "/config/v1/operating-hours"
EVERY_DAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ROUND_THE_CLOCK = {"days": EVERY_DAY, "opens": "00:00", "closes": "00:00"}


@pytest.fixture
async def hours(admin: httpx2.AsyncClient) -> dict[str, Any]:
    draft = {"name": "Office", "time_zone": "Europe/Bucharest", "weekly": [ROUND_THE_CLOCK]}
    return dict((await admin.post(HOURS, json=draft)).json())


@pytest.fixture
async def widget(admin: httpx2.AsyncClient, hours: dict[str, Any]) -> dict[str, Any]:
    hours_id = hours["operating_hours_id"]
    return await made(admin, await a_workstream(admin), settings=settings(operating_hours_id=hours_id))


@pytest.fixture
async def browser(browser: Browser) -> Browser:
    """Of somebody who has a session."""
    await browser.sign_in()
    return browser


async def close(admin: httpx2.AsyncClient, hours: dict[str, Any]) -> None:
    """From now on nobody is there on any day."""
    path = f"{HOURS}/{hours['operating_hours_id']}"
    answer = await admin.patch(path, json={"weekly": []}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text


async def availability(browser: Browser) -> Any:
    return (await browser.get(f"/widgets/{browser.widget_id}")).json()["availability"]


async def test_within_its_hours_a_chat_begins(browser: Browser) -> None:
    assert await availability(browser) == {"open": True, "opens_at": None}
    assert (await browser.start())["conversation"]["state"] == "open"


async def test_outside_its_hours_none_begins_and_pages_are_told(
    admin: httpx2.AsyncClient, browser: Browser, hours: dict[str, Any]
) -> None:
    await close(admin, hours)
    assert await availability(browser) == {"open": False, "opens_at": None}
    answer = await browser.post("/conversations")
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_there")


async def test_a_chat_that_runs_goes_on_past_closing_time(
    admin: httpx2.AsyncClient, browser: Browser, hours: dict[str, Any]
) -> None:
    chat = (await browser.start())["conversation"]["conversation_id"]
    await close(admin, hours)
    assert (await browser.say(chat, "Still there?")).status_code == 201
    assert (await browser.start())["conversation"]["conversation_id"] == chat


async def test_edge7_who_was_lost_comes_back_by_link_past_closing_time(
    *,
    admin: httpx2.AsyncClient,
    agent: httpx2.AsyncClient,
    browser: Browser,
    hours: dict[str, Any],
    engine_of_chats: Engine,
    ann: Agent,
) -> None:
    chat = (await browser.start())["conversation"]["conversation_id"]
    await engine_of_chats.project(chat, State.ACTIVE, ann)
    link = await agent.post(f"/agent/v1/conversations/{chat}/reconnect-link")
    await engine_of_chats.lose(chat)
    await engine_of_chats.project(chat, State.RECONNECT_WINDOW, ann)
    await close(admin, hours)
    answer = (await browser.open_link(link.json()["url"])).json()
    assert answer["outcome"] == "reconnected"
    assert answer["snapshot"]["conversation"]["conversation_id"] == chat
    assert (await browser.say(chat, "I am back")).status_code == 201


async def test_inv12_hours_that_a_widget_needs_are_not_deleted(
    admin: httpx2.AsyncClient, widget: dict[str, Any], hours: dict[str, Any]
) -> None:
    path = f"{HOURS}/{hours['operating_hours_id']}"
    refused = await admin.delete(path, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["details"]) == (409, {"in_use": {"widgets": 1}})
    gone = await admin.delete(f"{WIDGETS}/{widget['widget_id']}", headers={"If-Match": '"1"'})
    assert gone.status_code == 204
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204


async def test_hours_that_do_not_exist_are_refused(
    admin: httpx2.AsyncClient, widget: dict[str, Any]
) -> None:
    unknown = settings(operating_hours_id=widget["widget_id"])
    answer = await admin.patch(
        f"{WIDGETS}/{widget['widget_id']}", json={"settings": unknown}, headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.json()["details"]["field"]) == (422, "settings")
