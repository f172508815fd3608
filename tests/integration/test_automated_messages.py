"""Automated messages: said once per cause, where and how they are configured, to whom they are for."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.conversations import MailKind, State
from domain.effects import Trigger
from domain.messages import DeliveryStatus, Receipt
from domain.ports import Claim, CloseRequest, Projection, Settled
from domain.wording import Wording
from storage.conversations import Conversations
from storage.intake import Intake
from storage.mailbox import Mailbox
from storage.messages import Messages
from storage.outbox import Outbox
from storage.projections import Projections
from tests.integration.notices import (
    QUESTION,
    a_projection,
    automated,
    gives_notice,
    says,
    sets,
    tells_agents,
    texts,
)
from tests.persons import StumblingDatabase, insistently
from tests.shop import NUMBER, Shop, a_message

ASSIGNED = Trigger.AGENT_ASSIGNED
OPENED = Trigger.CONVERSATION_OPENED


async def test_nothing_is_said_where_nothing_is_configured(shop: Shop) -> None:
    conversation = await shop.hears()
    said = await Projections(shop.database).project(
        a_projection(conversation.conversation_id, 1, ASSIGNED)
    )
    assert said == ()
    assert await automated(shop, conversation.conversation_id) == []


async def test_what_a_trigger_says_is_written_with_it_and_given_to_its_workflow(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projections = Projections(shop.database)
    [message_id] = await projections.project(a_projection(conversation.conversation_id, 1, ASSIGNED))
    [message] = await automated(shop, conversation.conversation_id)
    assert message.message_id == message_id
    assert texts([message]) == ["Hello, we have your message."]
    assert message.details == {"automated": "agent_assigned", "language": "en"}
    assert message.delivery is not None
    assert message.delivery.status is DeliveryStatus.QUEUED


async def test_inv3_a_repeated_projection_says_it_once_and_names_the_same_message(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projection = a_projection(conversation.conversation_id, 1, ASSIGNED)
    projections = Projections(shop.database)
    answers = await asyncio.gather(*(projections.project(projection) for _ in range(5)))
    assert len(set(answers)) == 1
    assert len(await automated(shop, conversation.conversation_id)) == 1


async def test_inv3_a_repetition_after_it_left_asks_for_nothing(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projections = Projections(shop.database)
    projection = a_projection(conversation.conversation_id, 1, ASSIGNED)
    [message_id] = await projections.project(projection)
    await Outbox(shop.database).accepted(message_id, Receipt(provider_message_id="out-1"))
    assert await projections.project(projection) == ()


async def test_the_next_cause_says_it_again(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projections = Projections(shop.database)
    for revision in (1, 2):
        await projections.project(a_projection(conversation.conversation_id, revision, ASSIGNED))
    assert len(await automated(shop, conversation.conversation_id)) == 2


async def test_a_projection_that_fails_says_nothing(shop: Shop) -> None:
    """The message and its cause are one transaction."""
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projection = a_projection(conversation.conversation_id, 1, ASSIGNED)
    with pytest.raises(ZeroDivisionError):
        await killed(shop, projection)
    assert await automated(shop, conversation.conversation_id) == []
    assert len(await Projections(shop.database).project(projection)) == 1


async def test_inv3_broken_off_anywhere_and_repeated_a_projection_says_it_once(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    await tells_agents(shop, ASSIGNED, "Be kind.")
    conversation = await shop.hears()
    stumbling = StumblingDatabase(shop.database)
    projection = a_projection(conversation.conversation_id, 1, ASSIGNED)
    [message_id] = await insistently(lambda: Projections(stumbling).project(projection))
    assert stumbling.falls > 3
    said = await automated(shop, conversation.conversation_id)
    assert [message.message_id for message in said if message.delivery] == [message_id]
    assert texts(said) == ["Hello, we have your message.", "Be kind."]


async def test_inv3_broken_off_anywhere_and_repeated_an_opening_says_it_once(shop: Shop) -> None:
    await says(shop, OPENED)
    await gives_notice(shop)
    await sets(shop, consent=QUESTION)
    stumbling = StumblingDatabase(shop.database)
    store = Intake(stumbling)
    endpoint = await insistently(lambda: store.endpoint(shop.account.account_id, NUMBER))
    assert endpoint is not None
    received = await insistently(lambda: store.receive(endpoint, a_message(), timedelta(hours=24)))
    assert stumbling.falls > 3
    assert len(await automated(shop, received.conversation_id)) == 3
    pending = await Mailbox(shop.database).pending(received.conversation_id)
    assert pending is not None
    assert len(pending.items) == 4


async def test_what_is_said_at_the_beginning_comes_after_the_first_message_and_with_its_mail(
    shop: Shop,
) -> None:
    await says(shop, OPENED)
    conversation = await shop.hears()
    [greeting] = await automated(shop, conversation.conversation_id)
    assert greeting.seq == 2
    pending = await Mailbox(shop.database).pending(conversation.conversation_id)
    assert pending is not None
    assert [(mail.kind, mail.message_id) for mail in pending.items][1:] == [
        (MailKind.SYSTEM_WROTE, greeting.message_id)
    ]


async def test_inv2_only_the_first_message_opens(shop: Shop) -> None:
    await says(shop, OPENED)
    conversation = await shop.hears()
    await shop.hears("And another thing")
    assert len(await automated(shop, conversation.conversation_id)) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [("de-AT", "Guten Tag."), ("de", "Guten Tag."), ("ko", "Hello, we have your message.")],
)
async def test_it_speaks_the_language_of_the_conversation_if_it_can(
    shop: Shop, language: str, text: str
) -> None:
    await says(shop, OPENED)
    await in_language(shop, language)
    conversation = await shop.hears()
    assert texts(await automated(shop, conversation.conversation_id)) == [text]


async def test_an_endpoints_own_takes_the_place_of_its_channels(shop: Shop) -> None:
    await says(shop, OPENED)
    own = Wording(texts={"en": "This is the main number."})
    await says(shop, OPENED, endpoint_id=shop.endpoint.endpoint_id, wording=own)
    conversation = await shop.hears()
    assert texts(await automated(shop, conversation.conversation_id)) == ["This is the main number."]


async def test_an_endpoints_own_that_is_off_silences_its_channels(shop: Shop) -> None:
    await says(shop, OPENED)
    await says(shop, OPENED, endpoint_id=shop.endpoint.endpoint_id, enabled=False)
    conversation = await shop.hears()
    assert await automated(shop, conversation.conversation_id) == []


async def test_inv9_a_line_for_agents_has_nothing_that_could_leave(shop: Shop) -> None:
    await tells_agents(shop, ASSIGNED, "Be kind.")
    conversation = await shop.hears()
    assert not await Projections(shop.database).project(
        a_projection(conversation.conversation_id, 1, ASSIGNED)
    )
    [line] = await automated(shop, conversation.conversation_id)
    assert line.is_for_agents
    assert line.delivery is None
    pending = await Mailbox(shop.database).pending(conversation.conversation_id)
    assert pending is not None
    assert len(pending.items) == 1


async def test_the_last_word_in_a_list_is_a_persons(shop: Shop) -> None:
    await says(shop, OPENED)
    conversation = await shop.hears("Where is my order?")
    assert conversation.last_message is not None
    assert texts([conversation.last_message]) == ["Where is my order?"]


async def test_a_customer_who_opted_out_is_not_spoken_to_and_agents_see_it(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    await shop.database.execute("UPDATE addresses SET opted_out_at = now()")
    [message_id] = await Projections(shop.database).project(
        a_projection(conversation.conversation_id, 1, ASSIGNED)
    )
    settled = await Outbox(shop.database).claim(message_id)
    assert settled == Settled(status=DeliveryStatus.WITHDRAWN)
    [message] = await automated(shop, conversation.conversation_id)
    assert message.delivery is not None
    assert message.delivery.error_code == "recipient_opted_out"


async def test_what_is_skipped_is_shown_as_withdrawn_with_its_reason(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    [message_id] = await Projections(shop.database).project(
        a_projection(conversation.conversation_id, 1, ASSIGNED)
    )
    outbox = Outbox(shop.database)
    assert isinstance(await outbox.claim(message_id), Claim)
    status = await outbox.skipped(message_id, code="window_closed", reason="Not sent.")
    assert status is DeliveryStatus.WITHDRAWN
    assert await outbox.claim(message_id) == Settled(status=DeliveryStatus.WITHDRAWN)


async def test_the_closing_of_a_conversation_may_say_something(shop: Shop) -> None:
    await says(shop, Trigger.CONVERSATION_CLOSED)
    conversation = await shop.hears()
    projections = Projections(shop.database)
    await closed(shop)
    projection = a_projection(conversation.conversation_id, 1, Trigger.CONVERSATION_CLOSED)
    [message_id] = await projections.project(projection.model_copy(update={"state": State.CLOSED}))
    assert isinstance(await Outbox(shop.database).claim(message_id), Claim)


async def test_a_workflow_that_was_lost_gets_its_automated_messages_by_mail(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projections = Projections(shop.database)
    [message_id] = await projections.project(a_projection(conversation.conversation_id, 1, ASSIGNED))
    await projections.reclaim(conversation.conversation_id)
    assert await shop.parts.confirmer.sweep(timedelta()) == 1
    assert await shop.parts.confirmer.sweep(timedelta()) == 0
    pending = await Mailbox(shop.database).pending(conversation.conversation_id)
    assert pending is not None
    assert pending.items[-1].kind is MailKind.SYSTEM_WROTE
    assert pending.items[-1].message_id == message_id
    assert shop.conversations.commands == []


async def test_what_a_lost_workflow_left_in_a_closed_conversation_is_skipped(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    projections = Projections(shop.database)
    await projections.project(a_projection(conversation.conversation_id, 1, ASSIGNED))
    await projections.reclaim(conversation.conversation_id)
    await closed(shop)
    assert await shop.parts.confirmer.sweep(timedelta()) == 1
    [message] = await automated(shop, conversation.conversation_id)
    assert message.delivery is not None
    assert message.delivery.status is DeliveryStatus.WITHDRAWN
    assert message.delivery.error_code == "conversation_closed"


async def test_to_somebody_who_was_erased_nothing_is_said(shop: Shop) -> None:
    await says(shop, ASSIGNED)
    conversation = await shop.hears()
    await shop.database.execute("UPDATE contacts SET erased_at = now()")
    assert not await Projections(shop.database).project(
        a_projection(conversation.conversation_id, 1, ASSIGNED)
    )
    assert await automated(shop, conversation.conversation_id) == []


async def test_its_answers_do_not_hold_up_an_agents_reply(shop: Shop) -> None:
    """It is in its workflow's hands from the beginning."""
    await says(shop, OPENED)
    await shop.hears()
    assert await Messages(shop.database).unconfirmed(timedelta(), 10) == []


async def killed(shop: Shop, projection: Projection) -> None:
    async with shop.database.transaction():
        await Projections(shop.database).project(projection)
        raise ZeroDivisionError


async def in_language(shop: Shop, language: str) -> None:
    await shop.database.execute("UPDATE endpoints SET language = %(it)s", {"it": language})


async def closed(shop: Shop) -> None:
    """The customer's mail was handled, and the conversation closed."""
    [conversation] = await shop.running()
    pending = await Mailbox(shop.database).pending(conversation.conversation_id)
    handled = pending.items[-1].position if pending else 0
    request = CloseRequest(
        conversation_id=conversation.conversation_id,
        handled=handled,
        at=datetime.now(UTC),
        reason="force_closed",
    )
    assert await Conversations(shop.database).close(request)
