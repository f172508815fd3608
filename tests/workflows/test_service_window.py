"""The 24 hours after the customer's last message, to the second."""

from datetime import timedelta

import pytest

from domain import commands
from domain.conversations import MailKind, State
from domain.effects import Trigger
from domain.errors import WindowClosed
from domain.messages import DeliveryStatus
from tests.workflows.story import Story


async def test_inv4_free_text_leaves_within_the_window_and_not_a_second_after(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=23, minutes=59, seconds=50)
    sent = await story.order(commands.Send)
    await story.until(lambda: sent in story.world.provider.sent, "sent within the window")
    await story.pass_time(seconds=11)
    with pytest.raises(WindowClosed):
        await story.order(commands.Send)
    assert (await story.status()).state is State.TEMPLATE_ONLY


async def test_inv4_a_template_leaves_after_the_window(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    message_id = await story.template()
    await story.until(lambda: message_id in story.world.provider.sent, "the template left")
    assert (await story.status()).state is State.TEMPLATE_ONLY


async def test_inv5_the_window_closes_on_time(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=24, seconds=1)
    await story.until_state(State.TEMPLATE_ONLY)
    closing = next(p for p in story.world.read_model.projections if p.state is State.TEMPLATE_ONLY)
    lateness = closing.at - (story.start.opened_at + timedelta(hours=24))
    assert timedelta(0) <= lateness < timedelta(seconds=1)


async def test_inv4_the_window_of_a_message_that_came_late_counts_from_when_it_was_written(
    story: Story,
) -> None:
    wrote_at = story.start.opened_at - timedelta(hours=5)
    await story.customer_writes(wrote_at=wrote_at)
    await story.order(commands.Pick)
    assert (await story.status()).window_expires_at == wrote_at + timedelta(hours=24)
    await story.pass_time(hours=19, seconds=1)
    await story.until_state(State.TEMPLATE_ONLY)


async def test_the_agent_is_reminded_exactly_once(story: Story) -> None:
    await story.customer_writes(times=100)
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    await story.until_state(State.TEMPLATE_ONLY)
    assert story.world.read_model.announced.count(Trigger.WINDOW_CLOSING) == 1
    reminder = next(
        p for p in story.world.read_model.projections if Trigger.WINDOW_CLOSING in p.announcements
    )
    lateness = reminder.at - (story.start.opened_at + timedelta(hours=23))
    assert timedelta(0) <= lateness < timedelta(seconds=1)


async def test_a_message_moves_the_window_without_a_second_timer(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=20)
    await story.customer_writes()
    await story.pass_time(hours=20)
    assert (await story.status()).state is State.ACTIVE
    history = await story.handle.fetch_history()
    started = [e for e in history.events if e.HasField("timer_started_event_attributes")]
    cancelled = [e for e in history.events if e.HasField("timer_canceled_event_attributes")]
    # 30 days of waiting in the queue, then the reminder, then the reminder where it moved to.
    assert (len(started), len(cancelled)) == (3, 1)


async def test_the_customer_opens_the_window_again(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    await story.customer_writes()
    await story.until_state(State.ACTIVE)
    sent = await story.order(commands.Send)
    await story.until(lambda: sent in story.world.provider.sent, "free text leaves again")


async def test_the_providers_refusal_closes_the_window(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.provider_reports(MailKind.WINDOW_REFUSED, await story.now())
    await story.until_state(State.TEMPLATE_ONLY)
    with pytest.raises(WindowClosed):
        await story.order(commands.Send)


async def test_a_refusal_of_something_older_than_the_last_message_says_nothing(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.provider_reports(MailKind.WINDOW_REFUSED, story.start.opened_at - timedelta(seconds=1))
    await story.order(commands.Send)
    assert (await story.status()).state is State.ACTIVE


async def test_a_parked_reply_leaves_once_when_the_customer_writes(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    parked = await story.order(commands.Park)
    await story.template()
    await story.pass_time(hours=10)
    assert parked not in story.world.provider.sent
    await story.customer_writes(times=3)
    await story.until(lambda: parked in story.world.provider.sent, "the parked reply left")
    await story.status()
    assert story.world.provider.sent.count(parked) == 1
    assert story.world.read_model.settled == {parked: DeliveryStatus.QUEUED}


async def test_a_withdrawn_reply_never_leaves(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    parked = await story.order(commands.Park)
    await story.order(commands.Withdraw, message_id=parked)
    await story.customer_writes()
    await story.until_state(State.ACTIVE)
    assert parked not in story.world.provider.sent
    assert story.world.read_model.settled == {parked: DeliveryStatus.WITHDRAWN}


async def test_a_parked_reply_expires_with_a_notice(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.pass_time(hours=25)
    parked = await story.order(commands.Park)
    await story.pass_time(days=7, seconds=1)
    await story.until(lambda: parked in story.world.read_model.settled, "it expired")
    assert story.world.read_model.settled == {parked: DeliveryStatus.EXPIRED}
    assert Trigger.PARKED_REPLY_EXPIRED in story.world.read_model.announced
    await story.customer_writes()
    await story.until_state(State.ACTIVE)
    assert parked not in story.world.provider.sent
