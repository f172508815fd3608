"""One stack for all fault scenarios: each uses customers of its own and leaves it running."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.scale import IS_ASKED_FOR
from tests.stack import Stack, a_place, free_ports

Tell = Callable[..., None]
TOLD = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def battered() -> Iterator[Stack]:
    """The stack that is killed again and again."""
    with a_place() as data_dir:
        running = Stack(data_dir, free_ports())
        try:
            yield running.until_ready()
        finally:
            running.stop()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Keeps what was measured, for the end of the run."""
    told = request.config.stash.setdefault(TOLD, [])
    told.append(f"\n{request.node.name}")
    return lambda *lines: told.extend(str(line) for line in lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured, when the scenarios were asked for by name of their scale."""
    told = terminalreporter.config.stash.get(TOLD, [])
    if told and IS_ASKED_FOR:
        terminalreporter.section("what was measured")
        for line in told:
            terminalreporter.write_line(line)
