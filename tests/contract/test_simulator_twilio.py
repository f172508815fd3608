"""The simulator's REST API, as the official SDK and plain HTTP see it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.contract.simulated_twilio import (
    ACCOUNT,
    BUSINESS,
    CUSTOMER,
    FROM,
    TO,
    TOKEN,
    Application,
    Simulator,
)


def test_the_sdk_sends_and_fetches_a_message(simulator: Simulator, twilio: Client) -> None:
    created = twilio.messages.create(to=TO, from_=FROM, body="안녕하세요")
    assert created.status == "queued"
    assert created.sid.startswith("SM")
    assert created.date_created.tzinfo is not None
    fetched = twilio.messages(created.sid).fetch()
    assert (fetched.body, fetched.direction, fetched.num_media) == ("안녕하세요", "outbound-api", "0")


def test_the_sdk_lists_what_it_sent_page_by_page_newest_first(
    simulator: Simulator, twilio: Client
) -> None:
    sent = [twilio.messages.create(to=TO, from_=FROM, body=f"number {n}").sid for n in range(5)]
    listed = [message.sid for message in twilio.messages.list(to=TO, page_size=2)]
    assert listed == sent[::-1]


def test_pages_stay_right_when_messages_arrive_between_them(
    simulator: Simulator, twilio: Client
) -> None:
    sent = [twilio.messages.create(to=TO, from_=FROM, body=f"number {n}").sid for n in range(4)]
    first = twilio.messages.page(to=TO, page_size=2)
    twilio.messages.create(to=TO, from_=FROM, body="in between")
    assert [m.sid for m in first] == sent[:1:-1]
    assert [m.sid for m in first.next_page()] == sent[1::-1]


def test_a_lost_inbound_message_is_still_in_the_list(simulator: Simulator, twilio: Client) -> None:
    simulator.faults(lost_inbound=1)
    said = simulator.say(text="Is anybody there?")
    found = twilio.messages.list(to=FROM)
    assert [(m.sid, m.direction, m.status) for m in found] == [
        (said["message_id"], "inbound", "received")
    ]


def test_the_list_is_filtered_by_time(simulator: Simulator, twilio: Client) -> None:
    older = simulator.say()["message_id"]
    simulator.control("clock", {"advance_seconds": 3 * 86_400})
    newer = simulator.say()["message_id"]
    between = datetime.now(UTC) + timedelta(days=1)
    assert [m.sid for m in twilio.messages.list(to=FROM, date_sent_after=between)] == [newer]
    assert [m.sid for m in twilio.messages.list(to=FROM, date_sent_before=between)] == [older]


def test_a_malformed_date_is_refused(simulator: Simulator) -> None:
    answer = simulator.http.get(
        simulator.messages_path, params={"DateSent>": "yesterday"}, auth=(ACCOUNT, TOKEN)
    )
    assert answer.json()["code"] == 20001


def test_a_plain_date_means_the_whole_day(simulator: Simulator) -> None:
    said_at = parsedate_to_datetime(_sent_date_of_a_new_message(simulator))
    day = said_at.date().isoformat()
    for name in ("DateSent", "DateSent>", "DateSent<"):
        answer = simulator.http.get(simulator.messages_path, params={name: day}, auth=(ACCOUNT, TOKEN))
        assert len(answer.json()["messages"]) == 1, name


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"To": "whatsapp:+12"}, 21211),
        ({"To": "whatsapp:hello"}, 21211),
        ({"To": CUSTOMER}, 21910),
        ({"To": FROM}, 63031),
        ({"From": "whatsapp:+15559999999"}, 63007),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"MediaUrl": "ftp://files.example/a"}, 21620),
        ({"StatusCallback": "not a url"}, 21609),
        ({"ContentSid": "HX12"}, 21655),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
        ({"ContentVariables": "{"}, 21656),
        ({"ContentVariables": '{"1": "two\\nlines"}'}, 21656),
        ({"ContentVariables": '{"1": 5}'}, 21656),
    ],
)
def test_a_wrong_request_is_refused_with_the_code_of_its_mistake(
    simulator: Simulator, form: dict[str, str], code: int
) -> None:
    answer = simulator.post_message(**form)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["more_info"].endswith(str(code))


def test_two_media_are_one_too_many(simulator: Simulator) -> None:
    form = {"To": TO, "From": FROM, "MediaUrl": ["https://a.example/1", "https://a.example/2"]}
    answer = simulator.http.post(simulator.messages_path, data=form, auth=(ACCOUNT, TOKEN))
    assert answer.json()["code"] == 21623


@pytest.mark.parametrize(("user", "token"), [(ACCOUNT, "wrong"), ("AC" + "9" * 32, TOKEN)])
def test_wrong_credentials_are_refused(simulator: Simulator, user: str, token: str) -> None:
    answer = simulator.post_message(user=user, token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_no_credentials_are_refused(simulator: Simulator) -> None:
    answer = simulator.http.post(simulator.messages_path, data={"To": TO})
    assert answer.status_code == 401


def test_an_api_key_opens_its_account(simulator: Simulator) -> None:
    keys = {"SK" + "5" * 32: "key-secret"}
    simulator.control("accounts", {"sid": ACCOUNT, "auth_token": TOKEN, "api_keys": keys})
    assert simulator.post_message(user="SK" + "5" * 32, token="key-secret").status_code == 201
    assert simulator.post_message(user="SK" + "5" * 32, token=TOKEN).status_code == 401


def test_a_parent_may_use_its_sub_account_and_nobody_else_may(simulator: Simulator) -> None:
    child, stranger = "AC" + "2" * 32, "AC" + "3" * 32
    for sid, parent in ((child, ACCOUNT), (stranger, None)):
        simulator.control("accounts", {"sid": sid, "auth_token": f"token-{sid}", "parent_sid": parent})
    path = f"/2010-04-01/Accounts/{child}.json"
    assert simulator.http.get(path, auth=(ACCOUNT, TOKEN)).json()["owner_account_sid"] == ACCOUNT
    assert simulator.http.get(path, auth=(stranger, f"token-{stranger}")).status_code == 401


def test_a_sender_of_another_account_is_refused(simulator: Simulator) -> None:
    other = "AC" + "2" * 32
    simulator.control("accounts", {"sid": other, "auth_token": "other"})
    simulator.control("numbers", {"account_sid": other, "number": "+15550002222"})
    assert simulator.post_message(From="whatsapp:+15550002222").json()["code"] == 21606


def test_an_unknown_message_is_not_found(simulator: Simulator, twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages("SM" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_media_is_behind_the_credentials_and_its_link_refuses_them(
    simulator: Simulator, twilio: Client
) -> None:
    content = base64.b64encode(b"%PDF-1.4 invoice").decode()
    upload = {"content": content, "content_type": "application/pdf", "file_name": "청구서.pdf"}
    said = simulator.say(type="document", text="", media=upload)
    (media,) = twilio.messages(said["message_id"]).media.list()
    path = media.uri.removesuffix(".json")
    assert simulator.http.get(path).status_code == 401
    redirect = simulator.http.get(path, auth=(ACCOUNT, TOKEN))
    assert redirect.status_code == 307
    link = redirect.headers["location"]
    assert simulator.http.get(link, auth=(ACCOUNT, TOKEN)).status_code == 400
    download = simulator.http.get(link)
    assert (download.content, download.headers["content-type"]) == (
        b"%PDF-1.4 invoice",
        "application/pdf",
    )


def test_a_media_link_expires_and_cannot_be_forged(simulator: Simulator, twilio: Client) -> None:
    said = simulator.say(type="image", text="")
    (media,) = twilio.messages(said["message_id"]).media.list()
    link = simulator.http.get(media.uri.removesuffix(".json"), auth=(ACCOUNT, TOKEN)).headers[
        "location"
    ]
    assert simulator.http.get(link[:-6]).status_code == 403
    simulator.control("clock", {"advance_seconds": 5 * 3600})
    assert simulator.http.get(link).status_code == 403


def test_a_message_can_be_redacted_and_deleted(simulator: Simulator, twilio: Client) -> None:
    sent = twilio.messages.create(to=TO, from_=FROM, body="secret")
    assert twilio.messages(sent.sid).update(body="").body == ""
    assert twilio.messages(sent.sid).delete()
    assert twilio.messages.list(to=TO) == []


def test_the_typing_indicator_marks_the_customers_message_as_read(
    simulator: Simulator, twilio: Client
) -> None:
    said = simulator.say()
    assert twilio.messaging.v2.typing_indicator.create("whatsapp", said["message_id"]).success
    thread = simulator.ask("thread", business=BUSINESS, customer=CUSTOMER)
    assert thread["messages"][0]["seen"]


def test_a_messaging_service_picks_its_number(
    simulator: Simulator, twilio: Client, application: Application
) -> None:
    service = "MG" + "4" * 32
    order = {"account_sid": ACCOUNT, "number": BUSINESS, "messaging_service_sid": service}
    simulator.control("numbers", order | {"status_url": f"{application.url}/status"})
    sent = twilio.messages.create(to=TO, messaging_service_sid=service, body="Hi")
    assert (sent.status, sent.from_) == ("accepted", FROM)
    application.wait_until(lambda: "failed" in application.statuses())
    assert application.statuses() == ["queued", "failed"]
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages.create(to=TO, messaging_service_sid="MG" + "0" * 32, body="Hi")
    assert caught.value.code == 21703


def test_templates_of_every_state_are_there_from_the_start(
    simulator: Simulator, twilio: Client
) -> None:
    listed = twilio.content.v1.content_and_approvals.list(page_size=3)
    states = {(t.friendly_name, t.language): t.approval_requests["status"] for t in listed}
    assert {language for _, language in states} == {"en", "ko", "ja"}
    assert set(states.values()) == {"approved", "pending", "rejected"}
    rejected = next(t for t in listed if t.approval_requests["status"] == "rejected")
    assert rejected.approval_requests["rejection_reason"]


def test_new_content_is_reviewed_and_then_approved(simulator: Simulator, twilio: Client) -> None:
    body = {
        "friendly_name": "thanks",
        "language": "en",
        "types": {"twilio/text": {"body": "Thanks {{1}}"}},
    }
    created = simulator.http.post("/v1/Content", json=body, auth=(ACCOUNT, TOKEN))
    assert created.status_code == 201
    sid = created.json()["sid"]
    fetched = twilio.content.v1.contents(sid).fetch()
    assert fetched.types == body["types"]
    assert _approval_status(twilio, sid) == "unsubmitted"
    wanted = {"name": "thanks", "category": "UTILITY"}
    path = f"/v1/Content/{sid}/ApprovalRequests/whatsapp"
    assert simulator.http.post(path, json=wanted, auth=(ACCOUNT, TOKEN)).json()["status"] == "received"
    simulator.control("clock", {"advance_seconds": 60})
    assert _approval_status(twilio, sid) == "approved"
    assert twilio.content.v1.contents(sid).delete()


@pytest.mark.parametrize(
    "change", [{"language": ""}, {"types": {}}, {"types": {"twilio/telepathy": {"body": "…"}}}]
)
def test_malformed_content_is_refused(simulator: Simulator, change: dict[str, object]) -> None:
    body = {"friendly_name": "x", "language": "en", "types": {"twilio/text": {"body": "x"}}} | change
    answer = simulator.http.post("/v1/Content", content=json.dumps(body), auth=(ACCOUNT, TOKEN))
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def _sent_date_of_a_new_message(simulator: Simulator) -> str:
    simulator.say()
    answer = simulator.http.get(simulator.messages_path, auth=(ACCOUNT, TOKEN))
    return answer.json()["messages"][0]["date_sent"]


def _approval_status(twilio: Client, sid: str) -> str:
    return twilio.content.v1.contents(sid).approval_fetch().fetch().whatsapp["status"]
