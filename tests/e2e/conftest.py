"""Stacks for whole stories: one for all tests that leave it as it was, and places for more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
