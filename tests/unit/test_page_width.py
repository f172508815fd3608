"""What the command line writes fits where it is read."""

from io import StringIO

from rich.console import Console

from domain.ids import new_id
from runtime.page_width import UNBROKEN, page_width
from runtime.timeline.entries import Entry, Kind, Source, Timeline
from runtime.timeline.showing import as_table
from tests.work import NOW


def test_only_a_terminal_has_an_edge() -> None:
    assert page_width(is_terminal=True, environment={}) is None
    assert page_width(is_terminal=False, environment={"COLUMNS": "100"}) is None
    assert page_width(is_terminal=False, environment={}) == UNBROKEN


def test_ids_stay_whole_in_a_timeline_that_is_piped() -> None:
    message, agent = new_id(), new_id()
    written = StringIO()
    entry = Entry(
        at=NOW,
        source=Source.TEMPORAL,
        kind=Kind.COMMAND,
        name="send",
        status="accepted",
        message_id=message,
        facts={"agent_id": str(agent)},
    )
    found = Timeline(conversation_id=new_id(), state="active", entries=(entry,))

    console = Console(file=written, width=page_width(is_terminal=False, environment={}))
    console.print(as_table(found, with_text=False))

    assert f"message {message}; agent_id {agent}" in written.getvalue()
