"""Webhooks of RCS for Business, in the shapes of its documentation, in our words."""

import base64
import json
import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from channels.webhooks import Parsed, WebhookRequest
from domain.channels import ChannelName
from domain.customer_events import ConsentReported, TypingReported
from domain.errors import InvalidSignature, MediaRefused, UnreadableWebhook
from domain.messages import (
    Choice,
    DeliveryStatus,
    Location,
    Media,
    MediaState,
    MessageReceived,
    Sender,
    StatusReported,
    Text,
    Unsupported,
)
from tests.contract import google_samples as google

CHANNEL = google.an_rcs_reader()
MINE = google.credentials(ChannelName.RCS)
HANDSHAKE = google.business_payload("handshake")


def parsed(event: object) -> Parsed:
    return CHANNEL.parse(google.an_rcs_request(event), MINE)


def message(name: str, **changes: Any) -> MessageReceived:
    (event,) = parsed({**google.rcs_payload(name), **changes}).events
    assert isinstance(event, MessageReceived)
    return event


def a_request(body: object, signature: str | None) -> WebhookRequest:
    headers = {} if signature is None else {"x-goog-signature": signature}
    return WebhookRequest(
        method="POST", url=google.URL, headers=headers, body=json.dumps(body).encode()
    )


# -- who may call --------------------------------------------------------------------------------


def test_inv10_the_data_is_signed_and_not_the_envelope() -> None:
    data = json.dumps(google.rcs_payload("text")).encode()
    body = google.in_envelope(data)
    CHANNEL.verify(a_request(body, google.signature_of(data, google.TOKEN)), MINE)
    whole = google.signature_of(json.dumps(body).encode(), google.TOKEN)
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(a_request(body, whole), MINE)


def test_inv10_nothing_beside_the_signed_data_is_believed() -> None:
    body = google.in_envelope(json.dumps(google.rcs_payload("text")).encode())
    body["message"]["attributes"] = {"type": "agent_launch_event", "message_type": "RECEIPT"}
    (event,) = CHANNEL.parse(a_request(body, None), MINE).events
    assert isinstance(event, MessageReceived)
    assert event.content == Text(text="hello")


@pytest.mark.parametrize(
    "body",
    [
        {"message": {"data": ""}},
        {"message": {"data": "%%%"}},
        {"message": {"data": 5}},
        {"message": []},
        {"subscription": "x"},
    ],
)
def test_an_envelope_without_data_is_refused(body: object) -> None:
    signature = google.signature_of(b"", google.TOKEN)
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(a_request(body, signature), MINE)
    with pytest.raises(UnreadableWebhook):
        CHANNEL.parse(a_request(body, signature), MINE)


def test_the_handshake_is_the_same_as_that_of_business_messages() -> None:
    request = a_request(HANDSHAKE, None)
    CHANNEL.verify(request, MINE)
    assert CHANNEL.parse(request, MINE).events == ()
    assert CHANNEL.answer(request, MINE).body == "0123456789"
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(a_request({**HANDSHAKE, "clientToken": "wrong"}, None), MINE)


@pytest.mark.parametrize("data", [b"", b"x", b"[]", b"{}", b"\xff", b"[" * 50_000])
def test_data_that_is_no_object_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        parsed(data)


# -- what people say -----------------------------------------------------------------------------


def test_a_text_comes_from_a_phone_number() -> None:
    event = message("text")
    assert event.content == Text(text="hello")
    assert event.endpoint_address == google.RCS_AGENT
    assert event.sender == Sender(address=google.PHONE, phone=google.PHONE)
    assert event.provider_message_id == "MxM0ZTQyYjEtNmQzZS001"
    assert event.sent_at == datetime(2026, 11, 20, 10, 0, 1, 123456, tzinfo=UTC)


def test_how_a_message_is_billed_is_kept() -> None:
    assert message("text_classified").details == {
        "message_classification": "BASIC_MESSAGE",
        "segment_count": "1",
    }


@pytest.mark.parametrize(
    ("name", "expected", "message_id"),
    [
        (
            "suggestion_response",
            Choice(text="Where is my order?", payload="order_status", source="button"),
            "MxM0ZTQyYjEtNmQzZS003",
        ),
        (
            "suggested_action_tap",
            Choice(text="Open the shop", payload="open_shop", source="button"),
            "Ev1a2b3c4d5e",
        ),
    ],
)
def test_a_tap_is_a_choice_whatever_was_tapped(name: str, expected: Choice, message_id: str) -> None:
    event = message(name)
    assert (event.content, event.provider_message_id) == (expected, message_id)


def test_a_place_may_lie_on_the_equator() -> None:
    assert message("location").content == Location(latitude=37.5665, longitude=126.978)
    assert message("location_at_zero").content == Location(latitude=0, longitude=6.5)


def test_a_file_is_to_be_fetched_and_its_thumbnail_is_not() -> None:
    content = message("user_file").content
    assert isinstance(content, Media)
    (item,) = content.items
    assert item.source_url == "https://rcs-copper.googleapis.com/4a1f0001"
    assert (item.mime_type, item.file_name, item.state) == (
        "image/jpeg",
        "receipt.jpg",
        MediaState.PENDING,
    )


def test_a_file_without_an_address_is_shown_as_failed() -> None:
    content = message("user_file", userFile={"payload": {"mimeType": "image/png"}}).content
    assert isinstance(content, Media)
    assert content.items[0].state is MediaState.FAILED


async def test_files_are_fetched_from_google_only() -> None:
    content = message("user_file").content
    assert isinstance(content, Media)
    for url in ("https://evil.example/x", "http://rcs-copper.googleapis.com/x"):
        elsewhere = content.items[0].model_copy(update={"source_url": url})
        with pytest.raises(MediaRefused):
            await CHANNEL.download(elsewhere, MINE)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"text": ""}, "text"),
        ({"text": 5}, "text"),
        ({"text": None, "location": {"latitude": 700}}, "location"),
        ({"text": None, "location": {}}, "location"),
        ({"text": None, "userFile": {"payload": "x"}}, "userFile"),
        ({"text": None, "suggestionResponse": {}}, "suggestionResponse"),
        ({"text": None, "poll": {"choice": 3}}, "poll"),
        ({"text": None}, "message"),
    ],
)
def test_what_cannot_be_shown_is_kept(changes: dict[str, Any], kind: str) -> None:
    assert message("text", **changes).content == Unsupported(provider_type=kind)


def test_what_google_adds_is_kept() -> None:
    event = message("event_of_tomorrow")
    assert event.content == Unsupported(provider_type="REACTED")
    assert event.provider_message_id == "Ev0010"


# -- what happens --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("delivered", DeliveryStatus.DELIVERED),
        ("delivered_without_time", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.READ),
    ],
)
def test_a_receipt_is_a_status_of_our_own_message(name: str, status: DeliveryStatus) -> None:
    (event,) = parsed(google.rcs_payload(name)).events
    assert event == StatusReported(
        provider_message_id=google.OUR_MESSAGE, message_id=UUID(google.OUR_MESSAGE), status=status
    )


@pytest.mark.parametrize(
    ("name", "words"), [("ttl_revoked", "another channel"), ("ttl_revoke_failed", "may still arrive")]
)
def test_a_message_that_expired_says_whether_it_may_still_arrive(name: str, words: str) -> None:
    (event,) = parsed(google.rcs_payload(name)).events
    assert isinstance(event, StatusReported)
    assert event.status is DeliveryStatus.EXPIRED
    assert event.message_id == UUID(google.OUR_MESSAGE)
    assert event.error_code == google.rcs_payload(name)["eventType"]
    assert words in (event.error_text or "")
    assert event.status.rank < DeliveryStatus.DELIVERED.rank


def test_typing_is_reported() -> None:
    (event,) = parsed(google.rcs_payload("is_typing")).events
    assert event == TypingReported(
        endpoint_address=google.RCS_AGENT, address=google.PHONE, is_typing=True
    )


@pytest.mark.parametrize(("name", "opted_out"), [("unsubscribe", True), ("subscribe", False)])
def test_who_unsubscribes_takes_back_their_consent(name: str, *, opted_out: bool) -> None:
    twice = [parsed(google.rcs_payload(name)).events for _ in range(2)]
    assert twice[0] == twice[1]
    (event,) = twice[0]
    assert isinstance(event, ConsentReported)
    assert (event.opted_out, event.sender.address) == (opted_out, google.PHONE)
    assert event.reported_at == datetime(2026, 11, 20, 10, 0, 1, 123456, tzinfo=UTC)


def test_the_word_that_comes_with_it_stays_a_message() -> None:
    assert message("unsubscribe_keyword").content == Text(text="STOP")


def test_an_agents_launch_concerns_no_conversation_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert parsed(google.rcs_payload("agent_launch")) == Parsed()
        forged = {**google.rcs_payload("agent_launch"), "newLaunchState": "x\ninjected"}
        assert parsed(forged) == Parsed()
    assert "from PENDING to LAUNCHED" in caplog.text
    assert "injected" not in caplog.text
    assert google.RCS_AGENT not in caplog.text


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("text", {"agentId": None}),
        ("text", {"agentId": "a/b"}),
        ("text", {"senderPhoneNumber": "alice"}),
        ("text", {"senderPhoneNumber": None}),
        ("text", {"messageId": None}),
        ("text", {"messageId": "a b"}),
        ("delivered", {"messageId": None}),
        ("unsubscribe", {"senderPhoneNumber": ""}),
        ("is_typing", {"agentId": 5}),
        ("event_of_tomorrow", {"eventId": None}),
        ("event_of_tomorrow", {"senderPhoneNumber": None}),
        ("event_of_tomorrow", {"agentId": None}),
    ],
)
def test_an_event_that_cannot_be_filed_is_put_aside_whole(name: str, changes: dict[str, Any]) -> None:
    event = {**google.rcs_payload(name), **changes}
    carried = parsed(event)
    assert carried.events == ()
    assert json.loads(carried.unreadable[0].raw) == event


@pytest.mark.parametrize("spelling", [google.RCS_AGENT, f"{google.RCS_AGENT}@rbm.goog"])
def test_an_agent_is_the_same_in_both_spellings(spelling: str) -> None:
    assert message("text", agentId=spelling).endpoint_address == google.RCS_AGENT
    assert CHANNEL.endpoint_address(f" {spelling} ") == google.RCS_AGENT


def test_base64_with_rubbish_in_it_is_refused() -> None:
    data = json.dumps(google.rcs_payload("text")).encode()
    body = google.in_envelope(data)
    body["message"]["data"] = "!" + base64.b64encode(data).decode()
    with pytest.raises(InvalidSignature):
        CHANNEL.verify(a_request(body, google.signature_of(data, google.TOKEN)), MINE)
