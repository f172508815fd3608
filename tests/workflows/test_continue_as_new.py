"""A long conversation is many runs: nothing is lost or done twice between them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.conversations import State
from domain.errors import ProviderUnavailable
from domain.ids import new_id
from domain.messages import DeliveryStatus
from runtime.embedded import temporal
from runtime.temporal import DATA_CONVERTER
from tests.workflows.story import Story, telling
from workflows import search_attributes

RUNS_END_AFTER = 20
"""Events; the server then suggests a new run."""


@pytest.fixture(scope="module")
async def impatient_server() -> AsyncIterator[WorkflowEnvironment]:
    """A server that suggests a new run after a few messages."""
    settings = {
        **temporal.DYNAMIC_CONFIG,
        "limit.historyCount.suggestContinueAsNew": str(RUNS_END_AFTER),
    }
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal.program(),
        data_converter=DATA_CONVERTER,
        dev_server_extra_args=[
            *temporal.flags("--dynamic-config-value", settings),
            *temporal.flags("--search-attribute", search_attributes.ALL),
        ],
        dev_server_log_level="error",
    ) as environment:
        yield environment


@pytest.fixture
async def story(impatient_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """A conversation on that server."""
    async with telling(impatient_server, opened_at=datetime.now(UTC)) as story:
        yield story


async def runs(client: Client, workflow_id: str) -> int:
    found = [each async for each in client.list_workflows(f"WorkflowId = '{workflow_id}'")]
    return len(found)


async def test_nothing_is_lost_and_nothing_is_done_twice(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    replies = [new_id() for _ in range(12)]
    for count, reply in enumerate(replies, start=1):
        await story.customer_writes(times=3, has_media=True)
        await story.order(commands.Send, command_id=reply, message_id=reply)
        await story.until(lambda: len(story.world.copier.copied) == count * 3, "copied")  # noqa: B023
    await story.until(lambda: len(story.world.provider.sent) == 12, "all replies left")
    await story.order(commands.Send, command_id=replies[0], message_id=replies[0])
    await story.order(commands.End)
    await story.order(commands.CloseSession)
    await story.handle.result()
    assert story.world.outbox.claims == story.world.provider.sent == replies
    assert len(story.world.copier.copied) == len(set(story.world.copier.copied)) == 36
    assert story.world.read_model.closed[0].handled == 37
    assert await runs(story.client, story.handle.id) > 2


async def test_what_is_parked_and_what_waits_crosses_over(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.provider_reports_closed_window()
    parked = await story.order(commands.Park)
    for _ in range(12):
        await story.template()
        await story.status()
    status = await story.status()
    assert (status.state, status.parked) == (State.TEMPLATE_ONLY, 1)
    assert await runs(story.client, story.handle.id) > 1
    await story.customer_writes()
    await story.until(lambda: parked in story.world.provider.sent, "it left in a later run")
    assert story.world.read_model.settled == {parked: DeliveryStatus.QUEUED}


async def test_a_delivery_under_way_keeps_the_run(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    story.world.provider.errors.extend(ProviderUnavailable("refused") for _ in range(2))
    waiting = await story.order(commands.Send)
    for _ in range(12):
        await story.customer_writes()
        await story.status()
    await story.until(lambda: story.world.provider.sent == [waiting], "sent, once")
