"""One stack for all fault scenarios: each uses customers of its own and leaves it running."""

from collections.abc import Iterator

import pytest

from tests.stack import Stack, a_place, free_ports


@pytest.fixture(scope="session")
def battered() -> Iterator[Stack]:
    """The stack that is killed again and again; what it was loses nothing."""
    with a_place() as data_dir:
        running = Stack(data_dir, free_ports())
        try:
            yield running.until_ready()
        finally:
            running.stop()
