"""What the simulator sends to an application: signed webhooks, and callbacks by WhatsApp's rules."""

import json
import socket
from typing import Any

import pytest

from tests.contract.simulated_twilio import (
    ACCOUNT,
    BUSINESS,
    CUSTOMER,
    FROM,
    TO,
    Application,
    Simulator,
)

CITY_HALL = {"latitude": 37.5665, "longitude": 126.978, "label": "City Hall"}


def test_a_text_arrives_signed_and_complete(simulator: Simulator, application: Application) -> None:
    said = simulator.say(text="Grüße & 안녕 +1 🙂")
    (hit,) = application.to("/messages")
    assert said["outcome"] == "answered"
    assert hit.headers["content-type"] == "application/x-www-form-urlencoded"
    assert hit.headers["i-twilio-idempotency-token"]
    assert hit.params.items() >= {
        "MessageSid": said["message_id"], "SmsMessageSid": said["message_id"], "AccountSid": ACCOUNT,
        "From": TO, "To": FROM, "Body": "Grüße & 안녕 +1 🙂", "NumMedia": "0", "MessageType": "text",
        "ProfileName": "Kim Minji", "WaId": CUSTOMER[1:], "SmsStatus": "received",
    }.items()  # fmt: skip
    assert application.trusts(hit)
    assert not application.trusts(hit, token="another token")


@pytest.mark.parametrize("kind", ["image", "video", "audio", "sticker", "document", "contacts"])
def test_a_file_is_announced_with_blank_parameters_signed(
    simulator: Simulator, application: Application, kind: str
) -> None:
    simulator.say(type=kind, text="")
    (hit,) = application.to("/messages")
    assert hit.params["MessageSid"].startswith("MM")
    assert hit.params["NumMedia"] == "1"
    assert hit.params["MediaUrl0"].startswith(
        f"{simulator.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM"
    )
    assert hit.params["MediaContentType0"]
    assert hit.params["Body"] == ("invoice.pdf" if kind == "document" else "")
    assert application.trusts(hit)


@pytest.mark.parametrize(
    ("words", "params"),
    [
        (
            {"type": "location", "location": CITY_HALL},
            {"MessageType": "location", "Latitude": "37.5665", "Longitude": "126.978"},
        ),
        (
            {"type": "button", "tap": {"text": "Confirm", "payload": "confirm"}},
            {"MessageType": "button", "ButtonText": "Confirm", "ButtonPayload": "confirm"},
        ),
        (
            {"type": "list", "tap": {"text": "Refund", "payload": "r1", "description": "Money back"}},
            {"MessageType": "interactive", "ListId": "r1", "ListTitle": "Refund", "Body": "Refund"},
        ),
        (
            {"reply_to": "SM" + "7" * 32},
            {"OriginalRepliedMessageSid": "SM" + "7" * 32, "OriginalRepliedMessageSender": FROM},
        ),
        (
            {"referral": {"headline": "Spring", "click_id": "abc"}},
            {"ReferralHeadline": "Spring", "ReferralCtwaClid": "abc", "ReferralSourceType": "ad"},
        ),
        ({"forwarded": True}, {"Forwarded": "true", "FrequentlyForwarded": "false"}),
        ({"type": "hologram", "extra": {"Hologram": ""}}, {"MessageType": "hologram", "Hologram": ""}),
    ],
    ids=["location", "button", "list", "quote", "referral", "forwarded", "unknown"],
)
def test_every_type_carries_its_own_parameters(
    simulator: Simulator, application: Application, words: dict[str, Any], params: dict[str, str]
) -> None:
    simulator.say(**words)
    (hit,) = application.to("/messages")
    assert hit.params.items() >= params.items()
    assert application.trusts(hit)


def test_somebody_with_only_a_username_has_no_phone_number(
    simulator: Simulator, application: Application
) -> None:
    simulator.say(**{"from": "US.13491208655302741918"}, profile_name="Sam")
    (hit,) = application.to("/messages")
    assert hit.params["From"] == "whatsapp:US.13491208655302741918"
    assert hit.params["ExternalUserId"] == hit.params["From"]
    assert "WaId" not in hit.params
    context = json.loads(hit.params["ChannelMetadata"])["data"]["context"]
    assert context["ProfileName"] == "Sam"


def test_a_webhook_nobody_answers_is_tried_twice_and_then_lost(
    simulator: Simulator, application: Application
) -> None:
    _listen(simulator, f"http://127.0.0.1:{_closed_port()}/messages")
    said = simulator.say()
    assert said["outcome"] == "unreachable"
    assert [hit["alert"] for hit in said["webhooks"]] == ["11205", "11205"]
    assert (
        simulator.ask("thread", business=BUSINESS, customer=CUSTOMER)["messages"][0]["status"]
        == "received"
    )


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_answered_refusal_is_not_repeated(
    simulator: Simulator, application: Application, status: int
) -> None:
    application.answer = (status, "text/plain", "no")
    said = simulator.say()
    assert (said["outcome"], len(application.hits)) == ("refused", 1)
    assert said["webhooks"][0]["alert"] == "11200"


def test_the_url_can_ask_for_more_retries_with_one_token(
    simulator: Simulator, application: Application
) -> None:
    _listen(simulator, f"{application.url}/messages?a=%20b#rc=3&rp=5xx")
    application.answer = (503, "text/plain", "later")
    simulator.say()
    assert [hit.path for hit in application.hits] == ["/messages?a=%20b"] * 4
    assert len({hit.headers["i-twilio-idempotency-token"] for hit in application.hits}) == 1
    assert all(application.trusts(hit) for hit in application.hits)


def test_an_answer_that_is_not_twiml_is_flagged(simulator: Simulator, application: Application) -> None:
    application.answer = (200, "application/json", "{}")
    assert simulator.say()["webhooks"][0]["alert"] == "12300"
    application.answer = (200, "text/xml", "<Response/>")
    assert simulator.say()["webhooks"][0]["alert"] is None


def test_a_plain_text_answer_goes_to_the_customer(
    simulator: Simulator, application: Application
) -> None:
    application.answer = (200, "text/plain", "OK")
    simulator.say()
    application.wait_until(lambda: "delivered" in application.statuses())
    assert [item["text"] for item in simulator.ask("outbox")["deliveries"]] == ["OK"]


def _listen(simulator: Simulator, url: str) -> None:
    simulator.control("numbers", {"account_sid": ACCOUNT, "number": BUSINESS, "inbound_url": url})


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
