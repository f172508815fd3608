"""The channels as the worker's activities see them."""

from datetime import UTC, datetime

import pytest

from domain.errors import AccountRejected, LookupNotOffered
from domain.ids import new_id
from domain.messages import Receipt
from domain.ports import Claim
from storage.outbox import Outbox
from tests.fakes import FakeChannel
from tests.shop import Shop, an_outbound


async def test_inv3_names_of_other_messages_are_not_taken_for_this_one(
    shop: Shop, channel: FakeChannel
) -> None:
    outbox, conversation = Outbox(shop.database), await shop.hears()
    stranger = await shop.hears_from("whatsapp:+4915199999999")
    for message_id, name in (
        (await an_outbound(shop, conversation), "SM-same"),
        (await an_outbound(shop, stranger), "SM-strangers"),
    ):
        await outbox.claim(message_id)
        await outbox.accepted(message_id, Receipt(provider_message_id=name))
    claim = await outbox.claim(await an_outbound(shop, conversation))
    assert isinstance(claim, Claim)
    await shop.parts.provider.find_sent(claim.account_id, claim.message, datetime.now(UTC))
    assert channel.known_when_asked == [frozenset({"SM-same"})]


async def in_doubt(shop: Shop) -> Claim:
    claim = await Outbox(shop.database).claim(await an_outbound(shop, await shop.hears()))
    assert isinstance(claim, Claim)
    return claim


async def test_inv3_a_provider_that_takes_a_key_need_not_be_asked(
    shop: Shop, channel: FakeChannel
) -> None:
    channel.capabilities = channel.capabilities.model_copy(update={"idempotent_send": True})
    claim = await in_doubt(shop)
    found = await shop.parts.provider.find_sent(claim.account_id, claim.message, datetime.now(UTC))
    assert (found, channel.known_when_asked) == (None, [])


async def test_inv3_a_provider_that_cannot_be_asked_says_so(shop: Shop, channel: FakeChannel) -> None:
    channel.capabilities = channel.capabilities.model_copy(update={"sends_can_be_looked_up": False})
    claim = await in_doubt(shop)
    with pytest.raises(LookupNotOffered):
        await shop.parts.provider.find_sent(claim.account_id, claim.message, datetime.now(UTC))


async def test_a_message_of_a_disabled_account_still_leaves(shop: Shop, channel: FakeChannel) -> None:
    off = shop.account.model_copy(update={"enabled": False})
    await shop.accounts.update(off, (await shop.accounts.get(off.account_id)).version)
    claim = await Outbox(shop.database).claim(await an_outbound(shop, await shop.hears()))
    assert isinstance(claim, Claim)
    await shop.parts.provider.send(claim.account_id, claim.message)
    assert [message.message_id for message in channel.sent] == [claim.message.message_id]


async def test_a_message_of_an_account_that_is_gone_waits_for_an_operator(shop: Shop) -> None:
    claim = await Outbox(shop.database).claim(await an_outbound(shop, await shop.hears()))
    assert isinstance(claim, Claim)
    with pytest.raises(AccountRejected):
        await shop.parts.provider.send(new_id(), claim.message)
