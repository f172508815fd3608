"""Automated messages leave once for each cause, in their turn, whatever happens between two steps."""

from domain import commands
from domain.conversations import MailKind, State
from domain.effects import Trigger
from domain.errors import OutcomeUnknown, RecipientOptedOut, RecipientUnreachable
from domain.ids import MessageId
from domain.messages import DeliveryStatus
from tests.workflows.story import Story


async def left(story: Story, *messages: MessageId) -> None:
    sent = story.world.provider.sent
    await story.until(lambda: len(sent) >= len(messages), "all left")
    assert sent == list(messages)


async def test_what_a_projection_says_leaves_before_the_agents_reply(story: Story) -> None:
    await story.customer_writes()
    automated = story.says(Trigger.AGENT_ASSIGNED)
    await story.order(commands.Pick)
    reply = await story.order(commands.Send)
    await left(story, automated, reply)


async def test_what_comes_by_mail_leaves_while_nobody_has_the_conversation(story: Story) -> None:
    await story.customer_writes()
    automated = await story.system_writes()
    await left(story, automated)
    status = await story.status()
    assert status.state is State.OPEN
    assert status.handled == 2


async def test_inv3_mail_that_is_repeated_says_it_once(story: Story) -> None:
    await story.customer_writes()
    automated = await story.system_writes()
    position = story.position
    story.position -= 1
    await story.provider_reports(MailKind.SYSTEM_WROTE, await story.now())
    await story.until_handled(position)
    await left(story, automated)
    assert story.world.outbox.claims == [automated]


async def test_what_is_said_at_the_end_leaves_before_the_workflow_ends(story: Story) -> None:
    await story.customer_writes()
    automated = story.says(Trigger.CONVERSATION_CLOSED)
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.handle.result()
    assert story.world.provider.sent == [automated]


async def test_inv4_outside_the_window_it_is_skipped_and_not_failed(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    automated = story.says(Trigger.CONVERSATION_ENDED)
    await story.pass_time(hours=25)
    story.world.outbox.window_expires_at = story.start.opened_at
    await story.order(commands.End)
    row = story.world.outbox.rows[automated]
    await story.until(lambda: row.status is DeliveryStatus.WITHDRAWN, "skipped")
    assert row.code == "window_closed"
    assert story.world.provider.sent == []


async def test_inv3_a_lost_answer_is_resolved_as_for_an_agents_message(story: Story) -> None:
    await story.customer_writes()
    story.world.provider.has_keys = True
    story.world.provider.errors.append(OutcomeUnknown("no answer"))
    automated = await story.system_writes()
    await left(story, automated)


async def test_a_refusal_for_good_is_told_once_and_says_nothing_more(story: Story) -> None:
    """The announcement of an opt-out must not have another message refused, and so on."""
    await story.customer_writes()
    story.world.provider.errors.append(RecipientOptedOut("blocked"))
    await story.system_writes()
    await story.until(lambda: Trigger.CUSTOMER_OPTED_OUT in story.world.read_model.announced, "told")
    await story.pass_time(minutes=1)
    assert story.world.read_model.announced.count(Trigger.CUSTOMER_OPTED_OUT) == 1


async def test_who_cannot_be_reached_here_is_reached_elsewhere_with_the_next_attempt(
    story: Story,
) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)
    fallbacks = story.world.fallbacks
    fallbacks.ways = 1
    story.world.provider.errors.append(RecipientUnreachable("no RCS"))
    reply = await story.order(commands.Send)
    await left(story, reply)
    assert fallbacks.diverted == [reply]


async def test_inv3_a_projection_that_is_repeated_after_its_commit_says_it_once(
    story: Story,
) -> None:
    await story.customer_writes()
    automated = story.says(Trigger.AGENT_ASSIGNED)
    story.world.read_model.stumbles = 2
    await story.order(commands.Pick)
    reply = await story.order(commands.Send)
    await left(story, automated, reply)
    assert story.world.outbox.claims == [automated, reply]
