"""What webhooks lost is found at the provider, once, and nothing is skipped, however much it is."""

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, cast

import pytest

from application.open_accounts import OpenAccounts
from application.reconcile import FURTHEST_BACK, OVERLAP, WORK_FOR, Reconciliation
from channels.base import Channel
from channels.history import ListedMessage, Slice
from domain.channels import ChannelName
from domain.configuration import Credentials, Endpoint
from domain.errors import ProviderUnavailable, Unavailable
from domain.ids import new_id
from domain.messages import MessageReceived, Text
from storage.endpoints import Endpoints
from storage.messages import Messages
from storage.watermarks import Watermarks
from tests.fakes import FakeChannel
from tests.shop import Shop, a_message, a_webhook

OTHER_NUMBER: Final = "whatsapp:+14155230000"
A_WHILE: Final = timedelta(hours=2)
MANY: Final = 95


def a_reconciliation(
    shop: Shop, channel: object, clock: Callable[[], float] = time.monotonic
) -> Reconciliation:
    """As the runtime makes it, with a clock of the test's own."""
    return Reconciliation(
        accounts=shop.accounts,
        endpoints=Endpoints(shop.database),
        watermarks=Watermarks(shop.database),
        open_accounts=OpenAccounts(shop.accounts, {ChannelName.WHATSAPP: cast("Channel", channel)}),
        intake=shop.parts.engine.intake,
        clock=clock,
    )


async def reconcile(shop: Shop) -> int:
    return await shop.parts.reconciler.reconcile(shop.account.account_id)


async def watermark(shop: Shop, endpoint: Endpoint | None = None) -> datetime:
    mark = await Watermarks(shop.database).get((endpoint or shop.endpoint).endpoint_id)
    assert mark is not None
    return mark


async def was_away(shop: Shop) -> datetime:
    """The last look is long ago."""
    then = datetime.now(UTC) - A_WHILE
    await Watermarks(shop.database).set(shop.endpoint.endpoint_id, then)
    return then


def a_flood(since: datetime, count: int = MANY) -> list[MessageReceived]:
    """Many messages, a minute apart, in no order."""
    times = [since + timedelta(minutes=number) for number in range(count)]
    made = [a_message(number, str(number), sent_at=at) for number, at in enumerate(times)]
    return made[::-1]


async def texts(shop: Shop) -> list[str]:
    """What the customer's only conversation holds."""
    [view] = await shop.running()
    transcript = await Messages(shop.database).transcript(view.conversation_id)
    return [message.content.text for message in transcript if isinstance(message.content, Text)]


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


async def test_what_is_known_is_neither_fetched_nor_written_again(
    shop: Shop, channel: FakeChannel
) -> None:
    channel.received = a_flood(datetime.now(UTC) - OVERLAP / 2, count=5)
    assert await reconcile(shop) == 5
    channel.recovered.clear()
    shop.parts.engine.intake._store = Down()  # type: ignore[assignment]

    assert await reconcile(shop) == 0
    assert channel.recovered == []


async def test_inv1_a_message_that_is_listed_late_is_found(shop: Shop, channel: FakeChannel) -> None:
    await reconcile(shop)
    channel.received = [a_message(1, sent_at=datetime.now(UTC) - OVERLAP / 2)]
    assert await reconcile(shop) == 1


async def test_the_watermark_leaves_time_for_late_listing_and_never_goes_back(
    shop: Shop, channel: FakeChannel
) -> None:
    await was_away(shop)
    await reconcile(shop)
    first = await watermark(shop)
    assert timedelta() <= datetime.now(UTC) - OVERLAP - first < timedelta(minutes=1)
    channel.asked.clear()
    await reconcile(shop)
    assert [since for _, since, _ in channel.asked] == [first]  # one question is enough
    assert await watermark(shop) >= first


async def test_the_watermark_stays_when_the_provider_does_not_answer(
    shop: Shop, channel: FakeChannel
) -> None:
    before = await was_away(shop)
    channel.fault = ProviderUnavailable("down")
    with pytest.raises(ProviderUnavailable):
        await reconcile(shop)
    assert await watermark(shop) == before


async def test_what_came_before_the_first_answer_is_found(shop: Shop, channel: FakeChannel) -> None:
    channel.fault = ProviderUnavailable("down")
    with pytest.raises(ProviderUnavailable):
        await reconcile(shop)
    assert await watermark(shop) == shop.endpoint.created_at - OVERLAP


class Down:
    async def endpoint(self, *_: object) -> None:
        raise Unavailable("down")


async def test_the_watermark_stays_when_a_message_cannot_be_stored_now(
    shop: Shop, channel: FakeChannel
) -> None:
    before = await was_away(shop)
    channel.received = [a_message(1)]
    shop.parts.engine.intake._store = Down()  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await reconcile(shop)
    assert await watermark(shop) == before


async def test_inv1_far_more_than_is_listed_at_once_is_found_in_its_order(
    shop: Shop, channel: FakeChannel
) -> None:
    channel.received, channel.most_listed = a_flood(await was_away(shop)), 10
    assert await reconcile(shop) == MANY
    assert await texts(shop) == [str(number) for number in range(MANY)]


class Killed(FakeChannel):
    """The worker dies while it recovers a message, once."""

    dies_at = 35

    async def recover(self, credentials: Credentials, listed: ListedMessage) -> MessageReceived:
        event = await super().recover(credentials, listed)
        if len(self.recovered) == self.dies_at:
            raise asyncio.CancelledError
        return event


async def test_inv1_after_a_crash_it_goes_on_where_it_was(shop: Shop) -> None:
    before = await was_away(shop)
    channel = Killed(received=a_flood(before), most_listed=10)
    with pytest.raises(asyncio.CancelledError):
        await a_reconciliation(shop, channel).reconcile(shop.account.account_id)
    reached = await watermark(shop)
    assert reached > before + timedelta(minutes=20)

    channel.asked.clear()
    rest = await a_reconciliation(shop, channel).reconcile(shop.account.account_id)

    assert channel.asked[0][1] == reached
    assert rest == MANY - (Killed.dies_at - 1)
    assert len(channel.recovered) == MANY + 1  # only the one it died of twice
    assert await texts(shop) == [str(number) for number in range(MANY)]


async def test_inv1_a_number_busier_than_a_run_can_bear_still_gets_on(
    shop: Shop, channel: FakeChannel
) -> None:
    """Here the time of a run is over as soon as it has begun."""
    begun = await was_away(shop)
    channel.received, channel.most_listed = a_flood(begun), 10
    ticks = itertools.count(step=int(WORK_FOR.total_seconds()) + 1)
    reconciliation = a_reconciliation(shop, channel, lambda: float(next(ticks)))

    for runs in range(1, 2 * MANY):
        await reconciliation.reconcile(shop.account.account_id)
        assert len(channel.recovered) <= runs
        if await watermark(shop) > begun + timedelta(minutes=MANY):
            break

    assert await texts(shop) == [str(number) for number in range(MANY)]


class Picky(FakeChannel):
    """Answers for one number only."""

    async def received_between(
        self, credentials: Credentials, address: str, since: datetime, until: datetime
    ) -> Slice:
        if address == OTHER_NUMBER:
            raise ProviderUnavailable("not for this number")
        return await super().received_between(credentials, address, since, until)


async def another_number(shop: Shop) -> Endpoint:
    other = shop.endpoint.model_copy(
        update={"endpoint_id": new_id(), "address": OTHER_NUMBER, "name": "Other"}
    )
    return await Endpoints(shop.database).create(other)


async def test_a_number_that_cannot_be_asked_stops_no_other(shop: Shop) -> None:
    other = await another_number(shop)
    channel = Picky(received=a_flood(await was_away(shop)), most_listed=10)
    with pytest.raises(ProviderUnavailable):
        await a_reconciliation(shop, channel).reconcile(shop.account.account_id)
    assert len(await texts(shop)) == MANY
    assert await watermark(shop, other) == other.created_at - OVERLAP


async def test_a_busy_number_takes_turns_with_the_others(shop: Shop, channel: FakeChannel) -> None:
    await another_number(shop)
    channel.received, channel.most_listed = a_flood(await was_away(shop)), 10
    await reconcile(shop)
    asked = [address for address, _, _ in channel.asked]
    assert len(asked) > MANY / 10
    assert OTHER_NUMBER in asked[:2]


async def test_it_does_not_ask_for_ages_ago(shop: Shop, channel: FakeChannel) -> None:
    ages_ago = datetime.now(UTC) - timedelta(days=300)
    await Watermarks(shop.database).set(shop.endpoint.endpoint_id, ages_ago)
    await reconcile(shop)
    assert channel.asked[0][1] > datetime.now(UTC) - FURTHEST_BACK - timedelta(minutes=1)


async def test_a_channel_without_history_is_not_asked(shop: Shop) -> None:
    no_history = a_reconciliation(shop, object())
    assert await no_history.reconcile(shop.account.account_id) == 0
    assert await Watermarks(shop.database).get(shop.endpoint.endpoint_id) is None


async def test_disabled_accounts_are_left_alone(shop: Shop, channel: FakeChannel) -> None:
    account_id = shop.account.account_id
    assert await shop.parts.reconciler.account_ids() == [account_id]
    account = await shop.accounts.get(account_id)
    await shop.accounts.update(account.model_copy(update={"enabled": False}), account.version)
    assert await shop.parts.reconciler.account_ids() == []
