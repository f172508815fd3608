"""The adapter and the project's own stand-in for RCS for Business: whole exchanges."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.extras import Parties
from channels.rcs import RcsChannel
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.errors import (
    AccountRejected,
    ContentRejected,
    OutcomeUnknown,
    RecipientUnreachable,
)
from domain.ids import new_id
from domain.messages import (
    Choice,
    ConsentReported,
    DeliveryStatus,
    InboundEvent,
    Location,
    Media,
    MediaItem,
    MessageReceived,
    StatusReported,
    Text,
    TypingReported,
    Unsupported,
)
from tests.contract import google_samples as google
from tests.contract.simulated_google import customer, furnish_rcs
from tests.contract.simulated_twilio import Application, Hit, Simulator

MINE = google.credentials(ChannelName.RCS, {})
DESK = Parties(endpoint_address=google.RCS_AGENT, recipient=google.PHONE)
CHAT = {"provider": "rcs", "from": google.PHONE, "to": google.RCS_AGENT}


@pytest.fixture
def agent(simulator: Simulator, application: Application) -> Simulator:
    return furnish_rcs(simulator, application)


@pytest.fixture
async def channel(agent: Simulator) -> AsyncIterator[RcsChannel]:
    channel = google.an_rcs_channel(agent.url, read=5, total=10)
    yield channel
    await channel.close()


def say(agent: Simulator, **words: object) -> dict[str, Any]:
    return agent.control("say", CHAT | {"text": "Hello"} | words)


def events(hit: Hit, channel: RcsChannel) -> tuple[InboundEvent, ...]:
    """What the adapter makes of a webhook, once it has verified it."""
    request = WebhookRequest(method="POST", url=hit.path, headers=hit.headers, body=hit.body)
    channel.verify(request, MINE)
    parsed = channel.parse(request, MINE)
    assert parsed.unreadable == ()
    return parsed.events


def everything(application: Application, channel: RcsChannel) -> list[InboundEvent]:
    return [event for hit in application.to("/rcs") for event in events(hit, channel)]


def statuses(application: Application, channel: RcsChannel) -> list[StatusReported]:
    found = everything(application, channel)
    return [event for event in found if isinstance(event, StatusReported)]


# -- what customers do ---------------------------------------------------------------------------


async def test_the_console_verifies_the_webhook(
    agent: Simulator, application: Application, channel: RcsChannel
) -> None:
    order = {"provider": "rcs", "business": google.RCS_AGENT, "secret": "0123456789"}
    agent.control("google/verify", order)
    hit = application.to("/rcs")[-1]
    request = WebhookRequest(method="POST", url=hit.path, headers=hit.headers, body=hit.body)
    channel.verify(request, MINE)
    assert channel.answer(request, MINE).body == "0123456789"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, Text(text="Hello")),
        (
            {"type": "button", "tap": {"text": "Yes", "payload": "yes"}},
            Choice(text="Yes", payload="yes", source="button"),
        ),
        (
            {"type": "action", "tap": {"text": "Shop", "payload": "shop"}},
            Choice(text="Shop", payload="shop", source="button"),
        ),
        (
            {"type": "location", "location": {"latitude": 1.5, "longitude": 2.5}},
            Location(latitude=1.5, longitude=2.5),
        ),
        ({"type": "poll"}, Unsupported(provider_type="poll")),
    ],
)
async def test_whatever_customers_say_is_read(
    agent: Simulator,
    application: Application,
    channel: RcsChannel,
    words: dict[str, object],
    expected: object,
) -> None:
    said = say(agent, **words)
    (event,) = everything(application, channel)
    assert isinstance(event, MessageReceived)
    assert event.content == expected
    assert event.provider_message_id == said["message_id"]
    assert event.sender.phone == google.PHONE


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document"])
async def test_a_file_is_fetched(
    agent: Simulator, application: Application, channel: RcsChannel, kind: str
) -> None:
    say(agent, type=kind)
    (event,) = everything(application, channel)
    assert isinstance(event, MessageReceived)
    assert isinstance(event.content, Media)
    (item,) = event.content.items
    assert (await channel.download(item, MINE)).mime_type == item.mime_type


async def test_typing_is_seen(agent: Simulator, application: Application, channel: RcsChannel) -> None:
    say(agent, type="typing")
    (event,) = everything(application, channel)
    assert isinstance(event, TypingReported)


@pytest.mark.parametrize(
    ("kind", "opted_out", "word"), [("unsubscribe", True, "STOP"), ("subscribe", False, "START")]
)
async def test_who_unsubscribes_sends_an_event_and_a_word(
    agent: Simulator,
    application: Application,
    channel: RcsChannel,
    kind: str,
    word: str,
    *,
    opted_out: bool,
) -> None:
    say(agent, type=kind, text="")
    consent, message = everything(application, channel)
    assert isinstance(consent, ConsentReported)
    assert consent.opted_out is opted_out
    assert isinstance(message, MessageReceived)
    assert message.content == Text(text=word)


# -- what we send --------------------------------------------------------------------------------


async def test_a_message_reaches_the_customer_and_its_receipts_name_it(
    agent: Simulator, application: Application, channel: RcsChannel
) -> None:
    message = google.an_rcs_message()
    await channel.send(message, MINE)
    application.wait_until(lambda: len(application.to("/rcs")) >= 2)
    reported = statuses(application, channel)
    assert [event.status.value for event in reported] == ["delivered", "read"]
    assert {event.message_id for event in reported} == {message.message_id}
    assert agent.delivered() == ["Hello"]


async def test_early_doubled_and_shuffled_receipts_are_receipts(
    agent: Simulator, application: Application, channel: RcsChannel
) -> None:
    agent.faults(early_callbacks=1, duplicate_callbacks=1)
    await channel.send(google.an_rcs_message(), MINE)
    assert application.to("/rcs")
    application.wait_until(lambda: len(application.to("/rcs")) >= 4)
    assert {event.status for event in statuses(application, channel)} == {
        DeliveryStatus.DELIVERED,
        DeliveryStatus.READ,
    }


@pytest.mark.parametrize("fault", ["answer_lost", "taken_with_error"])
async def test_inv3_a_message_in_doubt_is_repeated_and_arrives_once(
    agent: Simulator, channel: RcsChannel, fault: str
) -> None:
    message = google.an_rcs_message()
    agent.faults(**{fault: 1})
    with pytest.raises(OutcomeUnknown):
        await channel.send(message, MINE)
    agent.faults()
    await channel.send(message, MINE)
    agent.wait_until(lambda: len(agent.delivered()) > 0)
    assert agent.delivered() == ["Hello"]


async def test_a_number_without_rcs_is_told_before_anything_is_sent(
    agent: Simulator, channel: RcsChannel
) -> None:
    customer(agent, on_whatsapp=False)
    with pytest.raises(RecipientUnreachable):
        await channel.send(google.an_rcs_message(), MINE)
    with pytest.raises(RecipientUnreachable):
        await channel.send(google.an_rcs_message(recipient="+4915199999999"), MINE)
    assert agent.delivered() == []


@pytest.mark.parametrize(
    ("features", "kind"), [("RICHCARD_STANDALONE", "card"), ("ACTION_DIAL", "text")]
)
async def test_an_image_with_words_is_a_card_where_the_phone_shows_cards(
    agent: Simulator, application: Application, channel: RcsChannel, features: str, kind: str
) -> None:
    customer(agent, details={"features": features})
    application.files["/image.png"] = ("image/png", b"\x89PNG\r\n\x1a\n")
    items = (MediaItem(media_id=new_id(), mime_type="image/png"),)
    content = Media(items=items, caption="Your receipt")
    await channel.send(
        google.an_rcs_message(content=content, media_urls=(f"{application.url}/image.png",)), MINE
    )
    agent.wait_until(lambda: bool(agent.delivered()))
    (delivery,) = agent.ask("outbox")["deliveries"]
    assert delivery["kind"] == kind
    assert "Your receipt" in delivery["text"]


@pytest.mark.parametrize(
    ("details", "code"),
    [({}, "TTL_EXPIRATION_REVOKED"), ({"revoke_fails": "yes"}, "TTL_EXPIRATION_REVOKE_FAILED")],
)
async def test_a_message_that_is_too_late_is_taken_back(
    agent: Simulator,
    application: Application,
    channel: RcsChannel,
    details: dict[str, str],
    code: str,
) -> None:
    customer(agent, online=False, details=details)
    message = google.an_rcs_message(endpoint_settings={"ttl_seconds": "60"})
    await channel.send(message, MINE)
    agent.control("clock", {"advance_seconds": 61})
    application.wait_until(lambda: bool(application.to("/rcs")))
    (event,) = statuses(application, channel)
    assert (event.status, event.error_code) == (DeliveryStatus.EXPIRED, code)
    assert event.message_id == message.message_id
    customer(agent, online=True)
    if details:  # it could not be taken back, and arrives after all
        agent.wait_until(lambda: agent.delivered() == ["Hello"])
    else:
        assert agent.delivered() == []


async def test_a_text_that_is_too_long_is_refused(agent: Simulator, channel: RcsChannel) -> None:
    with pytest.raises(ContentRejected):
        await channel.send(google.an_rcs_message(content=Text(text="x" * 3073)), MINE)


async def test_an_agent_of_somebody_else_is_refused(agent: Simulator, channel: RcsChannel) -> None:
    with pytest.raises(AccountRejected):
        await channel.send(google.an_rcs_message(endpoint_address="another-agent"), MINE)


async def test_typing_and_reading_are_shown(agent: Simulator, channel: RcsChannel) -> None:
    said = say(agent)
    await channel.show_typing(DESK, MINE)
    await channel.mark_read(DESK, said["message_id"], MINE)
    query = {"provider": "rcs", "business": google.RCS_AGENT, "customer": google.PHONE}
    assert agent.ask("thread", **query)["messages"][0]["seen"]
