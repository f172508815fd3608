"""The adapter and the project's own stand-in for Google's Business Messages: whole exchanges."""

from typing import Any

import pytest

from channels.extras import Parties
from channels.google_business_messages import BusinessMessagesChannel
from channels.webhooks import WebhookRequest
from domain.customer_events import InboundEvent, TypingReported
from domain.errors import (
    AccountRejected,
    ContentRejected,
    MediaUnavailable,
    OutcomeUnknown,
    RateLimited,
    RecipientUnreachable,
)
from domain.ids import new_id
from domain.messages import (
    AuthorKind,
    Choice,
    Media,
    MediaItem,
    MessageReceived,
    StatusReported,
    Text,
    Unsupported,
)
from tests.contract import google_samples as google
from tests.contract.simulated_twilio import Application, Hit, Simulator

MINE = google.credentials()
ANN = Parties(endpoint_address=google.AGENT, recipient=google.CONVERSATION, agent_name="Ann Lee")
CHAT = {"provider": "gbm", "from": google.CONVERSATION, "to": google.AGENT}


def say(business_agent: Simulator, **words: object) -> dict[str, Any]:
    return business_agent.control("say", CHAT | {"text": "Hello"} | words)


def events(hit: Hit, business_channel: BusinessMessagesChannel) -> tuple[InboundEvent, ...]:
    """What the adapter makes of a webhook, once it has verified it."""
    request = a_request(hit)
    business_channel.verify(request, MINE)
    parsed = business_channel.parse(request, MINE)
    assert parsed.unreadable == ()
    return parsed.events


def a_request(hit: Hit) -> WebhookRequest:
    return WebhookRequest(method="POST", url=hit.path, headers=hit.headers, body=hit.body)


def heard(application: Application, business_channel: BusinessMessagesChannel) -> MessageReceived:
    (event,) = events(application.to("/gbm")[-1], business_channel)
    assert isinstance(event, MessageReceived)
    return event


def statuses(
    application: Application, business_channel: BusinessMessagesChannel
) -> list[StatusReported]:
    found = (event for hit in application.to("/gbm") for event in events(hit, business_channel))
    return [event for event in found if isinstance(event, StatusReported)]


# -- what customers do ---------------------------------------------------------------------------


async def test_the_console_verifies_a_webhook_that_knows_the_token(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    order = {"provider": "gbm", "business": google.AGENT, "secret": "0123456789"}
    assert not business_agent.control("google/verify", order)["verified"]
    request = a_request(application.to("/gbm")[-1])
    business_channel.verify(request, MINE)
    answer = business_channel.answer(request, MINE)
    application.answer = (answer.status, answer.content_type, answer.body)
    assert business_agent.control("google/verify", order)["verified"]


async def test_a_customers_words_arrive_with_their_context(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    said = say(business_agent, profile_name="Ana", extra={"entryPoint": "MAPS", "placeId": "p-1"})
    event = heard(application, business_channel)
    assert event.content == Text(text="Hello")
    assert event.provider_message_id == said["message_id"]
    assert event.sender.address == google.CONVERSATION
    assert event.sender.display_name == "Ana"
    assert (event.details["entry_point"], event.details["place_id"]) == ("MAPS", "p-1")
    assert event.sent_at


async def test_an_image_can_be_fetched_for_seven_days(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    say(business_agent, type="image")
    content = heard(application, business_channel).content
    assert isinstance(content, Media)
    assert (await business_channel.download(content.items[0], MINE)).mime_type == "image/png"
    business_agent.control("clock", {"advance_seconds": 8 * 86_400})
    with pytest.raises(MediaUnavailable):
        await business_channel.download(content.items[0], MINE)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            {"type": "button", "tap": {"text": "Yes", "payload": "yes"}},
            Choice(text="Yes", payload="yes", source="button"),
        ),
        (
            {"type": "live_agent"},
            Choice(text="Live agent requested", payload="live_agent", source="button"),
        ),
        (
            {"type": "survey", "text": "Quick", "extra": {"rating": "VERY_SATISFIED"}},
            Unsupported(provider_type="surveyResponse", text="Survey: Very satisfied. Quick"),
        ),
        (
            {"type": "hologram", "text": "wow"},
            Unsupported(provider_type="hologram", text="wow"),
        ),
    ],
)
async def test_whatever_customers_do_is_read(
    business_agent: Simulator,
    application: Application,
    business_channel: BusinessMessagesChannel,
    words: dict[str, object],
    expected: object,
) -> None:
    say(business_agent, **words)
    assert heard(application, business_channel).content == expected


async def test_typing_is_seen_and_kept_nowhere(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    say(business_agent, type="typing")
    (event,) = events(application.to("/gbm")[-1], business_channel)
    assert isinstance(event, TypingReported)
    assert thread(business_agent) == []


async def test_a_duplicate_is_the_same_message(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    business_agent.faults(duplicate_inbound=1)
    say(business_agent, type="live_agent")
    first, second = (events(hit, business_channel) for hit in application.to("/gbm"))
    assert first == second


async def test_what_is_not_answered_200_is_told_again(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    application.answer = (204, "text/plain", "")
    say(business_agent)
    application.wait_until(lambda: len(application.to("/gbm")) >= 2)
    application.answer = (200, "text/plain", "")
    bodies = {hit.body for hit in application.to("/gbm")}
    assert len(bodies) == 1
    assert heard(application, business_channel).content == Text(text="Hello")


# -- what we send --------------------------------------------------------------------------------


def thread(business_agent: Simulator) -> list[dict[str, Any]]:
    query = {"provider": "gbm", "business": google.AGENT, "customer": google.CONVERSATION}
    messages: list[dict[str, Any]] = business_agent.ask("thread", **query)["messages"]
    return messages


async def test_a_message_reaches_the_customer_and_its_receipts_name_it(
    business_agent: Simulator, application: Application, business_channel: BusinessMessagesChannel
) -> None:
    say(business_agent)
    message = google.a_message(author=AuthorKind.AGENT, author_name="Ann Lee")
    await business_channel.send(message, MINE)
    application.wait_until(lambda: len(application.to("/gbm")) >= 3)
    reported = statuses(application, business_channel)
    assert [event.status.value for event in reported] == ["delivered", "read"]
    assert {event.message_id for event in reported} == {message.message_id}
    assert business_agent.delivered() == ["Hello"]
    assert thread(business_agent)[-1]["details"] == {
        "representative": "HUMAN",
        "display_name": "Ann Lee",
    }


@pytest.mark.parametrize("fault", ["answer_lost", "taken_with_error"])
async def test_inv3_a_message_in_doubt_is_repeated_and_arrives_once(
    business_agent: Simulator, business_channel: BusinessMessagesChannel, fault: str
) -> None:
    say(business_agent)
    message = google.a_message()
    business_agent.faults(**{fault: 1})
    with pytest.raises(OutcomeUnknown):
        await business_channel.send(message, MINE)
    business_agent.faults()
    receipt = await business_channel.send(message, MINE)
    assert receipt.provider_message_id == str(message.message_id)
    business_agent.wait_until(lambda: len(business_agent.delivered()) > 0)
    assert business_agent.delivered() == ["Hello"]


async def test_inv3_a_message_that_was_not_taken_is_repeated_and_arrives_once(
    business_agent: Simulator, business_channel: BusinessMessagesChannel
) -> None:
    say(business_agent)
    message = google.a_message()
    business_agent.faults(server_error=1)
    with pytest.raises(OutcomeUnknown):
        await business_channel.send(message, MINE)
    business_agent.faults()
    await business_channel.send(message, MINE)
    business_agent.wait_until(lambda: business_agent.delivered() == ["Hello"])


@pytest.mark.parametrize("caption", ["", "Your receipt"])
async def test_an_image_arrives_with_its_words(
    business_agent: Simulator,
    application: Application,
    business_channel: BusinessMessagesChannel,
    caption: str,
) -> None:
    say(business_agent)
    application.files["/image.png"] = ("image/png", b"\x89PNG\r\n\x1a\n")
    items = (MediaItem(media_id=new_id(), mime_type="image/png"),)
    url = f"{application.url}/image.png"
    await business_channel.send(
        google.a_message(content=Media(items=items, caption=caption), media_urls=(url,)), MINE
    )
    business_agent.wait_until(lambda: business_agent.delivered() == [caption])
    assert business_agent.ask("outbox")["deliveries"][0]["media_count"] == 1


async def test_a_conversation_is_begun_by_the_customer_and_lasts_thirty_days(
    business_agent: Simulator, business_channel: BusinessMessagesChannel
) -> None:
    with pytest.raises(RecipientUnreachable):
        await business_channel.send(google.a_message(), MINE)
    say(business_agent)
    await business_channel.send(google.a_message(), MINE)
    business_agent.control("clock", {"advance_seconds": 31 * 86_400})
    with pytest.raises(RecipientUnreachable):
        await business_channel.send(google.a_message(), MINE)


async def test_limits_and_a_revoked_key_are_told_apart(
    business_agent: Simulator, business_channel: BusinessMessagesChannel
) -> None:
    say(business_agent)
    business_agent.faults(rate_limited=1, retry_after_seconds=3)
    with pytest.raises(RateLimited) as caught:
        await business_channel.send(google.a_message(), MINE)
    assert caught.value.retry_after
    assert caught.value.retry_after.total_seconds() == 3
    business_agent.faults(token_revoked=True)
    with pytest.raises(AccountRejected):
        await business_channel.send(google.a_message(), MINE)


async def test_a_text_that_is_too_long_is_refused(
    business_agent: Simulator, business_channel: BusinessMessagesChannel
) -> None:
    say(business_agent)
    await business_channel.send(google.a_message(content=Text(text="x" * 3072)), MINE)
    with pytest.raises(ContentRejected):
        await business_channel.send(google.a_message(content=Text(text="x" * 3073)), MINE)


async def test_a_person_comes_and_goes_and_reads(
    business_agent: Simulator, business_channel: BusinessMessagesChannel
) -> None:
    said = say(business_agent)
    event_id = new_id()
    for _ in range(2):  # told twice, it happened once
        await business_channel.joined(ANN, MINE, event_id=event_id)
    await business_channel.show_typing(ANN, MINE)
    await business_channel.left(ANN, MINE, event_id=new_id())
    await business_channel.mark_read(ANN, said["message_id"], MINE)
    message, *notices = thread(business_agent)
    assert message["seen"]
    assert [notice["text"] for notice in notices] == [
        "Ann Lee joined the conversation",
        "Ann Lee left the conversation",
    ]
