"""Outbound messages: in order, once, and honest about doubt."""

from datetime import timedelta

import pytest

from domain import commands
from domain.conversations import State
from domain.effects import Trigger
from domain.errors import (
    AccountRejected,
    ContentRejected,
    MediaUnavailable,
    OutcomeUnknown,
    OutsideServiceWindow,
    ProviderUnavailable,
    RateLimited,
    RecipientOptedOut,
)
from domain.messages import DeliveryStatus
from tests.workflows.story import Story


async def an_active(story: Story) -> None:
    await story.customer_writes()
    await story.order(commands.Pick)


async def test_replies_leave_in_the_order_in_which_they_were_written(story: Story) -> None:
    await an_active(story)
    replies = [await story.order(commands.Send) for _ in range(20)]
    await story.until(lambda: len(story.world.provider.sent) == 20, "all left")
    assert story.world.provider.sent == replies


async def test_a_provider_that_is_down_delays_and_keeps_the_order(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.extend(ProviderUnavailable("refused") for _ in range(3))
    replies = [await story.order(commands.Send) for _ in range(3)]
    await story.until(lambda: len(story.world.provider.errors) < 3, "it was tried")
    await story.pass_time(minutes=2)
    await story.until(lambda: len(story.world.provider.sent) == 3, "all left")
    assert story.world.provider.sent == replies


async def test_a_conversation_goes_on_while_its_provider_is_down(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.extend(ProviderUnavailable("refused") for _ in range(1000))
    await story.order(commands.Send)
    await story.customer_writes()
    await story.order(commands.End)
    assert (await story.status()).state is State.WRAP_UP
    assert (await story.status()).waiting_deliveries == 1


async def test_inv3_an_answer_that_was_lost_is_asked_for_and_not_sent_again(story: Story) -> None:
    await an_active(story)
    story.world.outbox.now = await story.now() - timedelta(minutes=1)
    story.world.provider.takes_before_failing = True
    story.world.provider.errors.append(OutcomeUnknown("no answer"))
    message_id = await story.order(commands.Send)
    await story.until(
        lambda: DeliveryStatus.UNKNOWN in story.world.outbox.seen_statuses, "the doubt is shown"
    )
    await story.pass_time(minutes=1)
    await story.until(
        lambda: story.world.outbox.rows[message_id].status is DeliveryStatus.ACCEPTED, "resolved"
    )
    assert story.world.provider.sent == [message_id]
    assert story.world.provider.lookups == 1


async def test_inv3_with_a_key_of_ours_a_message_is_repeated_without_waiting(story: Story) -> None:
    await an_active(story)
    story.world.provider.has_keys = True
    story.world.provider.errors.append(OutcomeUnknown("no answer"))
    message_id = await story.order(commands.Send)
    await story.until(lambda: story.world.provider.sent == [message_id], "sent, in no time")


async def test_a_provider_that_asks_for_a_pause_after_its_error_gets_it(story: Story) -> None:
    await an_active(story)
    story.world.outbox.now = await story.now()
    story.world.provider.has_keys = True
    pause = timedelta(minutes=10)
    story.world.provider.errors.append(OutcomeUnknown("503", retry_after=pause))
    await story.order(commands.Send)
    await story.until(lambda: not story.world.provider.errors, "it was tried")
    assert await story.pause_before_the_next_attempt() == pytest.approx(pause, abs=timedelta(seconds=1))
    await story.pass_time(minutes=10)
    await story.until(lambda: len(story.world.provider.sent) == 1, "sent after the pause")


async def test_inv3_a_refused_repetition_says_nothing_of_the_first_attempt(story: Story) -> None:
    await an_active(story)
    story.world.outbox.now = await story.now()
    story.world.provider.has_keys = True
    story.world.provider.errors += [OutcomeUnknown("no answer"), RateLimited("too fast")]
    message_id = await story.order(commands.Send)
    await story.until(lambda: len(story.world.provider.errors) == 0, "it was repeated")
    await story.pass_time(minutes=1)
    await story.until(lambda: story.world.provider.sent == [message_id], "sent")
    seen = story.world.outbox.seen_statuses
    assert DeliveryStatus.QUEUED not in seen[seen.index(DeliveryStatus.UNKNOWN) :]


async def test_inv3_an_attempt_that_never_arrived_is_repeated(story: Story) -> None:
    await an_active(story)
    story.world.outbox.now = await story.now() - timedelta(minutes=1)
    story.world.provider.errors.append(OutcomeUnknown("no answer"))
    message_id = await story.order(commands.Send)
    await story.until(lambda: not story.world.provider.errors, "it was tried")
    await story.pass_time(minutes=1)
    await story.until(lambda: story.world.provider.sent == [message_id], "sent, once")
    assert story.world.provider.lookups == 1


async def test_inv3_a_doubt_that_nobody_can_resolve_is_flagged(story: Story) -> None:
    await an_active(story)
    story.world.outbox.now = await story.now() - timedelta(minutes=1)
    story.world.provider.can_be_asked = False
    story.world.provider.errors.append(OutcomeUnknown("no answer"))
    message_id = await story.order(commands.Send)
    await story.until(lambda: not story.world.provider.errors, "it was tried")
    await story.pass_time(minutes=1)
    await story.until(lambda: story.world.provider.sent == [message_id], "sent again")
    assert story.world.outbox.resent_in_doubt == [message_id]


async def test_what_will_never_be_taken_fails_and_lets_the_next_pass(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.append(ContentRejected("too long", provider_code="21617"))
    refused = await story.order(commands.Send)
    accepted = await story.order(commands.Send)
    await story.until(lambda: story.world.provider.sent == [accepted], "the next one left")
    assert story.world.outbox.rows[refused].status is DeliveryStatus.FAILED
    assert story.world.outbox.rows[refused].code == "21617"


async def test_a_refused_account_raises_an_alarm_and_keeps_the_message(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.append(AccountRejected("token revoked"))
    message_id = await story.order(commands.Send)
    await story.until(lambda: story.world.health.alarms == ["token revoked"], "the alarm")
    await story.pass_time(seconds=15)
    await story.until(lambda: story.world.provider.sent == [message_id], "sent after the repair")


async def test_too_fast_slows_the_endpoint_down(story: Story) -> None:
    await an_active(story)
    pause = timedelta(seconds=7)
    story.world.provider.errors.append(RateLimited("slow down", retry_after=pause))
    await story.order(commands.Send)
    await story.until(lambda: story.world.slots.pauses == [pause], "it was told")
    await story.pass_time(seconds=10)
    await story.until(lambda: len(story.world.provider.sent) == 1, "sent later")


async def test_inv4_the_activity_itself_refuses_free_text_after_the_window(story: Story) -> None:
    await an_active(story)
    story.world.outbox.window_expires_at = story.start.opened_at - timedelta(seconds=1)
    message_id = await story.order(commands.Send)
    await story.until(lambda: story.world.outbox.code_of(message_id) == "window_closed", "refused")
    assert story.world.provider.sent == []


async def test_a_window_that_the_provider_sees_closed_is_closed(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.append(OutsideServiceWindow("63016", provider_code="63016"))
    await story.order(commands.Send)
    await story.until_state(State.TEMPLATE_ONLY)


async def test_an_opt_out_is_announced(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.append(RecipientOptedOut("blocked"))
    await story.order(commands.Send)
    await story.until(
        lambda: Trigger.CUSTOMER_OPTED_OUT in story.world.read_model.announced, "announced"
    )


async def test_after_a_day_of_trying_a_message_fails_visibly(story: Story) -> None:
    await an_active(story)
    rest = timedelta(hours=5)
    story.world.provider.errors.extend(ProviderUnavailable("down", retry_after=rest) for _ in range(9))
    message_id = await story.order(commands.Send)
    await story.until(lambda: message_id in story.world.outbox.rows, "it was tried")
    await story.pass_time(hours=24, minutes=1)
    await story.until(
        lambda: story.world.outbox.rows[message_id].code == "gave_up", "given up, visibly"
    )


async def test_a_closed_conversation_still_delivers_what_it_accepted(story: Story) -> None:
    await an_active(story)
    story.world.provider.errors.append(ProviderUnavailable("refused"))
    message_id = await story.order(commands.Send)
    await story.order(commands.ForceClose, as_supervisor=True)
    await story.handle.result()
    assert story.world.provider.sent == [message_id]


async def test_files_are_copied_again_until_the_provider_hands_them_over(story: Story) -> None:
    story.world.copier.errors.extend(MediaUnavailable("not yet") for _ in range(2))
    message_id = await story.customer_writes(has_media=True)
    await story.until(lambda: len(story.world.copier.errors) < 2, "it was tried")
    await story.pass_time(minutes=1)
    await story.until(lambda: story.world.copier.copied == [message_id], "copied")


async def test_a_file_that_does_not_come_keeps_no_other_waiting(story: Story) -> None:
    story.world.copier.holds_back_the_first = True
    await story.customer_writes(has_media=True)
    second = await story.customer_writes(has_media=True)
    await story.until(lambda: story.world.copier.copied == [second], "the second is copied")


async def test_a_file_that_never_comes_is_given_up(story: Story) -> None:
    story.world.copier.errors.extend(MediaUnavailable("gone") for _ in range(10_000))
    message_id = await story.customer_writes(has_media=True)
    await story.until(lambda: len(story.world.copier.errors) < 10_000, "it was tried")
    await story.pass_time(hours=7)
    await story.until(lambda: story.world.copier.given_up == [message_id], "given up")
