"""Stacks and browsers for whole stories: what all tests share, and places for more."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.e2e.browsers import a_browser
from tests.e2e.people import Agent
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
