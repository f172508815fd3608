"""Agents whose windows are gone: their conversations wait for them, and then for somebody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.conversations import Event, MailKind, State
from domain.effects import Trigger
from domain.ids import AgentId
from domain.timers import Deadline
from tests.builders import ALICE, BOB
from tests.workflows.story import Story, telling

AWAY = MailKind.AGENT_AWAY
BACK = MailKind.AGENT_RETURNED


@pytest.fixture
async def story(time_skipping_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """Alice has a conversation."""
    async with telling(time_skipping_server, opened_at=datetime.now(UTC)) as story:
        await story.customer_writes()
        await story.order(commands.Pick)
        yield story


async def told(story: Story, kind: MailKind, agent_id: AgentId = ALICE) -> None:
    await story.is_told(kind, agent_id=agent_id, message_id=None)


async def test_inv5_a_lost_agent_s_conversation_is_open_again_after_the_time_out(story: Story) -> None:
    said = story.says(Trigger.AGENT_DISCONNECTED)
    await told(story, AWAY)
    await story.pass_time(minutes=4, seconds=58)
    assert (await story.status()).state is State.ACTIVE
    await story.pass_time(seconds=4)
    await story.until_state(State.OPEN)
    await story.until(lambda: story.world.outbox.rows[said].attempts, "the customer is told")
    last = story.world.read_model.projections[-1]
    assert (last.agent_id, last.holds_capacity, last.preferred_agent_id) == (None, False, None)
    await story.order(commands.Pick, agent_id=BOB)
    assert (await story.status()).agent_id == BOB


async def test_back_in_time_everything_is_as_before(story: Story) -> None:
    await told(story, AWAY)
    assert Deadline.AGENT_LOST in (await story.status()).deadlines
    await told(story, BACK)
    await story.pass_time(minutes=10)
    status = await story.status()
    assert (status.state, status.agent_id) == (State.ACTIVE, ALICE)
    assert Trigger.AGENT_DISCONNECTED not in {
        trigger for each in story.world.read_model.projections for trigger in each.announcements
    }


async def test_mail_about_an_agent_who_had_it_before_changes_nothing(story: Story) -> None:
    await told(story, AWAY, BOB)
    await story.pass_time(minutes=10)
    status = await story.status()
    assert (status.state, status.agent_id, status.deadlines.get(Deadline.AGENT_LOST)) == (
        State.ACTIVE,
        ALICE,
        None,
    )


async def test_the_organisation_says_how_long(story: Story) -> None:
    policy = story.world.read_model.timers
    story.world.read_model.timers = policy.model_copy(update={"agent_lost": timedelta(seconds=30)})
    await told(story, AWAY)
    await story.pass_time(seconds=31)
    await story.until_state(State.OPEN)


async def test_an_agent_who_ends_it_from_elsewhere_is_not_lost(story: Story) -> None:
    await told(story, AWAY)
    await story.order(commands.End)
    await story.pass_time(minutes=10)
    assert (await story.status()).state is State.WRAP_UP
    assert Event.AGENT_LOST not in {each.ended_by for each in story.world.read_model.projections}
