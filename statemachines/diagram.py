"""Draw `docs/states.md` from the table: `python -m statemachines.diagram` (`make states`)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from domain.conversations import Event, State
from domain.timers import Deadline
from statemachines.deadlines import EVENTS
from statemachines.table import REFUSALS, TABLE, Row

FILE: Final = Path(__file__).parents[1] / "docs" / "states.md"

_INTRODUCTION: Final = """# The states of a conversation

Drawn from `statemachines/table.py` by `make states`; a test fails when this page is stale.

"""

_LEGEND: Final = """
A customer's message always finds a conversation to enter: there is no state but `closed` that refuses
it, and a closed one is never offered to it (PostgreSQL arbitrates, see `docs/architecture.md`).

## Every event in every state

`·` is a refusal; the last column says in which words. *stays* means that something happens, but the
state remains. Two states in one cell depend on the condition named in the diagram.

"""


def page() -> str:
    """The whole page, in Markdown."""
    timers = "\n## Deadlines\n\nReached, each is an event:\n\n"
    parts = [_INTRODUCTION, *_diagram(), _LEGEND, *_matrix(), timers, *_deadlines()]
    return "".join(parts)


def _diagram() -> Iterator[str]:
    yield "```mermaid\nstateDiagram-v2\n    [*] --> open: customer wrote, chat started\n"
    for row in TABLE:
        if row.to is not None:
            yield from (f"    {source} --> {row.to}: {_label(row)}\n" for source in row.source)
    yield "    closed --> [*]\n```\n"


def _label(row: Row) -> str:
    conditions = [*row.when, *(_denied(word) for word in row.unless)]
    suffix = f" [{_words(' and '.join(conditions))}]" if conditions else ""
    return _words(row.event) + suffix


def _denied(condition: str) -> str:
    """`window_is_open` → `window_is_not_open`."""
    return condition.replace("is_", "is_not_").replace("may_", "may_not_")


def _matrix() -> Iterator[str]:
    yield from _table_head(["event", *(f"`{state}`" for state in State), "refused with"])
    for event in Event:
        cells = [_cell(event, state) for state in State]
        yield _table_row([f"`{event}`", *cells, REFUSALS[event]])


def _cell(event: Event, state: State) -> str:
    rows = [row for row in TABLE if row.event is event and state in row.source]
    return " / ".join(dict.fromkeys(row.to or "*stays*" for row in rows)) or "·"


def _deadlines() -> Iterator[str]:
    yield from _table_head(["deadline", "event"])
    for deadline in Deadline:
        event = EVENTS.get(deadline)
        yield _table_row([f"`{deadline}`", f"`{event}`" if event else "the closing that had to wait"])


def _table_head(cells: list[str]) -> Iterator[str]:
    yield _table_row(cells)
    yield _table_row(["---"] * len(cells))


def _table_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _words(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    FILE.write_text(page())
