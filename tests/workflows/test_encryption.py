"""A conversation as processes of ours run it: all that Temporal keeps of it is encrypted."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from domain import commands
from domain.conversations import State
from domain.errors import NotYourConversation, ProviderUnavailable
from runtime.codec import ENCODING
from runtime.keyring import new_key
from runtime.temporal import DATA_CONVERTER, data_converter
from tests.builders import BOB
from tests.workflows.story import Story, telling
from workflows.client import TemporalConversations
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

OLD, NEW = new_key(), new_key()
READABLE = ("search_attributes", "indexed_fields")
"""Temporal itself answers searches by these: they hold ids and states, never a name or a text."""


def with_converter(client: Client, converter: DataConverter) -> Client:
    return Client(client.service_client, namespace=client.namespace, data_converter=converter)


@pytest.fixture
async def story(time_skipping_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    client = with_converter(time_skipping_server.client, data_converter([OLD]))
    async with telling(time_skipping_server, client, opened_at=datetime.now(UTC)) as story:
        yield story


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload of a message, but those that Temporal must be able to read."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None or field.name in READABLE:
            continue
        for part in _parts(value):
            yield from payloads_in(part)


def _parts(value: Any) -> list[Message]:
    """One message, a list of them, or a map to them."""
    if isinstance(value, Message):
        return [value]
    return [each for each in getattr(value, "values", lambda: value)() if isinstance(each, Message)]


def names_a_change_of_code(event: HistoryEvent) -> bool:
    """Written by the SDK itself, beside the codec: the words of our code, and nobody's data."""
    return event.marker_recorded_event_attributes.marker_name == "core_patch"


async def lived_through(story: Story) -> WorkflowHistory:
    """Mail, commands, a refusal, a failed attempt, timers, summaries."""
    await story.customer_writes()
    await story.order(commands.Pick)
    story.world.provider.errors.append(ProviderUnavailable("+4915112345678 is out of reach"))
    await story.order(commands.Send)
    with pytest.raises(NotYourConversation, match="Take the conversation first"):
        await story.order(commands.End, agent_id=BOB)
    await story.pass_time(hours=25)
    await story.until_state(State.TEMPLATE_ONLY)
    await story.until(lambda: len(story.world.provider.sent) == 1, "it left after all")
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.handle.result()
    return await story.handle.fetch_history()


async def test_inv9_everything_in_a_history_is_encrypted(story: Story) -> None:
    history = await lived_through(story)
    told = [event for event in history.events if not names_a_change_of_code(event)]
    found = [payload for event in told for payload in payloads_in(event)]
    assert len(found) > 20
    assert {payload.metadata["encoding"] for payload in found} == {ENCODING}
    kept = b"".join(event.SerializeToString() for event in history.events)
    for word in (b"4915112345678", b"service window", str(BOB).encode()):
        assert word not in kept


async def test_inv11_an_encrypted_history_replays_after_the_key_was_replaced(story: Story) -> None:
    history = await lived_through(story)
    replayer = Replayer(
        workflows=[ConversationWorkflow],
        data_converter=data_converter([NEW, OLD]),
        workflow_runner=RUNNER,
    )
    await replayer.replay_workflow(history)


async def test_a_conversation_from_before_goes_on_encrypted(story: Story) -> None:
    plain = with_converter(story.client, DATA_CONVERTER)
    upgraded = story.conversations
    story.conversations = TemporalConversations(plain, task_queue=upgraded._task_queue)
    await story.customer_writes()
    story.conversations = upgraded
    await story.order(commands.Pick)
    assert (await story.status()).state is State.ACTIVE
    history = await story.handle.fetch_history()
    found = [payload for event in history.events for payload in payloads_in(event)]
    assert {payload.metadata["encoding"] for payload in found} == {b"json/plain", ENCODING}
