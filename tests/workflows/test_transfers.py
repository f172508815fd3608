"""A running conversation goes to another queue: its capacity, its queue and its attributes follow."""

from datetime import UTC, datetime

import pytest
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.conversations import State
from domain.errors import NotYourConversation
from domain.ids import new_id
from domain.offers import OfferPurpose, OfferState
from tests.builders import BOB
from tests.workflows.story import telling


async def test_it_goes_to_another_queue_and_somebody_there_takes_it(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    sales = new_id()
    async with telling(time_skipping_server, opened_at=datetime.now(UTC)) as story:
        await story.customer_writes()
        await story.order(commands.Pick)
        with pytest.raises(NotYourConversation):
            await story.order(
                commands.TransferToQueue, agent_id=BOB, queue_id=sales, queue_name="Sales"
            )
        await story.order(commands.TransferToQueue, queue_id=sales, queue_name="Sales")
        last = story.world.read_model.projections[-1]
        assert (last.state, last.queue_id, last.holds_capacity) == (State.OPEN, sales, False)
        described = await story.handle.describe()
        values = {pair.key.name: pair.value for pair in described.typed_search_attributes}
        assert values["ConvQueue"] == "Sales"
        await story.order(commands.Pick, agent_id=BOB)
        assert story.world.read_model.projections[-1].queue_id == sales


async def test_a_transfer_that_nobody_answers_leaves_it_with_its_agent(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    async with telling(time_skipping_server, opened_at=datetime.now(UTC)) as story:
        await story.customer_writes()
        await story.order(commands.Pick)
        offer = await story.offered(purpose=OfferPurpose.TRANSFER)
        await story.pass_time(minutes=3)
        await story.until(
            lambda: story.world.read_model.offers.get(offer.offer_id), "the offer is over"
        )
        assert story.world.read_model.offers[offer.offer_id] is OfferState.TIMED_OUT
        status = await story.status()
        assert (status.state, status.agent_id) == (State.ACTIVE, story.world.capacity.taken[0].agent_id)
