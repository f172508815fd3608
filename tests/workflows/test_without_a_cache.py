"""A worker that remembers nothing replays a conversation for each task, as after a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from domain import commands
from domain.ids import AccountId
from domain.messages import OutboundMessage, Receipt
from runtime.temporal import DATA_CONVERTER
from tests.workflows.story import Story
from tests.workflows.world import FakeProvider
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER


class SlowProvider(FakeProvider):
    """Takes a message when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_take = asyncio.Event()

    async def send(self, account_id: AccountId, message: OutboundMessage) -> Receipt:
        await self.may_take.wait()
        return await super().send(account_id, message)


@pytest.fixture
async def forgotten(temporal_dev_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """A conversation that no worker keeps in memory, with a provider that takes its time."""
    client = Client(
        **{**temporal_dev_server.client.config(), "data_converter": DATA_CONVERTER},  # type: ignore[arg-type]
    )
    queue = f"test-{uuid4()}"
    story = Story(temporal_dev_server, client, queue, opened_at=datetime.now(UTC))
    story.world.provider = SlowProvider()
    async with Worker(
        client,
        task_queue=queue,
        workflows=[ConversationWorkflow],
        activities=story.world.activities(),
        workflow_runner=RUNNER,
        max_cached_workflows=0,
    ):
        yield story


async def test_inv11_a_reply_after_a_delivery_during_which_the_customer_wrote_replays(
    forgotten: Story,
) -> None:
    provider = forgotten.world.provider
    assert isinstance(provider, SlowProvider)
    await forgotten.customer_writes()
    await forgotten.order(commands.Pick)
    await forgotten.order(commands.Send)
    await forgotten.customer_writes()
    await forgotten.until_handled(2)
    provider.may_take.set()
    await forgotten.until(lambda: len(provider.sent) == 1, "the first left")
    while (await forgotten.status()).waiting_deliveries:
        await asyncio.sleep(0.01)
    await forgotten.order(commands.Send)
    await forgotten.until(lambda: len(provider.sent) == 2, "the second left")

    history = await forgotten.handle.fetch_history()
    replayer = Replayer(
        workflows=[ConversationWorkflow], data_converter=DATA_CONVERTER, workflow_runner=RUNNER
    )
    await replayer.replay_workflow(history)
