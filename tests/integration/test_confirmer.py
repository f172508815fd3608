"""Agents' messages: stored first, told in order, told again until the conversation answers."""

import asyncio
from datetime import timedelta

import pytest

from application.composing import Draft
from domain.commands import Park, Send
from domain.errors import NotYourConversation, Refused
from domain.ids import new_id
from domain.messages import DeliveryStatus, Receipt
from domain.ports import CloseRequest
from domain.views import ConversationView, DeliveryView, MessageView
from storage.conversations import Conversations as ConversationList
from storage.messages import Messages
from storage.outbox import Outbox
from tests.fakes import FakeConversations
from tests.shop import Shop, an_outbound, caller_of

AT_ONCE = timedelta()


async def reply(shop: Shop, conversation: ConversationView, text: str) -> list[MessageView]:
    correspondence = shop.parts.engine.correspondence
    caller = caller_of(shop.ann)
    return await correspondence.reply(caller, conversation.conversation_id, Draft(text=text), new_id())


async def transcript(shop: Shop, conversation: ConversationView) -> list[MessageView]:
    return await Messages(shop.database).transcript(conversation.conversation_id)


async def delivery(shop: Shop, message: MessageView) -> DeliveryView:
    found = (await Messages(shop.database).get(message.message_id)).delivery
    assert found is not None
    return found


async def test_a_reply_is_stored_and_told(shop: Shop) -> None:
    conversation = await shop.hears()
    [sent] = await reply(shop, conversation, "Hi")
    [command] = shop.conversations.commands
    assert isinstance(command, Send)
    assert command.command_id == command.message_id == sent.message_id
    assert not await shop.parts.confirmer.sweep(AT_ONCE)


async def test_inv3_a_reply_outlives_an_outage_and_is_told_once(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.is_down = True
    [sent] = await reply(shop, conversation, "Hi")
    assert (await delivery(shop, sent)).status is DeliveryStatus.QUEUED
    shop.conversations.is_down = False
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 1
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 0
    assert [command.command_id for command in shop.conversations.commands] == [sent.message_id]


async def test_a_refused_reply_leaves_no_trace_and_says_why(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.refusal = NotYourConversation("Accept it first.")
    with pytest.raises(NotYourConversation):
        await reply(shop, conversation, "Hi")
    assert [message.direction for message in await transcript(shop, conversation)] == ["inbound"]


async def test_a_later_reply_does_not_overtake_an_unconfirmed_one(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.is_down = True
    [first] = await reply(shop, conversation, "one")
    shop.conversations.is_down = False
    [second] = await reply(shop, conversation, "two")
    assert shop.conversations.commands == []
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 2
    told = [command.command_id for command in shop.conversations.commands]
    assert told == [first.message_id, second.message_id]


async def test_two_replies_at_once_are_told_in_the_order_of_the_transcript(shop: Shop) -> None:
    conversation = await shop.hears()
    await asyncio.gather(*(reply(shop, conversation, f"number {number}") for number in range(4)))
    in_transcript = [message.message_id for message in (await transcript(shop, conversation))[1:]]
    assert [command.command_id for command in shop.conversations.commands] == in_transcript


async def test_a_long_text_is_split_and_told_in_order(shop: Shop) -> None:
    conversation = await shop.hears()
    sent = await reply(shop, conversation, "The first sentence. The second sentence.")
    assert [message.content.kind for message in sent] == ["text", "text"]
    told = [command.command_id for command in shop.conversations.commands]
    assert told == [message.message_id for message in sent]


async def test_what_is_refused_later_fails_with_a_reason_the_agent_sees(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.is_down = True
    [sent] = await reply(shop, conversation, "Hi")
    shop.conversations.is_down = False
    shop.conversations.refusal = Refused("The customer has left.")
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 1
    found = await delivery(shop, sent)
    assert found.status is DeliveryStatus.FAILED
    assert found.error_text == "The customer has left."
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 0


async def test_a_reply_to_a_conversation_that_closed_meanwhile_fails(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.is_down = True
    [sent] = await reply(shop, conversation, "Hi")
    request = CloseRequest(
        conversation_id=conversation.conversation_id, handled=1, at=conversation.opened_at, reason="x"
    )
    assert await ConversationList(shop.database).close(request)
    await shop.parts.confirmer.sweep(AT_ONCE)
    assert (await delivery(shop, sent)).error_code == "conversation_closed"


async def test_a_reply_to_a_workflow_that_has_not_started_waits(shop: Shop) -> None:
    conversation = await shop.hears()
    shop.conversations.runs = False
    [sent] = await reply(shop, conversation, "Hi")
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 0
    assert (await delivery(shop, sent)).status is DeliveryStatus.QUEUED
    shop.conversations.runs = True
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 1


async def test_one_silent_conversation_does_not_hold_the_others(shop: Shop) -> None:
    silent = await shop.hears()
    other = await shop.hears_from("whatsapp:+4915199999999")
    await an_outbound(shop, silent)
    waiting = await an_outbound(shop, other)

    class Partly(FakeConversations):
        async def execute(self, conversation_id: object, channel: object, command: object) -> None:
            self.is_down = conversation_id == silent.conversation_id
            await super().execute(conversation_id, channel, command)  # type: ignore[arg-type]

    shop.parts.confirmer._conversations = partly = Partly()
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 1
    assert [command.command_id for command in partly.commands] == [waiting]


async def test_a_message_that_left_already_is_not_failed_by_a_late_refusal(shop: Shop) -> None:
    conversation = await shop.hears()
    sent = await an_outbound(shop, conversation)
    await Outbox(shop.database).claim(sent)
    await Outbox(shop.database).accepted(sent, Receipt(provider_message_id="out-1"))
    shop.conversations.refusal = Refused("Too late.")
    await shop.parts.confirmer.sweep(AT_ONCE)
    found = (await Messages(shop.database).get(sent)).delivery
    assert found is not None
    assert found.status is DeliveryStatus.ACCEPTED


async def test_a_parked_reply_is_told_as_parked(shop: Shop) -> None:
    conversation = await shop.hears()
    until = conversation.opened_at + timedelta(days=7)
    await an_outbound(shop, conversation, status=DeliveryStatus.PARKED, parked_until=until)
    assert await shop.parts.confirmer.sweep(AT_ONCE) == 1
    [command] = shop.conversations.commands
    assert isinstance(command, Park)
