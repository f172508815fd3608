"""The monitoring notice and the consent question: told and asked once, and what agents see of it."""

import pytest

from application.composing import Draft
from application.contact_export import ContactExporting
from domain.effects import Trigger
from domain.ids import new_id
from domain.messages import Choice, DeliveryStatus, Receipt
from domain.notices import ConsentState, NoticeChoice
from domain.views import ConversationView
from storage.contacts import Contacts
from storage.conversations import Conversations
from storage.erasures import Erasures
from storage.messages import Messages
from storage.notes import Notes
from storage.outbox import Outbox
from storage.routing_decisions import RoutingDecisions
from tests.integration.notices import NOTICE, QUESTION, automated, gives_notice, says, sets, texts
from tests.shop import Shop, caller_of


async def seen(shop: Shop, conversation: ConversationView) -> ConversationView:
    return await Conversations(shop.database).get(conversation.conversation_id)


async def state(shop: Shop, conversation: ConversationView) -> ConsentState | None:
    consent = (await seen(shop, conversation)).consent
    return consent.state if consent else None


async def close_all(shop: Shop) -> None:
    await shop.database.execute(
        "UPDATE conversations SET state = 'closed', closed_at = now(), holds_capacity = false"
    )


async def test_a_customer_is_told_once_and_agents_see_when_and_what(shop: Shop) -> None:
    await gives_notice(shop)
    conversation = await shop.hears()
    await shop.hears("More")
    [message] = await automated(shop, conversation.conversation_id)
    assert texts([message]) == ["We keep what is said here."]
    notice = (await seen(shop, conversation)).monitoring_notice
    assert notice is not None
    assert (notice.message_id, notice.text_version, notice.language) == (message.message_id, 3, "en")
    assert not notice.told


async def test_told_is_who_got_the_message(shop: Shop) -> None:
    await gives_notice(shop)
    conversation = await shop.hears()
    [message] = await automated(shop, conversation.conversation_id)
    await Outbox(shop.database).accepted(message.message_id, Receipt(provider_message_id="out-1"))
    notice = (await seen(shop, conversation)).monitoring_notice
    assert notice is not None
    assert notice.told
    assert notice.status is DeliveryStatus.ACCEPTED


async def test_a_notice_that_failed_told_nobody(shop: Shop) -> None:
    await gives_notice(shop)
    conversation = await shop.hears()
    [message] = await automated(shop, conversation.conversation_id)
    await Outbox(shop.database).failed(message.message_id, code="x", reason="y")
    notice = (await seen(shop, conversation)).monitoring_notice
    assert notice is not None
    assert not notice.told


@pytest.mark.parametrize(
    ("organization", "workstream", "told"),
    [
        (True, NoticeChoice.AS_ORGANIZATION, True),
        (False, NoticeChoice.AS_ORGANIZATION, False),
        (True, NoticeChoice.OFF, False),
        (False, NoticeChoice.ON, True),
    ],
)
async def test_a_workstream_may_differ_from_the_organisation(
    shop: Shop, *, organization: bool, workstream: NoticeChoice, told: bool
) -> None:
    await gives_notice(shop, NOTICE.model_copy(update={"enabled": organization}))
    await sets(shop, monitoring_notice=workstream)
    conversation = await shop.hears()
    assert bool(await automated(shop, conversation.conversation_id)) is told


async def test_notice_then_greeting_then_question(shop: Shop) -> None:
    await gives_notice(shop)
    await sets(shop, consent=QUESTION)
    await says(shop, Trigger.CONVERSATION_OPENED)
    conversation = await shop.hears()
    assert texts(await automated(shop, conversation.conversation_id)) == [
        "We keep what is said here.",
        "Hello, we have your message.",
        "May we learn from it? YES or NO.",
    ]


async def test_nobody_is_asked_where_it_is_off(shop: Shop) -> None:
    await sets(shop, consent=QUESTION.model_copy(update={"mode": "off"}))
    conversation = await shop.hears()
    assert await automated(shop, conversation.conversation_id) == []
    assert await state(shop, conversation) is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("yes", ConsentState.GIVEN),
        ("  YES! ", ConsentState.GIVEN),
        ("Ok.", ConsentState.GIVEN),
        ("\uff39\uff25\uff33", ConsentState.GIVEN),
        ("JA", ConsentState.GIVEN),
        ("No", ConsentState.REFUSED),
        ("nein!!", ConsentState.REFUSED),
        ("yes, but where is my order?", ConsentState.ASKED),
        ("", ConsentState.ASKED),
        ("y" * 500, ConsentState.ASKED),
    ],
)
async def test_only_a_clear_word_is_an_answer(shop: Shop, answer: str, expected: ConsentState) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.hears(answer)
    assert await state(shop, conversation) is expected


async def test_a_button_is_an_answer(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.hears(content=Choice(text="Yes", payload="y", source="button"))
    assert await state(shop, conversation) is ConsentState.GIVEN


async def test_an_answer_names_its_text_and_its_message(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.hears("yes")
    transcript = await Messages(shop.database).transcript(conversation.conversation_id)
    consent = (await seen(shop, conversation)).consent
    assert consent is not None
    assert consent.text_version == 2
    assert consent.question_message_id == transcript[1].message_id
    assert consent.answer_message_id == transcript[2].message_id
    assert consent.answered_at == transcript[2].at


async def test_the_word_that_opened_the_conversation_is_no_answer(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears("yes")
    assert await state(shop, conversation) is ConsentState.ASKED


async def test_the_first_answer_stays(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.hears("no")
    await shop.hears("yes")
    assert await state(shop, conversation) is ConsentState.REFUSED


async def test_once_an_agent_has_written_a_yes_may_be_meant_for_them(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.assign(conversation.conversation_id, shop.ann)
    await shop.parts.engine.correspondence.reply(
        caller_of(shop.ann), conversation.conversation_id, Draft(text="Is it on?"), new_id()
    )
    await shop.hears("yes")
    assert await state(shop, conversation) is ConsentState.ASKED


async def test_nobody_is_asked_twice(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    await shop.hears()
    await close_all(shop)
    again = await shop.hears("I am back")
    assert await automated(shop, again.conversation_id) == []
    assert await state(shop, again) is ConsentState.ASKED


async def test_a_yes_in_a_later_conversation_is_no_answer(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    await shop.hears()
    await close_all(shop)
    again = await shop.hears("yes")
    await shop.hears("yes")
    assert await state(shop, again) is ConsentState.ASKED


async def test_a_question_that_never_left_is_asked_again(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    first = await shop.hears()
    [question] = await automated(shop, first.conversation_id)
    await Outbox(shop.database).failed(question.message_id, code="x", reason="y")
    assert await state(shop, first) is None
    await close_all(shop)
    again = await shop.hears("I am back")
    assert len(await automated(shop, again.conversation_id)) == 1
    await shop.hears("yes")
    assert await state(shop, again) is ConsentState.GIVEN


async def test_what_was_answered_is_exported_and_erased_with_the_person(shop: Shop) -> None:
    await sets(shop, consent=QUESTION)
    conversation = await shop.hears()
    await shop.hears("yes")
    database = shop.database
    exporting = ContactExporting(
        Contacts(database), Messages(database), Notes(database), RoutingDecisions(database)
    )
    [consent] = (await exporting.export(conversation.contact_id)).consents
    assert consent.state is ConsentState.GIVEN
    await close_all(shop)
    erasures = Erasures(database)
    async with database.transaction():
        erasure = await erasures.request(conversation.contact_id, "sam", new_id())
    await erasures.detach(erasure.erasure_id)
    assert await state(shop, conversation) is None
    assert (await erasures.get(erasure.erasure_id)).erased["consents"] == 1
