"""The adapter and the project's own stand-in for RCS for Business: whole exchanges."""

from typing import Any

import pytest

from channels.extras import Parties
from channels.rcs import RcsChannel
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.customer_events import ConsentReported, InboundEvent, TypingReported
from domain.errors import (
    AccountRejected,
    ContentRejected,
    OutcomeUnknown,
    RecipientUnreachable,
)
from domain.ids import new_id
from domain.messages import (
    Choice,
    DeliveryStatus,
    Location,
    Media,
    MediaItem,
    MessageReceived,
    StatusReported,
    Text,
    Unsupported,
)
from tests.contract import google_samples as google
from tests.contract.simulated_google import customer
from tests.contract.simulated_twilio import Application, Hit, Simulator

MINE = google.credentials(ChannelName.RCS, {})
DESK = Parties(endpoint_address=google.RCS_AGENT, recipient=google.PHONE)
CHAT = {"provider": "rcs", "from": google.PHONE, "to": google.RCS_AGENT}


def say(rcs_agent: Simulator, **words: object) -> dict[str, Any]:
    return rcs_agent.control("say", CHAT | {"text": "Hello"} | words)


def events(hit: Hit, rcs_channel: RcsChannel) -> tuple[InboundEvent, ...]:
    """What the adapter makes of a webhook, once it has verified it."""
    request = WebhookRequest(method="POST", url=hit.path, headers=hit.headers, body=hit.body)
    rcs_channel.verify(request, MINE)
    parsed = rcs_channel.parse(request, MINE)
    assert parsed.unreadable == ()
    return parsed.events


def everything(application: Application, rcs_channel: RcsChannel) -> list[InboundEvent]:
    return [event for hit in application.to("/rcs") for event in events(hit, rcs_channel)]


def statuses(application: Application, rcs_channel: RcsChannel) -> list[StatusReported]:
    found = everything(application, rcs_channel)
    return [event for event in found if isinstance(event, StatusReported)]


# -- what customers do ---------------------------------------------------------------------------


async def test_the_console_verifies_the_webhook(
    rcs_agent: Simulator, application: Application, rcs_channel: RcsChannel
) -> None:
    order = {"provider": "rcs", "business": google.RCS_AGENT, "secret": "0123456789"}
    rcs_agent.control("google/verify", order)
    hit = application.to("/rcs")[-1]
    request = WebhookRequest(method="POST", url=hit.path, headers=hit.headers, body=hit.body)
    rcs_channel.verify(request, MINE)
    assert rcs_channel.answer(request, MINE).body == "0123456789"


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
    rcs_agent: Simulator,
    application: Application,
    rcs_channel: RcsChannel,
    words: dict[str, object],
    expected: object,
) -> None:
    said = say(rcs_agent, **words)
    (event,) = everything(application, rcs_channel)
    assert isinstance(event, MessageReceived)
    assert event.content == expected
    assert event.provider_message_id == said["message_id"]
    assert event.sender.phone == google.PHONE


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document"])
async def test_a_file_is_fetched(
    rcs_agent: Simulator, application: Application, rcs_channel: RcsChannel, kind: str
) -> None:
    say(rcs_agent, type=kind)
    (event,) = everything(application, rcs_channel)
    assert isinstance(event, MessageReceived)
    assert isinstance(event.content, Media)
    (item,) = event.content.items
    assert (await rcs_channel.download(item, MINE)).mime_type == item.mime_type


async def test_typing_is_seen(
    rcs_agent: Simulator, application: Application, rcs_channel: RcsChannel
) -> None:
    say(rcs_agent, type="typing")
    (event,) = everything(application, rcs_channel)
    assert isinstance(event, TypingReported)


@pytest.mark.parametrize(
    ("kind", "opted_out", "word"), [("unsubscribe", True, "STOP"), ("subscribe", False, "START")]
)
async def test_who_unsubscribes_sends_an_event_and_a_word(
    rcs_agent: Simulator,
    application: Application,
    rcs_channel: RcsChannel,
    kind: str,
    word: str,
    *,
    opted_out: bool,
) -> None:
    say(rcs_agent, type=kind, text="")
    consent, message = everything(application, rcs_channel)
    assert isinstance(consent, ConsentReported)
    assert consent.opted_out is opted_out
    assert isinstance(message, MessageReceived)
    assert message.content == Text(text=word)


# -- what we send --------------------------------------------------------------------------------


async def test_a_message_reaches_the_customer_and_its_receipts_name_it(
    rcs_agent: Simulator, application: Application, rcs_channel: RcsChannel
) -> None:
    message = google.an_rcs_message()
    await rcs_channel.send(message, MINE)
    application.wait_until(lambda: len(application.to("/rcs")) >= 2)
    reported = statuses(application, rcs_channel)
    assert [event.status.value for event in reported] == ["delivered", "read"]
    assert {event.message_id for event in reported} == {message.message_id}
    assert rcs_agent.delivered() == ["Hello"]


async def test_early_doubled_and_shuffled_receipts_are_receipts(
    rcs_agent: Simulator, application: Application, rcs_channel: RcsChannel
) -> None:
    rcs_agent.faults(early_callbacks=1, duplicate_callbacks=1)
    await rcs_channel.send(google.an_rcs_message(), MINE)
    assert application.to("/rcs")
    application.wait_until(lambda: len(application.to("/rcs")) >= 4)
    assert {event.status for event in statuses(application, rcs_channel)} == {
        DeliveryStatus.DELIVERED,
        DeliveryStatus.READ,
    }


@pytest.mark.parametrize("fault", ["answer_lost", "taken_with_error"])
async def test_inv3_a_message_in_doubt_is_repeated_and_arrives_once(
    rcs_agent: Simulator, rcs_channel: RcsChannel, fault: str
) -> None:
    message = google.an_rcs_message()
    rcs_agent.faults(**{fault: 1})
    with pytest.raises(OutcomeUnknown):
        await rcs_channel.send(message, MINE)
    rcs_agent.faults()
    await rcs_channel.send(message, MINE)
    rcs_agent.wait_until(lambda: len(rcs_agent.delivered()) > 0)
    assert rcs_agent.delivered() == ["Hello"]


async def test_a_number_without_rcs_is_told_before_anything_is_sent(
    rcs_agent: Simulator, rcs_channel: RcsChannel
) -> None:
    customer(rcs_agent, on_whatsapp=False)
    with pytest.raises(RecipientUnreachable):
        await rcs_channel.send(google.an_rcs_message(), MINE)
    with pytest.raises(RecipientUnreachable):
        await rcs_channel.send(google.an_rcs_message(recipient="+4915199999999"), MINE)
    assert rcs_agent.delivered() == []


@pytest.mark.parametrize(
    ("features", "kind"), [("RICHCARD_STANDALONE", "card"), ("ACTION_DIAL", "text")]
)
async def test_an_image_with_words_is_a_card_where_the_phone_shows_cards(
    rcs_agent: Simulator, application: Application, rcs_channel: RcsChannel, features: str, kind: str
) -> None:
    customer(rcs_agent, details={"features": features})
    application.files["/image.png"] = ("image/png", b"\x89PNG\r\n\x1a\n")
    items = (MediaItem(media_id=new_id(), mime_type="image/png"),)
    content = Media(items=items, caption="Your receipt")
    await rcs_channel.send(
        google.an_rcs_message(content=content, media_urls=(f"{application.url}/image.png",)), MINE
    )
    rcs_agent.wait_until(lambda: bool(rcs_agent.delivered()))
    (delivery,) = rcs_agent.ask("outbox")["deliveries"]
    assert delivery["kind"] == kind
    assert "Your receipt" in delivery["text"]


@pytest.mark.parametrize(
    ("details", "code"),
    [({}, "TTL_EXPIRATION_REVOKED"), ({"revoke_fails": "yes"}, "TTL_EXPIRATION_REVOKE_FAILED")],
)
async def test_a_message_that_is_too_late_is_taken_back(
    rcs_agent: Simulator,
    application: Application,
    rcs_channel: RcsChannel,
    details: dict[str, str],
    code: str,
) -> None:
    customer(rcs_agent, online=False, details=details)
    message = google.an_rcs_message(endpoint_settings={"ttl_seconds": "60"})
    await rcs_channel.send(message, MINE)
    rcs_agent.control("clock", {"advance_seconds": 61})
    application.wait_until(lambda: bool(application.to("/rcs")))
    (event,) = statuses(application, rcs_channel)
    assert (event.status, event.error_code) == (DeliveryStatus.EXPIRED, code)
    assert event.message_id == message.message_id
    customer(rcs_agent, online=True)
    if details:  # it could not be taken back, and arrives after all
        rcs_agent.wait_until(lambda: rcs_agent.delivered() == ["Hello"])
    else:
        assert rcs_agent.delivered() == []


async def test_a_text_that_is_too_long_is_refused(
    rcs_agent: Simulator, rcs_channel: RcsChannel
) -> None:
    with pytest.raises(ContentRejected):
        await rcs_channel.send(google.an_rcs_message(content=Text(text="x" * 3073)), MINE)


async def test_an_agent_of_somebody_else_is_refused(
    rcs_agent: Simulator, rcs_channel: RcsChannel
) -> None:
    with pytest.raises(AccountRejected):
        await rcs_channel.send(google.an_rcs_message(endpoint_address="another-agent"), MINE)


async def test_typing_and_reading_are_shown(rcs_agent: Simulator, rcs_channel: RcsChannel) -> None:
    said = say(rcs_agent)
    await rcs_channel.show_typing(DESK, MINE)
    await rcs_channel.mark_read(DESK, said["message_id"], MINE)
    query = {"provider": "rcs", "business": google.RCS_AGENT, "customer": google.PHONE}
    assert rcs_agent.ask("thread", **query)["messages"][0]["seen"]
