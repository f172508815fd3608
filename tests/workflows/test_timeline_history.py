"""Temporal's part of a timeline, read from the histories of real conversations."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.conversations import State
from domain.errors import ProviderUnavailable
from domain.ids import new_id
from runtime.keyring import new_key
from runtime.temporal import data_converter
from runtime.timeline.entries import Entry, Kind
from runtime.timeline.gathering import history_of
from runtime.timeline.history import HistoryReader
from runtime.timeline.payloads import Decoder
from tests.builders import ALICE
from tests.replay.test_replay import RECORDED, recorded
from tests.workflows.story import Story, telling


@pytest.fixture
async def story(time_skipping_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """A conversation as processes of ours run it: encrypted."""
    plain = time_skipping_server.client
    converter = data_converter([new_key()])
    client = Client(plain.service_client, namespace=plain.namespace, data_converter=converter)
    async with telling(time_skipping_server, client, opened_at=datetime.now(UTC)) as story:
        yield story


async def told_of(story: Story) -> list[Entry]:
    return await history_of(story.client, story.handle.id)


def brief(entries: list[Entry], *kinds: Kind) -> list[tuple[str, str]]:
    return [(entry.name, entry.status) for entry in entries if entry.kind in kinds]


async def test_mail_commands_and_states_are_told_in_order(story: Story) -> None:
    first = await story.customer_writes()
    await story.order(commands.Pick)
    sent = await story.order(commands.Send)
    await story.until(lambda: sent in story.world.provider.sent, "it left")
    await story.order(commands.End)
    await story.order(commands.CloseSession)
    await story.handle.result()

    entries = await told_of(story)

    assert brief(entries, Kind.RUN, Kind.MAIL, Kind.COMMAND, Kind.STATE) == [
        ("run", "started"),
        ("conversation", "open"),
        ("customer_wrote", "received"),
        ("pick", "accepted"),
        ("conversation", "active"),
        ("pick", "done"),
        ("send", "accepted"),
        ("send", "done"),
        ("end", "accepted"),
        ("conversation", "wrap_up"),
        ("end", "done"),
        ("close_session", "accepted"),
        ("conversation", "closed"),
        ("close_session", "done"),
        ("run", "completed"),
    ]
    assert {entry.message_id for entry in entries if entry.name == "customer_wrote"} == {first}
    delivered = next(e for e in entries if (e.name, e.status) == ("deliver_message", "completed"))
    assert delivered.message_id == sent
    assert (delivered.facts["attempt"], delivered.facts["status"]) == ("1", "accepted")
    picked = next(entry for entry in entries if entry.name == "pick")
    assert picked.facts["agent_id"] == str(ALICE)


async def test_timers_have_names_and_times(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    await story.until_state(State.TEMPLATE_ONLY)

    timers = [entry for entry in await told_of(story) if entry.kind is Kind.TIMER]

    assert brief(timers, Kind.TIMER)[:6] == [
        ("open auto close", "set"),
        ("open auto close", "cancelled"),
        ("window reminder", "set"),
        ("window reminder", "fired"),
        ("service window", "set"),
        ("service window", "fired"),
    ]
    due, fired = datetime.fromisoformat(timers[2].facts["due"]), timers[3].at
    assert timedelta(0) <= fired - due < timedelta(seconds=1)


async def test_attempts_are_counted_and_say_why_they_failed(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    story.world.provider.errors.extend(ProviderUnavailable("no route to +49") for _ in range(2))
    sent = await story.order(commands.Send)
    await story.until(lambda: len(story.world.provider.errors) == 1, "it was tried")
    under_way = (await told_of(story))[-1]
    await story.pass_time(minutes=1)
    await story.until(lambda: sent in story.world.provider.sent, "it left")

    ended = next(
        entry
        for entry in await told_of(story)
        if (entry.name, entry.status) == ("deliver_message", "completed")
    )

    assert (under_way.name, under_way.status, under_way.message_id) == (
        "deliver_message",
        "under way",
        sent,
    )
    assert under_way.facts["last error"] == "provider_unavailable"
    assert ended.facts["attempt"] == "3"
    assert ended.facts["last error"] == "provider_unavailable"
    assert ended.text is not None
    assert "+49" in ended.text
    assert "+49" not in str(ended.facts)


async def test_a_conversation_that_ran_twice_is_told_as_one(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.handle.terminate("a test of what an operator may do")
    await story.customer_writes()
    await story.until(lambda: story.position == 2, "told")

    entries = await told_of(story)

    assert ("run", "terminated") in brief(entries, Kind.RUN)
    assert brief(entries, Kind.RUN).count(("run", "started")) == 2
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_every_recorded_history_can_be_told(file: object) -> None:
    history: WorkflowHistory = recorded(file)  # type: ignore[arg-type]
    entries = await HistoryReader(Decoder(data_converter([new_key()]))).read(history.events)

    assert entries[0].status == "started"
    assert (entries[-1].kind, entries[-1].status) == (Kind.RUN, "completed")
    assert {entry.kind for entry in entries} >= {Kind.MAIL, Kind.COMMAND, Kind.STATE, Kind.ACTIVITY}


async def test_the_timeline_of_nothing_is_an_error(story: Story) -> None:
    story.handle = story.client.get_workflow_handle(f"conversation/whatsapp/{new_id()}")
    with pytest.raises(Exception, match="not found"):
        await told_of(story)
