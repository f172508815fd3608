"""From a webhook to PostgreSQL: everything that was signed is kept, nothing else changes anything."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from channels.webhooks import WebhookRequest
from domain.configuration import Account
from domain.errors import InvalidSignature, Unavailable
from domain.ids import AccountId, new_id
from domain.messages import DeliveryStatus, MessageReceived, StatusReported, Text
from storage.intake import Intake as IntakeStore
from storage.intake import IntakeEndpoint, Received
from storage.mailbox import Mailbox
from storage.messages import Messages
from storage.outbox import Outbox
from storage.quarantine import Quarantine, QuarantinedWebhook
from tests.fakes import OLD_SECRET, FakeChannel
from tests.shop import NUMBER, Shop, a_message, a_webhook, an_outbound


async def receive(shop: Shop, request: WebhookRequest, account_id: AccountId | None = None) -> str:
    channel = FakeChannel()
    account_id = account_id or shop.account.account_id
    answer = await shop.parts.engine.intake.receive(account_id, channel, request)
    return answer.body


async def texts(shop: Shop) -> list[str]:
    found = [
        message.content.text
        for view in await shop.running()
        for message in await Messages(shop.database).transcript(view.conversation_id)
        if isinstance(message.content, Text)
    ]
    return sorted(found)


async def quarantined(shop: Shop) -> Sequence[QuarantinedWebhook]:
    found, _ = await Quarantine(shop.database).listing(None, 10)
    return found


async def test_inv1_a_signed_message_is_stored_and_the_provider_gets_its_answer(shop: Shop) -> None:
    assert await receive(shop, a_webhook(a_message())) == "thanks"
    assert await texts(shop) == ["Hello"]
    assert await Mailbox(shop.database).depth() == 1


async def test_a_stored_message_is_dispatched_without_waiting_for_a_sweep(shop: Shop) -> None:
    async with shop.parts.dispatcher.running():
        await receive(shop, a_webhook(a_message()))
        await shop.parts.dispatcher.idle()
    assert len(shop.conversations.deliveries) == 1


async def test_inv2_a_repeated_webhook_is_answered_like_the_first_and_stored_once(shop: Shop) -> None:
    first = await receive(shop, a_webhook(a_message()))
    assert await receive(shop, a_webhook(a_message())) == first
    assert await texts(shop) == ["Hello"]
    assert await Mailbox(shop.database).depth() == 1


@pytest.mark.parametrize("signature", ["wrong", "", None])
async def test_inv10_without_a_right_signature_nothing_changes(
    shop: Shop, signature: str | None
) -> None:
    with pytest.raises(InvalidSignature):
        await receive(shop, a_webhook(a_message(), signature=signature))
    assert await texts(shop) == []
    assert await quarantined(shop) == []


async def test_while_a_secret_is_rotated_both_are_right(shop: Shop) -> None:
    await receive(shop, a_webhook(a_message(), signature=OLD_SECRET))
    assert await texts(shop) == ["Hello"]


async def test_a_secret_that_was_just_replaced_is_found_without_waiting(shop: Shop) -> None:
    now = [0.0]
    shop.parts.engine.intake._open_accounts._shelf.clock = lambda: now[0]
    await receive(shop, a_webhook(a_message(1)))
    await shop.accounts.set_secret(
        shop.account.account_id, "auth_token", "brand new", keep_previous=False
    )
    now[0] += 2
    await receive(shop, a_webhook(a_message(2, "Again"), signature="brand new"))
    assert await texts(shop) == ["Again", "Hello"]


async def test_inv10_an_unknown_account_is_refused_like_a_wrong_signature(shop: Shop) -> None:
    with pytest.raises(InvalidSignature):
        await receive(shop, a_webhook(a_message()), new_id())


async def test_inv10_a_disabled_account_is_refused_like_a_wrong_signature(shop: Shop) -> None:
    off: Account = shop.account.model_copy(update={"enabled": False})
    await shop.accounts.update(off, (await shop.accounts.get(off.account_id)).version)
    with pytest.raises(InvalidSignature):
        await receive(shop, a_webhook(a_message()))
    assert await texts(shop) == []


class Allergic(IntakeStore):
    """A store with a mistake of ours in it, which one text brings to light."""

    async def receive(
        self, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
    ) -> Received:
        if event.content == Text(text="poison"):
            raise ZeroDivisionError
        return await super().receive(endpoint, event, window)


async def test_inv1_a_poison_event_is_kept_aside_and_the_others_live(shop: Shop) -> None:
    shop.parts.engine.intake._store = Allergic(shop.database)
    request = a_webhook(a_message(1, "before"), a_message(2, "poison"), a_message(3, "after"))
    assert await receive(shop, request) == "thanks"
    assert await texts(shop) == ["after", "before"]
    [kept] = await quarantined(shop)
    assert kept.body == request.body
    assert "ZeroDivisionError" in kept.why


@pytest.mark.parametrize("body", [b"not json", b'"bug"'])
async def test_inv1_what_nobody_can_read_is_kept_aside_and_answered(shop: Shop, body: bytes) -> None:
    assert await receive(shop, a_webhook(body=body)) == "thanks"
    [kept] = await quarantined(shop)
    assert kept.body == body


async def test_a_message_for_an_unknown_number_is_kept_and_an_admin_is_told(shop: Shop) -> None:
    request = a_webhook(a_message(endpoint_address="whatsapp:+19990000000"))
    assert await receive(shop, request) == "thanks"
    assert len(await quarantined(shop)) == 1
    account = await shop.accounts.get(shop.account.account_id)
    assert "whatsapp:+19990000000" in (account.last_error or "")


async def test_inv1_when_postgresql_is_down_the_provider_is_told_to_come_again(shop: Shop) -> None:
    await receive(shop, a_webhook(a_message(1)))  # the account is known by now

    class Down:
        async def endpoint(self, *_: object) -> None:
            raise Unavailable("down")

    shop.parts.engine.intake._store = Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await receive(shop, a_webhook(a_message(2)))
    assert await quarantined(shop) == []


async def test_a_status_moves_the_message_on(shop: Shop) -> None:
    sent = await an_outbound(shop, await shop.hears())
    await Outbox(shop.database).claim(sent)
    report = StatusReported(
        provider_message_id="out-1", status=DeliveryStatus.DELIVERED, message_id=sent
    )
    await receive(shop, a_webhook(report))
    delivery = (await Messages(shop.database).get(sent)).delivery
    assert delivery is not None
    assert delivery.status is DeliveryStatus.DELIVERED


async def test_a_status_that_closes_the_window_is_mail_for_the_conversation(shop: Shop) -> None:
    conversation = await shop.hears()
    sent = await an_outbound(shop, conversation)
    await Outbox(shop.database).claim(sent)
    report = StatusReported(
        provider_message_id="out-1",
        status=DeliveryStatus.FAILED,
        message_id=sent,
        error_code="63016",
        error_text="Failed to send freeform message",
    )
    async with shop.parts.dispatcher.running():
        await receive(shop, a_webhook(report))
        await shop.parts.dispatcher.idle()
    kinds = [item.kind for item in shop.conversations.handled[conversation.conversation_id]]
    assert kinds == ["customer_wrote", "window_refused"]
    delivery = (await Messages(shop.database).get(sent)).delivery
    assert delivery is not None
    assert (delivery.status, delivery.error_text) == (DeliveryStatus.FAILED, "Send a template.")


async def test_a_recovered_message_is_marked_and_stored_once(shop: Shop) -> None:
    intake = shop.parts.engine.intake
    account = await intake._open_accounts.get(shop.account.account_id)
    event: MessageReceived = a_message()
    assert await intake.recover(account, event)
    assert not await intake.recover(account, event)
    [view] = await shop.running()
    [message] = await Messages(shop.database).transcript(view.conversation_id)
    assert message.details["recovered"] == "true"


async def test_inv9_what_a_customer_wrote_is_not_logged_when_it_cannot_be_stored(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    class Telling(IntakeStore):
        async def receive(
            self, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
        ) -> Received:
            raise ValueError(str(event.content))

    shop.parts.engine.intake._store = Telling(shop.database)
    await receive(shop, a_webhook(a_message(1, "my secret")))
    logged = capsys.readouterr()
    assert "ValueError" in logged.out + logged.err
    assert "my secret" not in logged.out + logged.err


async def test_a_message_for_a_number_that_was_just_removed_is_kept_and_an_admin_is_told(
    shop: Shop,
) -> None:
    intake = shop.parts.engine.intake
    await intake._store.endpoint(shop.account.account_id, NUMBER)  # found, and remembered
    await shop.database.execute("UPDATE endpoints SET deleted_at = now()")
    request = a_webhook(a_message(1))
    assert await receive(shop, request) == "thanks"
    [kept] = await quarantined(shop)
    assert kept.body == request.body
    account = await shop.accounts.get(shop.account.account_id)
    assert NUMBER in (account.last_error or "")
