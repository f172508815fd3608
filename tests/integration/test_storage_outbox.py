"""The outbox on a real PostgreSQL: one attempt at a time, doubts kept, reports in any order."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.conversations import MailKind
from domain.errors import NotFound, RateLimited
from domain.ids import MessageId, new_id
from domain.messages import DeliveryStatus, Receipt, StatusReported, TemplateUse
from domain.ports import Claim, Settled
from storage.callbacks import DeliveryReports
from storage.mailbox import Mailbox
from storage.messages import Messages
from storage.outbox import Outbox
from storage.send_slots import SendSlots
from tests.integration.house import House

S = DeliveryStatus


async def an_answer(house: House) -> MessageId:
    received = await house.receive("SM-in")
    return await house.answer(received.conversation_id)


async def a_claim(house: House, message_id: MessageId) -> Claim:
    claim = await Outbox(house.db).claim(message_id)
    assert isinstance(claim, Claim)
    return claim


async def status_of(house: House, message_id: MessageId) -> DeliveryStatus:
    delivery = (await Messages(house.db).get(message_id)).delivery
    assert delivery is not None
    return delivery.status


def a_template() -> TemplateUse:
    return TemplateUse(template_id=new_id(), name="hello", language="en", content_sid="HX1", text="Hi")


async def report(house: House, sid: str, status: DeliveryStatus, **override: object) -> object:
    mail = override.pop("mail", None)
    word = StatusReported.model_validate({"provider_message_id": sid, "status": status, **override})
    return await DeliveryReports(house.db).report(house.account.account_id, word, mail=mail)  # type: ignore[arg-type]


async def test_a_claim_carries_all_that_an_adapter_needs(house: House) -> None:
    claim = await a_claim(house, await an_answer(house))

    assert (claim.message.endpoint_address, claim.message.recipient) == (
        house.endpoint.address,
        "whatsapp:+4915112345",
    )
    assert (claim.account_id, claim.endpoint_id) == (
        house.account.account_id,
        house.endpoint.endpoint_id,
    )
    assert (claim.attempt, claim.is_template, claim.doubtful_since) == (1, False, None)
    assert claim.window_expires_at is not None


async def test_an_unknown_message_cannot_be_claimed(house: House) -> None:
    with pytest.raises(NotFound):
        await Outbox(house.db).claim(new_id())


async def test_inv3_a_claim_without_a_recorded_outcome_leaves_a_doubt(house: House) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)

    second = await a_claim(house, message_id)
    third = await a_claim(house, message_id)

    assert second.doubtful_since is not None
    assert third.doubtful_since == second.doubtful_since
    assert third.attempt == 1


async def test_inv3_of_claims_that_race_only_one_is_free_of_doubt(house: House) -> None:
    message_id = await an_answer(house)
    async with house.db.transaction():
        await house.db.execute("SELECT 1 FROM deliveries FOR UPDATE")
        racing = asyncio.gather(*(a_claim(house, message_id) for _ in range(4)))
        await house.until_waiting(4)
    claims = await racing

    assert sum(claim.doubtful_since is None for claim in claims) == 1
    assert {claim.attempt for claim in claims} == {1}


async def test_an_attempt_that_surely_failed_is_followed_by_a_fresh_one(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer(house)
    await a_claim(house, message_id)
    await outbox.not_taken(message_id, code="rate_limited", reason="Too fast.")

    claim = await a_claim(house, message_id)

    assert (claim.attempt, claim.doubtful_since) == (2, None)


async def test_inv3_a_doubt_is_shown_until_it_is_resolved(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer(house)
    await a_claim(house, message_id)
    await outbox.doubtful(message_id)
    assert await status_of(house, message_id) is S.UNKNOWN

    await outbox.accepted(message_id, Receipt(provider_message_id="SM-out"))

    assert await status_of(house, message_id) is S.ACCEPTED


async def test_inv3_giving_up_in_doubt_does_not_call_it_failed(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer(house)
    await a_claim(house, message_id)
    await outbox.doubtful(message_id)

    assert await outbox.failed(message_id, code="gave_up", reason="Too long.") is S.UNKNOWN


async def test_inv3_sending_again_in_doubt_is_on_record(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer(house)
    await a_claim(house, message_id)
    await outbox.doubtful(message_id)
    await outbox.resend_in_doubt(message_id)

    claim = await a_claim(house, message_id)
    await outbox.accepted(message_id, Receipt(provider_message_id="SM-out"))

    assert (claim.attempt, claim.doubtful_since) == (2, None)
    delivery = (await Messages(house.db).get(message_id)).delivery
    assert delivery is not None
    assert delivery.resent_in_doubt


async def test_inv3_what_was_accepted_is_never_claimed_again(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer(house)
    await a_claim(house, message_id)
    assert await outbox.accepted(message_id, Receipt(provider_message_id="SM-out")) is S.ACCEPTED

    assert await outbox.claim(message_id) == Settled(status=S.ACCEPTED)


async def test_a_failure_ends_it_unless_the_provider_said_otherwise_meanwhile(house: House) -> None:
    outbox, message_id = Outbox(house.db), await an_answer(house)
    await a_claim(house, message_id)
    await report(house, "SM-out", S.SENT, message_id=message_id)
    assert await outbox.failed(message_id, code="x", reason="y") is S.SENT

    other = await house.answer((await house.receive("SM2", "whatsapp:+2")).conversation_id)
    await a_claim(house, other)
    assert await outbox.failed(other, code="content_rejected", reason="No.") is S.FAILED
    assert await outbox.claim(other) == Settled(status=S.FAILED, error_code="content_rejected")


@pytest.mark.parametrize(
    "order",
    [
        (S.ACCEPTED, S.SENT, S.DELIVERED, S.READ),
        (S.READ, S.DELIVERED, S.SENT, S.ACCEPTED),
        (S.SENT, S.READ, S.DELIVERED, S.SENT),
        (S.FAILED, S.DELIVERED, S.READ, S.SENT),
    ],
)
async def test_reports_count_by_rank_whatever_order_they_come_in(
    house: House, order: tuple[DeliveryStatus, ...]
) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM-out"))
    for status in order:
        await report(house, "SM-out", status)
    assert await status_of(house, message_id) is S.READ


async def test_reports_that_come_before_the_name_is_known_are_applied_with_it(house: House) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    await report(house, "SM-out", S.SENT)
    await report(house, "SM-out", S.DELIVERED)

    status = await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM-out"))

    assert status is S.DELIVERED
    assert await house.value("SELECT count(*) FROM parked_callbacks") == 0


async def test_a_report_that_races_the_receipt_is_never_lost(house: House) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    async with house.db.transaction():
        await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM-out"))
        racing = asyncio.create_task(report(house, "SM-out", S.DELIVERED))
        await house.until_waiting()
    await racing

    assert await status_of(house, message_id) is S.DELIVERED
    assert await house.value("SELECT count(*) FROM parked_callbacks") == 0


async def test_inv3_a_report_that_carries_our_id_resolves_the_doubt(house: House) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    await Outbox(house.db).doubtful(message_id)

    await report(house, "SM-out", S.SENT, message_id=message_id)

    assert await Outbox(house.db).claim(message_id) == Settled(status=S.SENT)
    await report(house, "SM-out", S.READ)
    assert await status_of(house, message_id) is S.READ


async def test_a_report_of_another_account_does_not_touch_our_message(house: House) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    other = await house.value(
        "INSERT INTO accounts (account_id, channel, name, settings, enabled)"
        " VALUES (gen_random_uuid(), 'whatsapp', 'Other', '{}', true) RETURNING account_id"
    )
    word = StatusReported(provider_message_id="SM-x", status=S.READ, message_id=message_id)

    await DeliveryReports(house.db).report(other, word)

    assert await status_of(house, message_id) is S.QUEUED


async def test_a_report_that_changes_the_conversation_puts_mail_into_its_mailbox_once(
    house: House,
) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM-out"))

    first = await report(house, "SM-out", S.FAILED, error_code="63016", mail=MailKind.WINDOW_REFUSED)
    again = await report(house, "SM-out", S.FAILED, error_code="63016", mail=MailKind.WINDOW_REFUSED)

    conversation_id = (await Messages(house.db).get(message_id)).conversation_id
    mail = await Mailbox(house.db).pending(conversation_id)
    assert (first, again) == (conversation_id, None)
    assert mail is not None
    assert [(item.position, item.kind) for item in mail.items] == [
        (1, MailKind.CUSTOMER_WROTE),
        (2, MailKind.WINDOW_REFUSED),
    ]
    assert mail.items[1].message_id == message_id


async def a_refusal(house: House, message_id: MessageId) -> None:
    await a_claim(house, message_id)
    await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM-out"))
    await report(house, "SM-out", S.FAILED, error_code="63016", mail=MailKind.WINDOW_REFUSED)


async def test_inv4_the_providers_refusal_shuts_the_window_here_too(house: House) -> None:
    message_id = await an_answer(house)
    written = await Messages(house.db).get(message_id)
    await a_refusal(house, message_id)

    pending = await Mailbox(house.db).pending(written.conversation_id)
    assert pending is not None
    assert pending.items[-1].at == written.at
    claim = await a_claim(house, await house.answer(written.conversation_id))
    assert claim.window_expires_at is not None
    assert claim.window_expires_at <= datetime.now(UTC)


async def test_a_refusal_of_something_older_than_the_last_message_leaves_the_window_open(
    house: House,
) -> None:
    message_id = await an_answer(house)
    received = await house.receive("SM-later")
    await a_refusal(house, message_id)

    claim = await a_claim(house, await house.answer(received.conversation_id))
    assert claim.window_expires_at is not None
    assert claim.window_expires_at > datetime.now(UTC)


async def test_nothing_but_a_template_is_sent_to_somebody_who_opted_out(house: House) -> None:
    message_id = await an_answer(house)
    await a_claim(house, message_id)
    await Outbox(house.db).accepted(message_id, Receipt(provider_message_id="SM-out"))
    await report(house, "SM-out", S.FAILED, error_code="63033", mail=MailKind.CUSTOMER_OPTED_OUT)
    conversation_id = (await Messages(house.db).get(message_id)).conversation_id

    text = await house.answer(conversation_id)
    template = await house.answer(conversation_id, a_template())

    settled = await Outbox(house.db).claim(text)
    assert settled == Settled(status=S.FAILED, error_code="recipient_opted_out")
    assert (await a_claim(house, template)).is_template


async def test_reports_about_strangers_are_forgotten(house: House) -> None:
    await report(house, "SM-stranger", S.SENT)
    assert await DeliveryReports(house.db).purge_parked(timedelta(days=1)) == 0
    assert await DeliveryReports(house.db).purge_parked(timedelta()) == 1


async def test_slots_follow_each_other_at_the_given_pace(house: House) -> None:
    slots = SendSlots(house.db, per_second=1, longest_wait=timedelta(seconds=3))
    waits = [await slots.reserve(house.endpoint.endpoint_id) for _ in range(4)]

    assert waits[0] == timedelta()
    for place, wait in enumerate(waits[1:], start=1):
        assert timedelta(seconds=place - 1) < wait <= timedelta(seconds=place)
    with pytest.raises(RateLimited) as refusal:
        await slots.reserve(house.endpoint.endpoint_id)
    assert refusal.value.retry_after is not None


async def test_after_a_complaint_nobody_sends_before_the_pause_is_over(house: House) -> None:
    slots = SendSlots(house.db, per_second=100, longest_wait=timedelta(minutes=1))
    await slots.slow_down(house.endpoint.endpoint_id, timedelta(seconds=20))
    await slots.slow_down(house.endpoint.endpoint_id, timedelta(seconds=5))

    assert await slots.reserve(house.endpoint.endpoint_id) > timedelta(seconds=15)
