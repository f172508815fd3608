"""What webhooks lost is found at the provider, once, and nothing is skipped."""

from datetime import UTC, datetime, timedelta

import pytest

from application.reconcile import OVERLAP
from domain.errors import ProviderUnavailable, Unavailable
from storage.messages import Messages
from storage.watermarks import Watermarks
from tests.fakes import FakeChannel
from tests.shop import Shop, a_message, a_webhook


async def reconcile(shop: Shop) -> int:
    return await shop.parts.reconciler.reconcile(shop.account.account_id)


async def watermark(shop: Shop) -> datetime | None:
    return await Watermarks(shop.database).get(shop.account.account_id)


async def test_inv1_a_message_no_webhook_brought_is_found_and_dispatched(
    shop: Shop, channel: FakeChannel
) -> None:
    channel.received = [a_message(1, "lost")]
    async with shop.parts.dispatcher.running():
        assert await reconcile(shop) == 1
        await shop.parts.dispatcher.idle()
    [view] = await shop.running()
    [message] = await Messages(shop.database).transcript(view.conversation_id)
    assert message.details["recovered"] == "true"
    assert view.conversation_id in shop.conversations.handled


async def test_inv2_what_a_webhook_brought_is_not_stored_again(
    shop: Shop, channel: FakeChannel
) -> None:
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(a_message(1)))
    channel.received = [a_message(1), a_message(2, "lost")]
    assert await reconcile(shop) == 1
    assert await reconcile(shop) == 0


async def test_it_asks_again_for_some_time_before_the_watermark(
    shop: Shop, channel: FakeChannel
) -> None:
    await reconcile(shop)
    first = await watermark(shop)
    assert first is not None
    await reconcile(shop)
    assert channel.asked_since[1] == first - OVERLAP


async def test_the_watermark_stays_when_the_provider_does_not_answer(
    shop: Shop, channel: FakeChannel
) -> None:
    channel.fault = ProviderUnavailable("down")
    with pytest.raises(ProviderUnavailable):
        await reconcile(shop)
    assert await watermark(shop) is None


async def test_the_watermark_stays_when_a_message_cannot_be_stored_now(
    shop: Shop, channel: FakeChannel
) -> None:
    channel.received = [a_message(1)]

    class Down:
        async def endpoint(self, *_: object) -> None:
            raise Unavailable("down")

    shop.parts.engine.intake._store = Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await reconcile(shop)
    assert await watermark(shop) is None


async def test_it_does_not_ask_for_ages_ago(shop: Shop, channel: FakeChannel) -> None:
    await Watermarks(shop.database).set(
        shop.account.account_id, datetime.now(UTC) - timedelta(days=300)
    )
    await reconcile(shop)
    assert channel.asked_since[0] > datetime.now(UTC) - timedelta(days=4)


async def test_disabled_accounts_are_left_alone(shop: Shop, channel: FakeChannel) -> None:
    account_id = shop.account.account_id
    assert await shop.parts.reconciler.account_ids() == [account_id]
    account = await shop.accounts.get(account_id)
    await shop.accounts.update(account.model_copy(update={"enabled": False}), account.version)
    assert await shop.parts.reconciler.account_ids() == []
