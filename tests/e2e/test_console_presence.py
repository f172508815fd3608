"""The presence of an agent at the top of the console, in a real browser."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, ViewportSize, expect

from domain.attendance import Attendance
from domain.presences import BasePresence
from routing.presences import presence_of
from storage.agent_presences import AgentPresences
from storage.attendances import Attendances
from storage.database import Database, open_database
from tests.e2e.desks import Desk
from tests.e2e.people import eventually
from tests.stack import Stack

THERE = re.compile("available|busy|do_not_disturb")
"""By what they have to do, as other tests left it."""
SCREEN = ViewportSize(width=1100, height=720)


@pytest.fixture
async def database(stack: Stack) -> AsyncIterator[Database]:
    async with open_database(stack.conninfo) as database:
        yield database


@pytest.fixture
async def desk(stack: Stack, browser: Browser) -> AsyncIterator[Desk]:
    """A browser, which is closed afterwards, whatever happens."""
    context = await browser.new_context(viewport=SCREEN)
    found = Desk(stack, await context.new_page())
    yield found
    await context.close()
    assert found.complaints == []


async def somebody(database: Database, stack: Stack) -> Attendance:
    """The demo's agent, as PostgreSQL knows them."""
    email = next(each["email"] for each in stack.demo["sign_ins"] if each["role"] == "agent")
    row = await database.one("SELECT agent_id FROM agents WHERE email = %(email)s", {"email": email})
    assert row is not None
    return await Attendances(database).one(row["agent_id"])


def chosen(desk: Desk) -> Locator:
    return desk.page.get_by_role("combobox", name="Your presence")


async def test_an_agent_is_there_while_their_page_is_open(
    stack: Stack, desk: Desk, database: Database
) -> None:
    async def is_now(base: BasePresence) -> bool:
        return presence_of(await somebody(database, stack)).base is base

    await desk.sign_in()
    await expect(chosen(desk)).to_have_value(THERE)
    await chosen(desk).select_option("Available")
    await eventually(lambda: is_now(BasePresence.AVAILABLE), "the open page is a window")
    await chosen(desk).select_option("Away")
    await eventually(lambda: is_now(BasePresence.AWAY), "it was chosen")
    await desk.page.reload()
    await expect(chosen(desk)).to_have_value("away")

    agent = await somebody(database, stack)
    await AgentPresences(database).impose(agent.agent_id, BasePresence.INACTIVE)
    await expect(chosen(desk)).to_have_value("inactive")
    await desk.button("I am back").click()
    await expect(chosen(desk)).to_have_value("away")
    await expect(desk.button("I am back")).to_be_hidden()
    await chosen(desk).select_option("Available")

    await desk.page.close()
    await eventually(lambda: is_now(BasePresence.OFFLINE), "no window is left")


async def test_who_signs_out_is_offline_at_once(stack: Stack, desk: Desk, database: Database) -> None:
    await desk.sign_in()
    await expect(chosen(desk)).to_have_value(THERE)
    await desk.button("Sign out").click()
    await expect(desk.button("Sign in")).to_be_visible()
    assert not (await somebody(database, stack)).is_connected
