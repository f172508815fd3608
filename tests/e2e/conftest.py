"""Stacks and browsers for whole stories: what all tests share, and places for more."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.e2e.browsers import a_browser
from tests.e2e.people import Agent
from tests.e2e.visitors import Visitor
from tests.stack import Stack, a_place, free_ports


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory for a stack of one's own."""
    with a_place() as data_dir:
        yield data_dir


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack that all e2e tests share; kill what you like, it comes back."""
    with a_place() as data_dir:
        running = Stack(data_dir, free_ports())
        try:
            yield running.until_ready()
        finally:
            running.stop()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """In which people have contexts of their own."""
    async with a_browser() as running:
        yield running


@pytest.fixture
async def ana(stack: Stack) -> AsyncIterator[Agent]:
    """The demo's agent, signed in."""
    async with Agent(stack) as found:
        yield found


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """The browser of somebody at a desk."""
    found = await browser.new_context(viewport={"width": 1100, "height": 800}, locale="en-GB")
    yield found
    await found.close()


@pytest.fixture
async def visitor(stack: Stack, context: BrowserContext) -> AsyncIterator[Visitor]:
    """They are on a page of the shop, and nothing goes wrong in it."""
    found = Visitor(stack, await context.new_page())
    yield found
    assert found.complaints == []
