"""Webhooks of Google's Business Messages, in the shapes of its documentation, in our words."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from channels.webhooks import Parsed
from domain.customer_events import TypingReported
from domain.errors import MediaRefused, UnreadableWebhook
from domain.messages import (
    Choice,
    DeliveryStatus,
    Media,
    MessageReceived,
    StatusReported,
    Text,
    Unsupported,
)
from tests.contract import google_samples as google

CHANNEL = google.a_business_reader()
MINE = google.credentials()


def parsed(body: object) -> Parsed:
    return CHANNEL.parse(google.a_business_request(body), MINE)


def message(name: str, **changes: Any) -> MessageReceived:
    (event,) = parsed({**google.business_payload(name), **changes}).events
    assert isinstance(event, MessageReceived)
    return event


def test_a_text_with_everything_that_google_tells_beside_it() -> None:
    event = message("message")
    assert event.content == Text(text="hello")
    assert event.provider_message_id == "5c1b2e4a-0000-4000-8000-000000000001"
    assert event.endpoint_address == google.AGENT
    assert (event.sender.address, event.sender.display_name) == (google.CONVERSATION, "Ana Lima")
    assert event.sender.phone is None
    assert event.sent_at == datetime(2026, 11, 20, 10, 0, 0, 500_000, tzinfo=UTC)
    assert event.details == {
        "entry_point": "PLACESHEET",
        "place_id": "ChIJj61dQgK6j4AR4GeTYWZsKWw",
        "resolved_locale": "en",
        "user_device_locale": "en-US",
        "custom_context": "spring-sale",
        "custom_agent_id": "store-12",
    }


def test_a_widget_tells_its_page() -> None:
    details = message("message_from_widget").details
    assert details["entry_point"] == "WEB_WIDGET"
    assert details["near_place_id"] == "ChIJnear"
    assert details["widget_url"] == "https://shop.example/cart"
    assert details["widget_context"] == "cart=42"


def test_what_dialogflow_made_of_a_message_is_kept() -> None:
    event = message("message_with_dialogflow")
    assert event.content == Text(text="When do you open?")
    assert event.details["dialogflow_auto_responded"] == "true"
    assert event.details["dialogflow_answer"] == "We open at nine."
    assert event.details["dialogflow_intent"] == "hours"


def test_an_image_is_a_file_to_be_fetched() -> None:
    content = message("message_image").content
    assert isinstance(content, Media)
    (item,) = content.items
    address = google.business_payload("message_image")["message"]["text"]
    assert item.source_url == address


@pytest.mark.parametrize(
    "text",
    [
        "https://storage.googleapis.com/public/logo.png",
        "http://storage.googleapis.com/x?x-goog-signature=1",
        "https://storage.googleapis.com.evil.example/x?x-goog-signature=1",
        "https://evil.example/storage.googleapis.com?x-goog-signature=1",
        "https://user@evil.example/?x-goog-signature=1",
        "look: https://storage.googleapis.com/b/o?x-goog-signature=1",
        "https://[/?x-goog-signature=1",
    ],
)
def test_any_other_address_is_the_text_that_it_is(text: str) -> None:
    said = {**google.business_payload("message")["message"], "text": text}
    assert message("message", message=said).content == Text(text=text)


async def test_files_are_fetched_from_googles_storage_only() -> None:
    content = message("message_image").content
    assert isinstance(content, Media)
    elsewhere = content.items[0].model_copy(update={"source_url": "https://evil.example/x"})
    with pytest.raises(MediaRefused):
        await CHANNEL.download(elsewhere, MINE)


def test_a_tap_is_a_choice_that_goes_by_the_id_of_its_request() -> None:
    event = message("suggestion_response")
    assert event.content == Choice(text="Where is my order?", payload="order_status", source="button")
    assert event.provider_message_id == "req-0004"
    assert event.reply_to == google.OUR_MESSAGE
    assert event.details["suggestion_type"] == "reply"


@pytest.mark.parametrize("name", ["live_agent_requested", "live_agent_requested_as_text"])
def test_who_asks_for_a_person_makes_a_choice(name: str) -> None:
    event = message(name)
    assert event.content == Choice(text="Live agent requested", payload="live_agent", source="button")
    assert event.details["requested"] == "live_agent"
    assert event.provider_message_id.startswith("req-")


@pytest.mark.parametrize(("name", "is_typing"), [("typing_started", True), ("typing_stopped", False)])
def test_typing_is_reported(name: str, *, is_typing: bool) -> None:
    (event,) = parsed(google.business_payload(name)).events
    assert event == TypingReported(
        endpoint_address=google.AGENT, address=google.CONVERSATION, is_typing=is_typing
    )


@pytest.mark.parametrize("status", [{}, {"isBored": True}, {"isTyping": "maybe"}, "typing"])
def test_a_status_of_another_kind_is_put_aside_whole(status: object) -> None:
    body = {**google.business_payload("typing_started"), "userStatus": status}
    carried = parsed(body)
    assert carried.events == ()
    assert json.loads(carried.unreadable[0].raw) == body


def test_each_receipt_is_a_status_of_our_own_message() -> None:
    events = parsed(google.business_payload("receipts")).events
    assert events == tuple(
        StatusReported(
            provider_message_id=google.OUR_MESSAGE,
            message_id=UUID(google.OUR_MESSAGE),
            status=status,
        )
        for status in (DeliveryStatus.DELIVERED, DeliveryStatus.READ)
    )


def test_one_broken_receipt_costs_its_neighbours_nothing() -> None:
    body = google.business_payload("receipts")
    body["receipts"]["receipts"].insert(0, {"message": "nonsense", "receiptType": "READ"})
    body["receipts"]["receipts"].insert(0, "nonsense")
    body["receipts"]["receipts"].append({**body["receipts"]["receipts"][-1], "receiptType": "SEEN"})
    carried = parsed(body)
    assert [event.type for event in carried.events] == ["status_reported", "status_reported"]
    assert json.loads(carried.unreadable[1].raw) == {"message": "nonsense", "receiptType": "READ"}


def test_a_receipt_for_a_message_of_another_sender_has_no_id_of_ours() -> None:
    body = google.business_payload("receipt_delivered")
    body["receipts"]["receipts"][0]["message"] = "conversations/c/messages/bot-7"
    (event,) = parsed(body).events
    assert isinstance(event, StatusReported)
    assert (event.provider_message_id, event.message_id) == ("bot-7", None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("survey_rating", "Survey: Very satisfied. Quick answer, thank you"),
        ("survey_question", "Survey: GOOGLE_DEFINED_CUSTOMER_EFFORT: Easy"),
        ("authentication", "Signed in"),
        ("authentication_failed", "Sign-in failed: The customer said no"),
        ("of_tomorrow", "thumbs up"),
    ],
)
def test_what_cannot_be_shown_is_kept_and_readable(name: str, text: str) -> None:
    event = message(name)
    assert isinstance(event.content, Unsupported)
    assert event.content.text == text
    assert event.provider_message_id.startswith("req-")


def test_a_sign_in_code_is_a_credential_and_is_not_kept() -> None:
    assert "secret-code" not in message("authentication").model_dump_json()


def test_a_message_without_an_id_goes_by_the_id_of_its_request() -> None:
    assert message("message_without_id").provider_message_id == "req-0013"


@pytest.mark.parametrize(
    "changes",
    [
        {"agent": None},
        {"agent": "brands/../agents/x"},
        {"conversationId": "../../etc"},
        {"conversationId": 5},
        {"message": {"text": "hello"}, "requestId": None},
        {"message": None},
    ],
)
def test_an_event_that_cannot_be_filed_is_put_aside_whole(changes: dict[str, Any]) -> None:
    body = {**google.business_payload("message"), **changes}
    carried = parsed(body)
    assert carried.events == ()
    assert json.loads(carried.unreadable[0].raw) == body


@pytest.mark.parametrize(
    "said", [{}, {"text": ""}, {"text": 7}, {"text": None}, "text", ["text"], {"messageId": {"a": 1}}]
)
def test_a_message_that_says_nothing_we_know_is_kept_all_the_same(said: object) -> None:
    event = message("message", message=said or {"x": 1})
    assert event.content == Unsupported(provider_type="message")


def test_nothing_that_a_database_cannot_hold_comes_through() -> None:
    raw = json.dumps(google.business_payload("message"))
    body = raw.replace('"hello"', '"a\\u0000b\\ud800c"').encode()
    (event,) = parsed(body).events
    assert isinstance(event, MessageReceived)
    assert event.content == Text(text="a\ufffdb\ufffdc")


@pytest.mark.parametrize("moment", ["yesterday", "", "9999-99-99T00:00:00Z", 5, None])
def test_a_time_that_is_none_is_left_out(moment: object) -> None:
    said = {**google.business_payload("message")["message"], "createTime": moment}
    assert message("message", message=said, sendTime=moment).sent_at is None


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"{}", b'"x"', b"\xff", b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_a_body_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        parsed(body)
