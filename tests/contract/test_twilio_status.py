"""Status callbacks: what became of our messages."""

from uuid import UUID

import pytest

from channels.webhooks import WebhookRequest
from domain.conversations import MailKind
from domain.customer_events import InboundEvent
from domain.errors import UnreadableWebhook
from domain.ids import new_id
from domain.messages import DeliveryStatus, StatusReported
from tests.contract import twilio_samples as twilio


def events_of(request: WebhookRequest) -> list[InboundEvent]:
    channel, credentials = twilio.a_reader(), twilio.credentials()
    channel.verify(request, credentials)
    return list(channel.parse(request, credentials).events)


def reported(name: str, query: str = "", **changes: str) -> StatusReported:
    request = twilio.a_request({**twilio.payload(name), **changes}, twilio.STATUS_URL + query)
    (event,) = events_of(request)
    assert isinstance(event, StatusReported)
    return event


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", DeliveryStatus.ACCEPTED),
        ("scheduled", DeliveryStatus.ACCEPTED),
        ("queued", DeliveryStatus.ACCEPTED),
        ("sending", DeliveryStatus.ACCEPTED),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("partially_delivered", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.READ),
        ("READ", DeliveryStatus.READ),
        ("failed", DeliveryStatus.FAILED),
        ("undelivered", DeliveryStatus.FAILED),
        ("canceled", DeliveryStatus.WITHDRAWN),
    ],
)
def test_every_status_word_of_twilio_has_a_meaning(word: str, status: DeliveryStatus) -> None:
    assert reported("status_sent", MessageStatus=word).status is status


def test_our_own_id_comes_back_in_the_address() -> None:
    message_id = new_id()
    event = reported("status_delivered", f"?message_id={message_id}")
    assert event.message_id == message_id
    assert event.provider_message_id == twilio.payload("status_delivered")["MessageSid"]


@pytest.mark.parametrize("query", ["", "?message_id=", "?message_id=../..", "?other=1"])
def test_a_callback_without_our_id_is_reported_by_twilios(query: str) -> None:
    event = reported("status_sent", query)
    assert event.message_id is None
    assert event.provider_message_id


def test_our_id_is_taken_from_the_address_only() -> None:
    theirs, ours = new_id(), new_id()
    event = reported("status_sent", f"?message_id={ours}", message_id=str(theirs))
    assert event.message_id == UUID(str(ours))


def test_a_closed_window_is_told_with_advice_and_reaches_the_conversation() -> None:
    event = reported("status_undelivered_63016")
    assert (event.status, event.error_code) == (DeliveryStatus.FAILED, "63016")
    assert "template" in (event.error_text or "")
    explanation = twilio.a_reader().explain("63016", {})
    assert explanation.mail is MailKind.WINDOW_REFUSED


def test_an_opt_out_reaches_the_conversation() -> None:
    event = reported("status_failed_63033")
    explanation = twilio.a_reader().explain(event.error_code or "", {})
    assert explanation.mail is MailKind.CUSTOMER_OPTED_OUT


def test_a_status_of_tomorrow_is_no_event() -> None:
    assert events_of(twilio.a_request(twilio.payload("status_of_tomorrow"))) == []


@pytest.mark.parametrize("sid", ["", "SM/../..", "MM123", "XE" + "0" * 32])
def test_a_status_without_a_proper_sid_is_unreadable(sid: str) -> None:
    with pytest.raises(UnreadableWebhook):
        reported("status_sent", MessageSid=sid)


def test_a_message_sent_to_the_status_address_is_still_a_message() -> None:
    (event,) = events_of(twilio.a_request(twilio.payload("text"), twilio.STATUS_URL))
    assert event.type == "message_received"
