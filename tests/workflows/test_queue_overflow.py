"""Waits that are too long: the conversation goes elsewhere, or ends, at its time and not earlier."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.conversations import Event, MailKind, State
from domain.effects import Trigger
from domain.ids import QueueId, new_id
from domain.timers import Deadline, QueueOverflow, TimerPolicy
from tests.builders import BOB, a_mail
from tests.workflows.story import Story, telling

TEN = timedelta(minutes=10)
LATE = new_id()


@pytest.fixture
async def story(time_skipping_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """A conversation in a queue in which nobody waits for longer than ten minutes."""
    timers = policy(LATE)
    async with telling(time_skipping_server, opened_at=datetime.now(UTC), timers=timers) as story:
        story.world.read_model.timers = timers
        yield story


def policy(queue_id: QueueId | None, after: timedelta = TEN) -> TimerPolicy:
    return TimerPolicy(queue_overflow=QueueOverflow(after=after, queue_id=queue_id))


def queues(story: Story) -> list[QueueId | None]:
    return [each.queue_id for each in story.world.read_model.projections]


async def test_inv5_who_waited_too_long_waits_in_another_queue_and_there_anew(story: Story) -> None:
    await story.customer_writes()
    await story.pass_time(minutes=9)
    await story.customer_writes()
    assert queues(story) == []
    # What the other queue says is known by the time it is asked for.
    story.world.read_model.timers = policy(LATE)
    await story.pass_time(minutes=1, seconds=5)
    await story.until(lambda: queues(story) == [LATE], "it is in the other queue")
    left = (await story.status()).deadlines[Deadline.QUEUE_OVERFLOW] - await story.now()
    assert timedelta(minutes=8) < left <= TEN


async def test_inv5_or_ends_and_the_customer_is_told(story: Story) -> None:
    said = story.says(Trigger.OVERFLOW_ENDED)
    story.world.read_model.timers = policy(None)
    await story.customer_writes()
    await story.pass_time(minutes=10, seconds=5)
    await story.handle.result()
    assert story.world.outbox.rows[said].attempts == 1
    assert [each.reason for each in story.world.read_model.closed] == [Event.OVERFLOW_ENDED]


async def test_inv12_more_time_counts_for_who_waits_already(story: Story) -> None:
    await story.customer_writes()
    story.world.read_model.timers = policy(LATE, after=2 * TEN)
    await story.pass_time(minutes=19)
    assert queues(story) == []
    await story.pass_time(minutes=1, seconds=5)
    await story.until(lambda: queues(story) == [LATE], "it is in the other queue")


async def test_with_an_agent_nobody_waits(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(minutes=30)
    assert (await story.status()).state is State.ACTIVE
    assert not any(queues(story))
    await story.order(commands.Release)
    assert Deadline.QUEUE_OVERFLOW in (await story.status()).deadlines


async def test_who_is_offered_to_somebody_just_as_it_should_end_may_be_accepted_first(
    story: Story,
) -> None:
    """The offer's mail is on its way, so the conversation cannot close; then the offer holds it."""
    story.world.read_model.timers = policy(None)
    await story.customer_writes()
    story.world.read_model.posted = 2
    await story.pass_time(minutes=10, seconds=1)
    await story.until(lambda: story.world.read_model.refused_closings, "it could not close")
    offer = await story.offered(BOB)
    await story.pass_time(seconds=20)
    assert story.world.read_model.closed == []
    await story.order(commands.Accept, agent_id=BOB, offer_id=offer.offer_id)
    assert (await story.status()).state is State.ACTIVE


async def test_inv5_who_was_asked_and_says_no_is_waited_for_no_longer(story: Story) -> None:
    await story.customer_writes()
    await story.pass_time(minutes=9)
    offer = await story.offered(BOB, expires_at=await story.now() + timedelta(minutes=30))
    await story.pass_time(minutes=2)
    assert not any(queues(story))
    await story.order(commands.Decline, agent_id=BOB, offer_id=offer.offer_id)
    await story.pass_time(seconds=5)
    await story.until(lambda: LATE in queues(story), "it is in the other queue")


async def test_who_waited_too_long_just_as_mail_came_ends_a_moment_later(story: Story) -> None:
    story.world.read_model.timers = policy(None)
    await story.customer_writes()
    story.world.read_model.posted = 2
    await story.pass_time(minutes=10, seconds=1)
    await story.until(lambda: story.world.read_model.refused_closings, "it could not close")
    await story.customer_writes()
    await story.pass_time(seconds=10)
    await story.handle.result()
    assert [each.reason for each in story.world.read_model.closed] == [Event.OVERFLOW_ENDED]


async def test_who_comes_to_a_closed_queue_is_told_and_closed_even_while_writing(story: Story) -> None:
    said = story.says(Trigger.OVERFLOW_ENDED)
    await story.customer_writes()
    at = await story.now()
    items = [a_mail(2, at, kind=MailKind.OVERFLOW_ENDED, message_id=None), a_mail(3, at)]
    story.world.read_model.posted = 3
    with story.environment.with_time_skipping_disabled():
        await story.conversations.deliver(story.start, items)
    await story.pass_time(seconds=10)
    await story.handle.result()
    assert story.world.read_model.refused_closings == 1
    assert story.world.outbox.rows[said].attempts == 1
