"""Live chats: connections that are lost and found, and ends that stay ends.

`edge`: the odd cases of customers who vanish, numbered; those that are decided before a workflow hears
of them are in tests/api/widgets, tests/integration/test_chat_leases.py and tests/e2e.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.channels import ChannelName
from domain.conversations import Event, MailKind, State
from domain.effects import Trigger
from domain.errors import Refused
from domain.offers import OfferState
from domain.timers import TimerPolicy
from tests.builders import ALICE, BOB
from tests.workflows.story import Story, telling

LOST = MailKind.CONNECTION_LOST
BACK = MailKind.CUSTOMER_RETURNED
ENDED = MailKind.CUSTOMER_ENDED
FOREVER = TimerPolicy.for_live_chat()
RECONNECTING = FOREVER.model_copy(
    update={
        "connection_grace": timedelta(seconds=20),
        "reconnect_limit": timedelta(minutes=2),
    }
)


@pytest.fixture
async def chat(time_skipping_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """A chat that began without a word; its widget lets customers reconnect."""
    async with telling(
        time_skipping_server,
        opened_at=datetime.now(UTC),
        channel=ChannelName.LIVE_CHAT,
        service_window=None,
        timers=RECONNECTING,
    ) as story:
        story.world.read_model.timers = RECONNECTING
        await story.provider_reports(MailKind.CHAT_STARTED, story.start.opened_at)
        yield story


async def told(story: Story, *kinds: MailKind) -> None:
    await story.customer_connects(*kinds)


async def is_closed(story: Story) -> None:
    await story.handle.result()
    assert len(story.world.read_model.closed) == 1


def ended_by(story: Story) -> list[Event]:
    return [each.ended_by for each in story.world.read_model.projections if each.ended_by]


def capacity(story: Story) -> bool:
    return story.world.read_model.projections[-1].holds_capacity


async def test_a_chat_nobody_takes_closes_though_nothing_was_ever_said(chat: Story) -> None:
    await chat.pass_time(minutes=20, seconds=1)
    await is_closed(chat)
    assert chat.world.read_model.closed[0].reason == "auto_close"
    assert ended_by(chat) == [Event.AUTO_CLOSE]


async def test_edge1_who_leaves_the_queue_is_waited_for_and_then_the_chat_closes(chat: Story) -> None:
    await told(chat, LOST)
    assert (await chat.status()).state is State.OPEN
    await chat.pass_time(seconds=21)
    await is_closed(chat)
    assert ended_by(chat) == [Event.GRACE_EXPIRED]
    assert all(each.state is not State.WRAP_UP for each in chat.world.read_model.projections)


@pytest.mark.parametrize("timers", [FOREVER, RECONNECTING], ids=["for good", "reconnecting"])
async def test_edge2_who_leaves_before_the_agent_accepted_leaves_nothing_to_wrap_up(
    chat: Story, timers: TimerPolicy
) -> None:
    chat.world.read_model.timers = timers
    offer = await chat.offered(BOB, expires_at=chat.start.opened_at + timedelta(minutes=10))
    await told(chat, LOST)
    await chat.pass_time(seconds=timers.connection_grace.total_seconds() + 1)
    await is_closed(chat)
    assert ended_by(chat) == [Event.GRACE_EXPIRED]
    shown = chat.world.read_model.projections
    assert not any(each.holds_capacity or each.state is State.WRAP_UP for each in shown)
    assert chat.world.read_model.offers == {offer.offer_id: OfferState.WITHDRAWN}


async def test_who_comes_back_in_time_keeps_their_place(chat: Story) -> None:
    await told(chat, LOST, BACK)
    await chat.pass_time(minutes=5)
    assert (await chat.status()).state is State.OPEN


async def test_an_agent_who_takes_a_chat_whose_customer_is_away_waits_with_it(chat: Story) -> None:
    await told(chat, LOST)
    await chat.order(commands.Pick)
    assert (await chat.status()).state is State.DISCONNECTED
    await told(chat, BACK)
    status = await chat.status()
    assert (status.state, status.agent_id) == (State.ACTIVE, ALICE)


async def test_edge3_without_reconnecting_the_chat_ends_after_the_grace(chat: Story) -> None:
    chat.world.read_model.timers = FOREVER
    await chat.order(commands.Pick)
    await told(chat, LOST)
    await chat.pass_time(minutes=2, seconds=59)
    assert (await chat.status()).state is State.DISCONNECTED
    await chat.pass_time(seconds=2)
    await chat.until_state(State.WRAP_UP)
    assert ended_by(chat) == [Event.GRACE_EXPIRED]


async def test_inv8_back_within_the_grace_and_within_the_limit_it_is_the_same_agent(
    chat: Story,
) -> None:
    await chat.order(commands.Pick)
    for away in (timedelta(seconds=10), timedelta(seconds=100)):
        await told(chat, LOST)
        await chat.pass_time(seconds=away.total_seconds())
        assert capacity(chat)
        await told(chat, BACK)
        status = await chat.status()
        assert (status.state, status.agent_id) == (State.ACTIVE, ALICE)
    announced = chat.world.read_model.announced
    assert announced.count(Trigger.CUSTOMER_DISCONNECTED) == 2
    assert announced.count(Trigger.CUSTOMER_RETURNED) == 2


async def test_edge3_edge5_inv7_the_agent_is_held_until_the_limit_and_then_wraps_up(
    chat: Story,
) -> None:
    await chat.order(commands.Pick)
    await told(chat, LOST)
    await chat.pass_time(seconds=21)
    await chat.until_state(State.RECONNECT_WINDOW)
    assert capacity(chat)
    await chat.pass_time(minutes=2)
    await chat.until_state(State.WRAP_UP)
    assert ended_by(chat) == [Event.RECONNECT_EXPIRED]
    await told(chat, BACK)
    assert (await chat.status()).state is State.WRAP_UP
    await chat.pass_time(minutes=15, seconds=1)
    await is_closed(chat)


async def test_edge4_inv7_inv8_an_agent_who_leaves_a_customer_who_is_away_is_not_held(
    chat: Story,
) -> None:
    await chat.order(commands.Pick)
    await told(chat, LOST)
    await chat.pass_time(seconds=21)
    await chat.order(commands.CloseSession)
    assert not capacity(chat)
    await told(chat, BACK)
    status = await chat.status()
    assert (status.state, status.agent_id) == (State.OPEN, None)
    await chat.order(commands.Pick, agent_id=BOB)
    assert (await chat.status()).agent_id == BOB


@pytest.mark.parametrize("away", [False, True])
async def test_edge6_after_the_agents_end_nobody_comes_back(chat: Story, away: bool) -> None:  # noqa: FBT001
    await chat.order(commands.Pick)
    if away:
        await told(chat, LOST)
    await chat.order(commands.End)
    await told(chat, BACK)
    assert (await chat.status()).state is State.WRAP_UP
    assert ended_by(chat) == [Event.AGENT_ENDED]


async def test_a_customer_who_ends_in_the_queue_closes_the_chat_at_once(chat: Story) -> None:
    await told(chat, ENDED)
    await is_closed(chat)
    assert ended_by(chat) == [Event.CUSTOMER_ENDED]
    assert chat.world.read_model.refused_closings == 0


@pytest.mark.parametrize("seconds", [0, 10, 60])
async def test_a_customer_who_ends_wherever_they_are_leaves_the_agent_to_wrap_up(
    chat: Story, seconds: int
) -> None:
    await chat.order(commands.Pick)
    if seconds:
        await told(chat, LOST)
        await chat.pass_time(seconds=seconds)
    await told(chat, ENDED)
    assert (await chat.status()).state is State.WRAP_UP
    assert ended_by(chat) == [Event.CUSTOMER_ENDED]


async def test_what_a_customer_wrote_while_the_agent_ended_does_not_open_it_again(
    chat: Story,
) -> None:
    await chat.order(commands.Pick)
    await chat.order(commands.End)
    await chat.customer_writes()
    await chat.until_handled(chat.position)
    assert (await chat.status()).state is State.WRAP_UP


async def test_a_message_brings_a_customer_back_as_well(chat: Story) -> None:
    await chat.order(commands.Pick)
    await told(chat, LOST)
    await chat.pass_time(seconds=30)
    await chat.customer_writes()
    await chat.until_state(State.ACTIVE)


async def test_what_an_agent_says_while_the_customer_is_away_is_delivered(chat: Story) -> None:
    await chat.order(commands.Pick)
    await told(chat, LOST)
    sent = [await chat.order(commands.Send)]
    await chat.pass_time(seconds=30)
    sent.append(await chat.order(commands.Send))
    await chat.until(lambda: chat.world.provider.sent == sent, "both left")
    await told(chat, BACK)
    assert (await chat.status()).state is State.ACTIVE


async def test_who_comes_back_in_the_moment_of_closing_is_not_shut_out(chat: Story) -> None:
    """The grace is over, but PostgreSQL knows of mail that the workflow has not seen."""
    await told(chat, LOST)
    returned = chat._next_mail(await chat.now(), kind=BACK)
    await chat.pass_time(seconds=21)
    await chat.until(lambda: chat.world.read_model.refused_closings, "closing was refused")
    await chat.conversations.deliver(chat.start, [returned])
    await chat.until_handled(chat.position)
    await chat.pass_time(minutes=2)
    assert (await chat.status()).state is State.OPEN


async def test_who_takes_a_chat_in_that_moment_waits_with_it_too(chat: Story) -> None:
    await told(chat, LOST)
    chat._next_mail(await chat.now(), kind=MailKind.CUSTOMER_WROTE)
    await chat.pass_time(seconds=21)
    await chat.until(lambda: chat.world.read_model.refused_closings, "closing was refused")
    await chat.order(commands.Pick)
    assert (await chat.status()).state is State.DISCONNECTED
    await chat.pass_time(seconds=21)
    await chat.until_state(State.RECONNECT_WINDOW)


async def test_an_agent_who_leaves_an_active_chat_gives_it_back_to_the_queue(chat: Story) -> None:
    await chat.order(commands.Pick)
    await chat.order(commands.CloseSession)
    status = await chat.status()
    assert (status.state, status.agent_id) == (State.OPEN, None)
    assert not capacity(chat)


async def test_nothing_can_be_sent_after_the_end(chat: Story) -> None:
    await chat.order(commands.Pick)
    await told(chat, ENDED)
    with pytest.raises(Refused):
        await chat.order(commands.Send)


async def test_edge9_a_persistent_chat_is_lost_by_no_length_of_silence(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    async with telling(
        time_skipping_server,
        opened_at=datetime.now(UTC),
        channel=ChannelName.LIVE_CHAT,
        service_window=None,
        persistent=True,
    ) as story:
        await story.provider_reports(MailKind.CHAT_STARTED, story.start.opened_at)
        await story.order(commands.Pick)
        await story.pass_time(days=3)
        assert (await story.status()).state is State.ACTIVE
        await told(story, ENDED)  # as a page of an older release might say
        assert (await story.status()).state is State.ACTIVE
        await story.order(commands.CloseSession)
        assert (await story.status()).state is State.WAITING
        assert not capacity(story)
        assert ended_by(story) == []
