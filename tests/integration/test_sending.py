"""The channels as the worker's activities see them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from domain.configuration import Credentials
from domain.errors import AccountRejected, LookupNotOffered
from domain.ids import new_id
from domain.messages import AuthorKind, OutboundMessage, Receipt
from domain.ports import Claim
from domain.views import ConversationView
from storage.endpoints import Endpoints
from storage.messages import Messages
from storage.outbox import Outbox
from tests.fakes import FakeChannel
from tests.shop import Shop, a_message, a_webhook, an_outbound


@dataclass
class LookedUp(FakeChannel):
    """A provider that can be asked what it took."""

    known_when_asked: list[frozenset[str]] = field(default_factory=list)

    async def find_sent(
        self,
        message: OutboundMessage,
        credentials: Credentials,
        since: datetime,
        *,
        already_known: frozenset[str],
    ) -> Receipt | None:
        self.known_when_asked.append(already_known)
        return None


@pytest.mark.parametrize("channel", [LookedUp()])
async def test_inv3_names_of_other_messages_are_not_taken_for_this_one(
    shop: Shop, channel: LookedUp
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


async def test_whether_a_provider_takes_a_key_is_said_by_its_channel(
    shop: Shop, channel: FakeChannel
) -> None:
    account_id = (await in_doubt(shop)).account_id
    assert not await shop.parts.provider.takes_keys(account_id)
    channel.capabilities = channel.capabilities.model_copy(update={"idempotent_send": True})
    assert await shop.parts.provider.takes_keys(account_id)
    assert not await shop.parts.provider.takes_keys(new_id())


async def test_inv3_a_provider_that_cannot_be_asked_says_so(shop: Shop) -> None:
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


async def test_an_adapter_gets_the_endpoints_settings_and_who_speaks(shop: Shop) -> None:
    endpoints = Endpoints(shop.database)
    endpoint = shop.endpoint.model_copy(update={"settings": {"agent_id": "a1"}})
    await endpoints.update(endpoint, endpoint.version)
    message = (await claimed(shop)).message
    assert message.endpoint_settings == {"agent_id": "a1"}
    assert (message.author, message.author_name) == (AuthorKind.AGENT, "Ann")


async def claimed(shop: Shop, conversation: ConversationView | None = None) -> Claim:
    """One more answer, in its first attempt."""
    conversation = conversation or await shop.hears()
    claim = await Outbox(shop.database).claim(await an_outbound(shop, conversation))
    assert isinstance(claim, Claim)
    return claim


async def hears_with_token(shop: Shop, channel: FakeChannel, number: int = 1) -> ConversationView:
    """A customer writes, and their provider lets us answer once for free."""
    event = a_message(number, details={"reply_token": f"t{number}", "kept": "yes"})
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(event))
    [view] = await shop.running()
    return view


async def test_a_reply_token_is_used_by_one_message_only(shop: Shop, channel: FakeChannel) -> None:
    view = await hears_with_token(shop, channel)
    tokens = [(await claimed(shop, view)).message.reply_token for _ in range(2)]
    assert tokens == ["t1", None]


async def test_a_reply_token_is_shown_to_nobody(shop: Shop, channel: FakeChannel) -> None:
    view = await hears_with_token(shop, channel)
    [message] = await Messages(shop.database).transcript(view.conversation_id)
    assert message.details == {"kept": "yes"}
    assert "t1" not in repr(await claimed(shop, view))


async def test_a_reply_token_is_not_used_shortly_before_it_ends(
    shop: Shop, channel: FakeChannel
) -> None:
    view = await hears_with_token(shop, channel)
    async with shop.database.connection() as connection:
        await connection.execute("UPDATE reply_tokens SET at = at - interval '51 seconds'")
    assert (await claimed(shop, view)).message.reply_token is None
    assert (await shop.parts.housekeeper.tidy())["reply_tokens"] == 1


async def test_inv3_a_later_attempt_uses_no_reply_token(shop: Shop, channel: FakeChannel) -> None:
    """The earlier one had a key; if it was taken after all, only the key would tell."""
    view = await hears_with_token(shop, channel)
    await claimed(shop, view)  # the token is used up
    first = await claimed(shop, view)
    await hears_with_token(shop, channel, 2)
    await Outbox(shop.database).not_taken(first.message.message_id, code="x", reason="x")
    again = await Outbox(shop.database).claim(first.message.message_id)
    assert isinstance(again, Claim)
    assert (first.message.reply_token, again.message.reply_token) == (None, None)


async def test_inv3_an_attempt_with_a_reply_token_is_never_repeated_as_if_it_had_a_key(
    shop: Shop, channel: FakeChannel
) -> None:
    outbox = Outbox(shop.database)
    first = await claimed(shop, await hears_with_token(shop, channel))
    message_id = first.message.message_id
    doubt = await outbox.claim(message_id)
    assert isinstance(doubt, Claim)
    assert (first.without_key, doubt.without_key) == (True, True)
    assert (doubt.doubtful_since is None, doubt.message.reply_token) == (False, None)
    await outbox.not_taken(message_id, code="x", reason="x")
    again = await outbox.claim(message_id)
    assert isinstance(again, Claim)
    assert (again.without_key, again.message.reply_token) == (False, None)
