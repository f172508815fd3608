"""The adapter and the project's own stand-in for LINE: whole exchanges."""

from collections.abc import AsyncIterator

import pytest
from linebot.v3.webhook import WebhookParser

from channels.extras import Parties, Profile, Quota
from channels.line import LineChannel
from channels.webhooks import Parsed, WebhookRequest
from domain.customer_events import ConsentReported, InboundEvent, MessageEdited, MessageWithdrawn
from domain.errors import (
    AccountRejected,
    MediaRefused,
    MediaUnavailable,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
)
from domain.ids import new_id
from domain.messages import Choice, Media, MessageReceived, OutboundMessage, Text, Unsupported
from tests.contract import line_samples as line
from tests.contract.simulated_line import CHAT, furnish, say
from tests.contract.simulated_twilio import Application, Hit, Simulator

ACCOUNT = line.credentials()


@pytest.fixture
async def channel(bot: Simulator) -> AsyncIterator[LineChannel]:
    channel = line.a_channel(bot.url, read=5, total=10)
    yield channel
    await channel.close()


def a_text(text: str = "Hi", **fields: str) -> OutboundMessage:
    return OutboundMessage(
        message_id=new_id(),
        endpoint_address=line.BOT,
        recipient=line.CUSTOMER,
        content=Text(text=text),
        reply_token=fields.get("reply_token"),
    )


def parsed(application: Application, hit: Hit, channel: LineChannel, **settings: str) -> Parsed:
    request = WebhookRequest(
        method="POST", url=application.url + hit.path, headers=hit.headers, body=hit.body
    )
    account = line.credentials(**settings)
    channel.verify(request, account)
    return channel.parse(request, account)


def heard(application: Application, channel: LineChannel, position: int = -1) -> InboundEvent:
    (event,) = parsed(application, application.to("/line")[position], channel, groups="serve").events
    return event


def received(application: Application, channel: LineChannel, position: int = -1) -> MessageReceived:
    event = heard(application, channel, position)
    assert isinstance(event, MessageReceived)
    return event


# -- what people do ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "image", "audio", "video", "document", "sticker", "hologram"])
async def test_what_a_person_says_is_verified_and_read(
    bot: Simulator, application: Application, channel: LineChannel, kind: str
) -> None:
    say(bot, type=kind, text="Hello")
    hit = application.to("/line")[0]
    (known,) = WebhookParser(line.SECRET).parse(hit.body.decode(), hit.headers["x-line-signature"])
    assert (type(known).__name__ == "UnknownEvent") is (kind == "hologram")
    event = received(application, channel)
    assert (event.sender.address, event.endpoint_address) == (line.CUSTOMER, line.BOT)
    assert isinstance(event.content, Unsupported if kind == "hologram" else Text | Media)
    assert event.sent_at
    assert event.details["reply_token"]


async def test_files_are_fetched_a_video_when_it_is_ready_and_an_unsent_one_never(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    message_id = say(bot, type="video")
    content = received(application, channel).content
    assert isinstance(content, Media)
    with pytest.raises(MediaUnavailable):
        await channel.download(content.items[0], ACCOUNT)
    assert (await channel.download(content.items[0], ACCOUNT)).mime_type == "video/mp4"
    say(bot, type="unsend", concerns=message_id)
    assert heard(application, channel) == MessageWithdrawn(
        provider_message_id=message_id, endpoint_address=line.BOT
    )
    with pytest.raises(MediaRefused):
        await channel.download(content.items[0], ACCOUNT)


async def test_taps_corrections_and_friendship(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    say(bot, type="button", tap={"text": "Yes", "payload": "answer=yes"})
    tapped = received(application, channel)
    assert tapped.content == Choice(text="answer=yes", payload="answer=yes", source="button")
    message_id = say(bot, text="Monday")
    say(bot, type="edit", text="Tuesday", concerns=message_id)
    edited = heard(application, channel)
    assert isinstance(edited, MessageEdited)
    assert (edited.provider_message_id, edited.content) == (message_id, Text(text="Tuesday"))
    assert edited.edited_at
    for kind, opted_out in (("unfollow", True), ("follow", False)):
        say(bot, type=kind)
        event = heard(application, channel)
        assert isinstance(event, ConsentReported)
        assert event.opted_out is opted_out


async def test_a_group_speaks_as_one(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    bot.control("say", CHAT | {"from": line.GROUP, "text": "We all ask"})
    event = received(application, channel)
    assert (event.sender.address, event.details["group_id"]) == (line.GROUP, line.GROUP)
    assert await channel.profile(line.GROUP, ACCOUNT) == Profile(display_name="Customer")


async def test_in_standby_there_is_no_right_to_answer(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    say(bot, extra={"mode": "standby"})
    details = received(application, channel).details
    assert details["mode"] == "standby"
    assert "reply_token" not in details


def test_what_failed_comes_again_only_where_redelivery_is_on(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    application.answer = (500, "text/plain", "")
    say(bot)
    bot.control("clock", {"advance_seconds": 600})
    assert len(application.to("/line")) == 1
    furnish(bot, application, redelivery="on")
    say(bot, text="again")
    application.wait_until(lambda: len(application.to("/line")) == 2)
    application.answer = (200, "text/plain", "")
    bot.control("clock", {"advance_seconds": 1})
    application.wait_until(lambda: len(application.to("/line")) == 3)
    first, again = (received(application, channel, position) for position in (1, 2))
    assert first.provider_message_id == again.provider_message_id
    assert again.details == first.details | {"redelivered": "true"}
    bot.wait_until(lambda: bot.ask("state")["counts"]["under_way"] == 0)


# -- what the application does -------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["answer_lost", "taken_with_error", "server_error"])
async def test_inv3_a_push_without_an_answer_is_repeated_and_shown_once(
    bot: Simulator, channel: LineChannel, fault: str
) -> None:
    message = a_text()
    bot.faults(**{fault: 1})
    with pytest.raises(OutcomeUnknown):
        await channel.send(message, ACCOUNT)
    bot.faults()
    receipts = {(await channel.send(message, ACCOUNT)).provider_message_id for _ in range(3)}
    assert len(receipts) == 1
    bot.wait_until(lambda: bot.delivered() == ["Hi"])


async def test_after_a_day_line_has_forgotten_a_key(bot: Simulator, channel: LineChannel) -> None:
    message = a_text()
    first = await channel.send(message, ACCOUNT)
    bot.control("clock", {"advance_seconds": 86_400})
    assert await channel.send(message, ACCOUNT) != first


async def test_a_reply_is_free_once_and_for_a_minute(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    say(bot)
    token = received(application, channel).details["reply_token"]
    await channel.send(a_text("free", reply_token=token), ACCOUNT)
    assert (await channel.quota(ACCOUNT)).used == 0
    await channel.send(a_text("pushed instead", reply_token=token), ACCOUNT)
    assert (await channel.quota(ACCOUNT)).used == 1
    say(bot)
    token = received(application, channel).details["reply_token"]
    bot.control("clock", {"advance_seconds": 61})
    await channel.send(a_text("too late", reply_token=token), ACCOUNT)
    assert (await channel.quota(ACCOUNT)).used == 2
    bot.wait_until(lambda: bot.delivered() == ["free", "pushed instead", "too late"])


async def test_the_two_limits_are_told_apart(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    furnish(bot, application, quota="1")
    await channel.send(a_text(), ACCOUNT)
    assert await channel.quota(ACCOUNT) == Quota(used=1, limit=1)
    with pytest.raises(AccountRejected) as monthly:
        await channel.send(a_text(), ACCOUNT)
    assert monthly.value.provider_code == "monthly_limit"
    bot.faults(rate_limited=1, retry_after_seconds=3)
    with pytest.raises(RateLimited) as caught:
        await channel.send(a_text(), ACCOUNT)
    assert caught.value.retry_after
    assert caught.value.retry_after.total_seconds() == 3


async def test_who_blocked_the_bot_sees_nothing_and_nobody_is_told(
    bot: Simulator, channel: LineChannel
) -> None:
    say(bot, type="unfollow")
    await channel.send(a_text(), ACCOUNT)
    bot.wait_until(lambda: bot.ask("state")["counts"]["under_way"] == 0)
    assert bot.delivered() == []
    assert await channel.profile(line.CUSTOMER, ACCOUNT) is None


async def test_a_stranger_cannot_be_written_to(bot: Simulator, channel: LineChannel) -> None:
    stranger = a_text().model_copy(update={"recipient": line.MEMBER})
    with pytest.raises(RecipientUnreachable):
        await channel.send(stranger, ACCOUNT)


async def test_tokens_are_issued_expire_and_can_be_refused(
    bot: Simulator, channel: LineChannel
) -> None:
    account = line.credentials(pasted=False)
    await channel.send(a_text("with a stateless token"), account)
    bot.control("clock", {"advance_seconds": 1000})
    await channel.send(a_text("with the next one"), account)
    wrong = account.model_copy(update={"secrets": {"channel_secret": ("wrong",)}})
    with pytest.raises(AccountRejected):
        await channel.send(a_text(), wrong)
    bot.faults(token_revoked=True)
    with pytest.raises(AccountRejected):
        await channel.send(a_text(), ACCOUNT)


async def test_the_webhook_is_set_and_tested_through_line(
    bot: Simulator, application: Application, channel: LineChannel
) -> None:
    url = f"{application.url}/elsewhere"
    await channel.register_webhook(url, ACCOUNT)
    assert await channel.registered_webhook(ACCOUNT) == url
    assert (await channel.test_webhook(url, ACCOUNT)).ok
    assert parsed(application, application.to("/elsewhere")[0], channel) == Parsed()
    application.answer = (403, "text/plain", "")
    tested = await channel.test_webhook(url, ACCOUNT)
    assert (tested.ok, tested.message) == (False, "ERROR_STATUS_CODE: 403")


async def test_who_they_are_and_that_somebody_is_typing(bot: Simulator, channel: LineChannel) -> None:
    assert await channel.profile(line.CUSTOMER, ACCOUNT) == Profile(display_name="Taro", language="en")
    parties = Parties(endpoint_address=line.BOT, recipient=line.CUSTOMER)
    await channel.show_typing(parties, ACCOUNT)
