"""WhatsApp's rules in the simulator: window, templates, opt-outs, sandbox, files."""

import json

import pytest
from twilio.rest import Client

from tests.contract.simulated_twilio import (
    ACCOUNT,
    BUSINESS,
    CUSTOMER,
    FROM,
    TO,
    Application,
    Simulator,
)

DAY = 86_400


def test_a_message_inside_the_window_is_sent_delivered_and_read(
    simulator: Simulator, application: Application, twilio: Client
) -> None:
    simulator.say()
    callback = f"{application.url}/status?message=0192&sign=%2B"
    sent = twilio.messages.create(to=TO, from_=FROM, body="Hello", status_callback=callback)
    application.wait_until(lambda: "read" in application.statuses())
    hits = application.to("/status")
    assert application.statuses() == ["sent", "delivered", "read"]
    assert {hit.path for hit in hits} == {"/status?message=0192&sign=%2B"}
    assert {hit.headers["content-type"] for hit in hits} == {
        "application/x-www-form-urlencoded; charset=utf-8"
    }
    assert all(application.trusts(hit) for hit in hits)
    assert {hit.params["MessageSid"] for hit in hits} == {sent.sid}
    (delivery,) = simulator.ask("outbox", to=CUSTOMER)["deliveries"]
    assert (delivery["message_id"], delivery["callback_url"]) == (sent.sid, callback)


def test_free_text_outside_the_window_is_taken_and_fails_later(
    simulator: Simulator, application: Application, twilio: Client
) -> None:
    simulator.say()
    simulator.control("clock", {"advance_seconds": DAY})
    sent = twilio.messages.create(to=TO, from_=FROM, body="Still there?")
    assert sent.status == "queued"
    application.wait_until(lambda: bool(application.statuses()))
    (hit,) = application.to("/status")
    assert (hit.params["MessageStatus"], hit.params["ErrorCode"]) == ("failed", "63016")
    assert twilio.messages(sent.sid).fetch().error_code == 63016
    assert simulator.ask("outbox")["deliveries"] == []


def test_an_approved_template_reaches_a_customer_outside_the_window(
    simulator: Simulator, application: Application, twilio: Client
) -> None:
    sid = _template(simulator, "order_update", "ko")
    variables = json.dumps({"1": "김민지", "2": "B-7"})
    sent = twilio.messages.create(to=TO, from_=FROM, content_sid=sid, content_variables=variables)
    application.wait_until(lambda: "delivered" in application.statuses())
    assert twilio.messages(sent.sid).fetch().body == "김민지님, 주문하신 B-7 상품이 배송 중입니다."


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "rejected"}, "63040"),
        ({"status": "paused"}, "63041"),
        ({"status": "disabled"}, "63042"),
        ({"status": "pending"}, "63016"),
        ({"gone": True}, "63027"),
    ],
)
def test_a_template_whatsapp_does_not_allow_fails(
    simulator: Simulator, application: Application, change: dict[str, object], code: str
) -> None:
    sid = _template(simulator, "order_update", "en")
    simulator.control(f"templates/{sid}", change, method="PATCH")
    simulator.post_message(Body="", ContentSid=sid)
    application.wait_until(lambda: bool(application.statuses()))
    assert application.to("/status")[0].params["ErrorCode"] == code


@pytest.mark.parametrize(
    ("change", "statuses", "code"),
    [
        ({"on_whatsapp": False}, ["failed"], "63024"),
        ({"blocked": True}, ["sent", "undelivered"], "63014"),
    ],
)
def test_a_customer_who_cannot_be_reached_fails_the_message(
    simulator: Simulator,
    application: Application,
    change: dict[str, object],
    statuses: list[str],
    code: str,
) -> None:
    simulator.say()
    simulator.control("customers", {"phone": CUSTOMER} | change)
    simulator.post_message()
    application.wait_until(lambda: application.statuses() == statuses)
    assert application.to("/status")[-1].params["ErrorCode"] == code


def test_strangers_are_not_on_whatsapp(simulator: Simulator, application: Application) -> None:
    for address, code in (("whatsapp:+15558880000", "63024"), ("whatsapp:US.998877", "63003")):
        application.hits.clear()
        simulator.post_message(To=address)
        application.wait_until(lambda: bool(application.statuses()))
        assert application.to("/status")[0].params["ErrorCode"] == code


def test_opting_out_of_everything_is_refused_at_once_of_marketing_later(
    simulator: Simulator, application: Application
) -> None:
    simulator.control("customers", {"phone": CUSTOMER, "opted_out": "all"})
    assert simulator.post_message().json()["code"] == 21610
    simulator.control("customers", {"phone": CUSTOMER, "opted_out": "marketing"})
    simulator.post_message(Body="", ContentSid=_template(simulator, "spring_offer", "en"))
    application.wait_until(lambda: bool(application.statuses()))
    assert application.to("/status")[0].params["ErrorCode"] == "63033"


def test_the_sandbox_reaches_only_those_who_joined(
    simulator: Simulator, application: Application
) -> None:
    order = {"account_sid": ACCOUNT, "number": BUSINESS, "sandbox": True, "join_code": "calm-lake"}
    urls = {"inbound_url": f"{application.url}/messages", "status_url": f"{application.url}/status"}
    simulator.control("numbers", order | urls)
    assert simulator.say(text="Hello?")["outcome"] == "kept"
    simulator.post_message()
    application.wait_until(lambda: bool(application.statuses()))
    assert application.to("/status")[0].params["ErrorCode"] == "63015"
    assert simulator.say(text="Join calm-lake")["outcome"] == "kept"
    assert simulator.say(text="Hello!")["outcome"] == "answered"
    simulator.post_message()
    application.wait_until(lambda: "read" in application.statuses())


@pytest.mark.parametrize(
    ("content_type", "size", "code"),
    [
        ("image/png", 5 * 1024 * 1024 + 1, "63034"),
        ("application/pdf", 16 * 1024 * 1024 + 1, "63034"),
        ("application/x-msdownload", 10, "63021"),
        ("text/plain", 0, "63019"),
    ],
)
def test_a_file_whatsapp_does_not_take_fails(
    simulator: Simulator, application: Application, content_type: str, size: int, code: str
) -> None:
    simulator.say()
    application.files["/file"] = (content_type, b"x" * size)
    simulator.post_message(Body="", MediaUrl=f"{application.url}/file")
    application.wait_until(lambda: bool(application.statuses()))
    assert application.to("/status")[0].params["ErrorCode"] == code


def test_a_file_is_fetched_and_delivered(
    simulator: Simulator, application: Application, twilio: Client
) -> None:
    simulator.say()
    application.files["/file"] = ("image/png", b"\x89PNG bytes")
    sid = simulator.post_message(Body="", MediaUrl=f"{application.url}/file").json()["sid"]
    application.wait_until(lambda: "read" in application.statuses())
    assert sid.startswith("MM")
    assert [media.content_type for media in twilio.messages(sid).media.list()] == ["image/png"]
    assert simulator.ask("outbox")["deliveries"][0]["media_count"] == 1


def test_a_phone_that_is_off_receives_everything_in_order_when_it_is_back(
    simulator: Simulator, application: Application
) -> None:
    simulator.say()
    simulator.control("customers", {"phone": CUSTOMER, "online": False, "reads": "manual"})
    for text in ("one", "two", "three"):
        simulator.post_message(Body=text)
    application.wait_until(lambda: application.statuses() == ["sent"] * 3)
    simulator.control("customers", {"phone": CUSTOMER, "online": True})
    application.wait_until(lambda: application.statuses().count("delivered") == 3)
    assert [item["text"] for item in simulator.ask("outbox")["deliveries"]] == ["one", "two", "three"]
    assert simulator.control("read", {"business": BUSINESS, "customer": CUSTOMER}) == {"read": 3}
    application.wait_until(lambda: application.statuses().count("read") == 3)


def _template(simulator: Simulator, name: str, language: str) -> str:
    templates = simulator.ask("state")["templates"]
    return next(t["template_id"] for t in templates if (t["name"], t["language"]) == (name, language))
