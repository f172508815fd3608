"""From the first message to closed."""

from datetime import timedelta

import pytest

from domain import commands
from domain.conversations import State
from domain.effects import Trigger
from domain.errors import ConversationClosed, NotFound, NotYourConversation, Refused
from domain.ids import new_id
from domain.timers import TimerPolicy
from tests.builders import ALICE, BOB
from tests.workflows.story import Story


async def test_a_conversation_from_first_message_to_closed(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    sent = await story.order(commands.Send)
    await story.order(commands.End)
    await story.order(commands.CloseSession)
    await story.handle.result()
    assert story.world.provider.sent == [sent]
    assert [p.state for p in story.world.read_model.projections] == [
        State.ACTIVE,
        State.WRAP_UP,
        State.CLOSED,
    ]
    assert story.world.read_model.closed[0].reason == "session_closed"


async def test_the_history_of_a_steady_conversation_has_no_activities(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    before = (await story.handle.fetch_history()).events
    for _ in range(10):
        await story.customer_writes()
        await story.status()
    added = (await story.handle.fetch_history()).events[len(before) :]
    assert not [e for e in added if e.HasField("activity_task_scheduled_event_attributes")]
    assert len(added) <= 4 * 10


async def test_a_burst_is_one_turn(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    before = (await story.handle.fetch_history()).events
    await story.customer_writes(times=50)
    await story.status()
    added = (await story.handle.fetch_history()).events[len(before) :]
    assert len(added) <= 4
    assert (await story.status()).handled == 51


async def test_inv2_mail_that_is_dispatched_again_is_not_read_again(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    again = [story._next_mail(await story.now(), has_media=True) for _ in range(3)]
    await story.conversations.deliver(story.start, again[:2])
    await story.conversations.deliver(story.start, again)
    await story.conversations.deliver(story.start, again[:1])
    await story.until(lambda: len(story.world.copier.copied) == 3, "three files were copied")
    assert story.world.copier.copied == [mail.message_id for mail in again]
    assert (await story.status()).handled == 4


async def test_two_agents_pick_and_one_gets_it(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    with pytest.raises(NotYourConversation):
        await story.order(commands.Pick, agent_id=BOB)
    await story.order(commands.Pick)  # picking what one has is no error
    assert (await story.status()).agent_id == ALICE


async def test_only_its_agent_may_write(story: Story) -> None:
    await story.customer_writes()
    with pytest.raises(NotYourConversation):
        await story.order(commands.Send)
    await story.order(commands.Pick)
    with pytest.raises(NotYourConversation):
        await story.order(commands.Send, agent_id=BOB)
    await story.order(commands.Send, agent_id=BOB, as_supervisor=True)


async def test_refusals_leave_no_trace_in_the_history(story: Story) -> None:
    await story.customer_writes()
    await story.status()
    before = len((await story.handle.fetch_history()).events)
    with pytest.raises(NotYourConversation):
        await story.order(commands.End)
    assert len((await story.handle.fetch_history()).events) == before


async def test_a_repeated_command_is_the_same_command(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    command_id, message_id = new_id(), new_id()
    for _ in range(2):
        await story.order(commands.Send, command_id=command_id, message_id=message_id)
    await story.order(commands.End)
    await story.order(commands.CloseSession)
    await story.handle.result()
    assert story.world.provider.sent == [message_id]


async def test_who_leaves_may_revive_and_nobody_else(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.CloseSession)
    with pytest.raises(NotYourConversation):
        await story.order(commands.Pick, agent_id=BOB)
    await story.order(commands.Pick)
    assert (await story.status()).state is State.ACTIVE


async def test_a_waiting_conversation_closes_after_its_inactivity(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.CloseSession)
    await story.pass_time(hours=48, seconds=1)
    await story.handle.result()
    assert story.world.read_model.closed[0].reason == "inactivity_expired"


async def test_a_wrap_up_closes_after_a_day(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.End)
    await story.pass_time(hours=23)
    assert (await story.status()).state is State.WRAP_UP
    await story.pass_time(hours=1, seconds=1)
    await story.handle.result()
    assert story.world.read_model.closed[0].reason == "wrap_up_expired"


async def test_a_customer_who_writes_in_wrap_up_is_heard(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.End)
    await story.customer_writes()
    projections = story.world.read_model.projections
    await story.until(lambda: projections[-1].state is State.OPEN, "it waits again")
    assert projections[-1].preferred_agent_id == ALICE


async def test_an_unanswered_conversation_closes_after_thirty_days(story: Story) -> None:
    await story.customer_writes()
    await story.pass_time(days=30, seconds=1)
    await story.handle.result()
    assert story.world.read_model.closed[0].reason == "auto_close"
    assert Trigger.CONVERSATION_CLOSED in story.world.read_model.announced


async def test_inv1_closing_never_loses_a_message_that_is_on_its_way(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    await story.order(commands.End)
    on_its_way = story._next_mail(await story.now())  # committed, not dispatched yet
    await story.order(commands.CloseSession)
    assert story.world.read_model.refused_closings == 1
    await story.conversations.deliver(story.start, [on_its_way])
    await story.until_state(State.OPEN)
    assert story.world.read_model.closed == []


async def test_a_forced_closing_waits_for_mail_and_then_closes(story: Story) -> None:
    await story.customer_writes()
    on_its_way = story._next_mail(await story.now())
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.conversations.deliver(story.start, [on_its_way])
    await story.pass_time(seconds=6)
    await story.handle.result()
    assert story.world.read_model.closed[0].handled == 2


async def test_only_a_supervisor_may_force(story: Story) -> None:
    await story.customer_writes()
    with pytest.raises(Refused):
        await story.order(commands.ForceClose)


async def test_inv12_a_changed_duration_applies_at_the_next_decision(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    story.world.read_model.timers = TimerPolicy(wrap_up_close=timedelta(minutes=5))
    await story.order(commands.End)
    await story.pass_time(minutes=5, seconds=1)
    await story.handle.result()


async def test_a_finished_conversation_answers_that_it_is_over(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.handle.result()
    with pytest.raises((NotFound, ConversationClosed)):
        await story.order(commands.Pick)


async def test_late_mail_does_not_bring_a_finished_conversation_back(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.handle.result()
    await story.customer_writes()
    description = await story.handle.describe()
    assert description.close_time is not None


async def test_operators_find_it_by_state_channel_queue_and_agent(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    found = {
        pair.key.name: pair.value for pair in (await story.handle.describe()).typed_search_attributes
    }
    assert found["ConvState"] == "active"
    assert found["ConvChannel"] == "whatsapp"
    assert found["ConvQueue"] == "Support"
    assert found["ConvAgent"] == str(ALICE)
