"""Accounts of channels beside WhatsApp: notices, files as secrets, webhooks, health."""

import threading
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from domain.configuration import Scope
from domain.errors import AccountRejected
from storage.database import Database
from tests.api.conftest import PUBLIC_URL, Http, everything_in
from tests.api.other_channels import (
    FILE,
    MINIFIED,
    FakeBusinessMessages,
    FakeLine,
    at,
    connect,
    set_region,
)
from tests.api.whatsapp_account import ACCOUNTS, checks


@pytest.fixture
def line() -> FakeLine:
    return FakeLine()


@pytest.fixture
def google() -> FakeBusinessMessages:
    return FakeBusinessMessages()


@pytest.fixture
def others(line: FakeLine, google: FakeBusinessMessages) -> Sequence[Any]:
    return (line, google)


# -- what is over, and where data goes -----------------------------------------------------------


async def test_an_admin_is_told_that_a_provider_ended_its_service(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "google_business_messages")
    assert (account["deprecated_on"], account["replaced_by"]) == ("2024-07-31", ["live_chat", "rcs"])
    notice = account["notices"][-1]
    assert notice["code"] == "deprecated"
    assert "live_chat or rcs" in notice["message"]
    assert account["enabled"]


async def test_without_an_acknowledgement_an_account_stays_disabled_and_says_why(
    admin: httpx2.AsyncClient,
) -> None:
    account = await connect(admin, "line")
    assert not account["enabled"]
    assert [notice["code"] for notice in account["notices"]] == ["privacy_not_acknowledged"]
    found = await checks(admin, account)
    assert not found["privacy"]["ok"]


async def test_what_was_acknowledged_at_once_is_enabled_at_once(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "line", privacy_acknowledged_version="1")
    assert (account["enabled"], account["notices"]) == (True, [])
    shown = (await admin.get(at(account, "/privacy-acknowledgement"))).json()
    assert "LINE" in shown["text"]
    assert [each["version"] for each in shown["acknowledgements"]] == ["1"]


async def test_an_acknowledgement_enables_the_account_and_is_on_record(
    admin: httpx2.AsyncClient,
) -> None:
    account = await connect(admin, "line")
    path = at(account, "/privacy-acknowledgement")
    for _ in range(2):
        answer = await admin.post(path, json={"version": "1"})
        assert (answer.status_code, answer.json()["enabled"]) == (200, True)
    entries = (await admin.get("/config/v1/audit-log", params={"subject": "account"})).json()["items"]
    found = [entry for entry in entries if entry["action"] == "privacy_acknowledged"]
    assert [entry["changes"] for entry in found] == [{"version": "1"}]


async def test_another_version_of_the_notice_is_not_good_enough(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "line")
    answer = await admin.post(at(account, "/privacy-acknowledgement"), json={"version": "0"})
    assert answer.status_code == 422
    draft = {"name": "x", "channel": "line", "privacy_acknowledged_version": "2"}
    assert (await admin.post(ACCOUNTS, json=draft)).status_code == 422


async def test_nobody_enables_an_account_without_an_acknowledgement(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "line")
    headers = {"If-Match": f'"{account["version"]}"'}
    answer = await admin.patch(at(account), json={"enabled": True}, headers=headers)
    assert answer.status_code == 422
    assert "privacy-acknowledgement" in answer.json()["detail"]


async def test_a_channel_is_refused_in_a_region_where_it_must_not_be_used(
    admin: httpx2.AsyncClient,
) -> None:
    await set_region(admin, "government")
    draft = {"name": "x", "channel": "line", "privacy_acknowledged_version": "1"}
    answer = await admin.post(ACCOUNTS, json=draft)
    assert (answer.status_code, "government" in answer.json()["detail"]) == (422, True)
    await connect(admin, "google_business_messages")


async def test_an_organisation_does_not_move_where_its_channels_must_not_be_used(
    admin: httpx2.AsyncClient,
) -> None:
    account = await connect(admin, "line", privacy_acknowledged_version="1")
    late = await connect(admin, "line", name="late")
    assert (await set_region(admin, "government")).status_code == 422
    headers = {"If-Match": f'"{account["version"]}"'}
    await admin.patch(at(account), json={"enabled": False}, headers=headers)
    assert (await set_region(admin, "government")).status_code == 200
    acknowledged = await admin.post(at(late, "/privacy-acknowledgement"), json={"version": "1"})
    assert acknowledged.status_code == 422


# -- secrets that are files ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        {"content": FILE, "headers": {"content-type": "application/json"}},
        {"files": {"file": ("key.json", FILE.encode(), "application/json")}},
    ],
)
async def test_a_key_file_is_checked_encrypted_and_never_shown(
    admin: httpx2.AsyncClient, database: Database, sent: dict[str, Any]
) -> None:
    account = await connect(admin, "google_business_messages")
    answer = await admin.put(at(account, "/secrets/service_account/file"), **sent)
    assert answer.status_code == 200, answer.text
    assert answer.json()["secrets"]["service_account"]["last_four"] == MINIFIED[-4:]
    assert "incomplete" not in {notice["code"] for notice in answer.json()["notices"]}
    assert MINIFIED not in answer.text
    everything = await everything_in(database)
    assert MINIFIED not in everything
    assert MINIFIED[::-1] in everything  # what the tests' box makes of it


async def test_an_account_is_made_before_its_key_file_is_uploaded_but_not_without_settings(
    admin: httpx2.AsyncClient,
) -> None:
    account = await connect(admin, "google_business_messages")
    assert account["notices"][0] == {"code": "incomplete", "message": "Upload the key file."}
    draft = {"name": "x", "channel": "google_business_messages"}
    answer = await admin.post(ACCOUNTS, json=draft)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Set partner_id.")


@pytest.mark.parametrize("content", [b"", b" ", b"\xff\xfe", b"{}", b"x" * 20_000])
async def test_what_is_no_key_file_is_refused(admin: httpx2.AsyncClient, content: bytes) -> None:
    account = await connect(admin, "google_business_messages")
    answer = await admin.put(at(account, "/secrets/service_account/file"), content=content)
    assert answer.status_code == 422


async def test_a_form_without_the_file_is_refused(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "google_business_messages")
    form = {"other": ("key.json", FILE.encode(), "application/json")}
    answer = await admin.put(at(account, "/secrets/service_account/file"), files=form)
    assert answer.status_code == 422


async def test_a_file_of_several_lines_is_no_secret_of_another_kind(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "google_business_messages")
    answer = await admin.put(at(account, "/secrets/client_token/file"), content=FILE)
    assert answer.status_code == 422


async def test_a_key_file_that_is_typed_is_checked_too(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "google_business_messages")
    answer = await admin.put(at(account, "/secrets/service_account"), json={"value": "{}"})
    assert answer.status_code == 422


async def test_only_who_may_set_secrets_uploads_one(admin: httpx2.AsyncClient, http: Http) -> None:
    account = await connect(admin, "google_business_messages")
    reader = await http.keyed(Scope.CONFIG_READ, Scope.CONFIG_WRITE)
    path = at(account, "/secrets/service_account/file")
    assert (await reader.put(path, content=FILE)).status_code == 403


async def test_a_key_file_is_checked_beside_the_event_loop(
    admin: httpx2.AsyncClient, google: FakeBusinessMessages
) -> None:
    account = await connect(admin, "google_business_messages", secrets={"service_account": MINIFIED})
    await admin.put(at(account, "/secrets/service_account/file"), content=FILE)
    assert google.checked_in
    assert threading.main_thread().name not in google.checked_in


# -- webhooks and health -------------------------------------------------------------------------


async def test_a_provider_is_told_where_to_call_us(admin: httpx2.AsyncClient, line: FakeLine) -> None:
    account = await connect(admin, "line", privacy_acknowledged_version="1")
    before = await checks(admin, account, "POST")
    assert not before["registered_webhook"]["ok"]
    answer = await admin.post(at(account, "/webhook"))
    assert answer.json() == {"url": f"{PUBLIC_URL}/webhooks/line/{account['account_id']}"}
    assert line.registered == answer.json()["url"]
    after = await checks(admin, account, "POST")
    assert after["registered_webhook"] == {
        "name": "registered_webhook",
        "ok": True,
        "message": "200 in 12 ms",
        "what_to_do": None,
    }
    assert "templates" not in after


async def test_a_provider_that_cannot_be_told_is_told_by_hand(admin: httpx2.AsyncClient) -> None:
    account = await connect(admin, "google_business_messages")
    answer = await admin.post(at(account, "/webhook"))
    assert (answer.status_code, "callback_urls" in answer.json()["detail"]) == (409, True)


async def test_health_tells_the_quota_and_whether_the_secrets_are_good(
    admin: httpx2.AsyncClient, line: FakeLine
) -> None:
    account = await connect(admin, "line")
    found = (await admin.get(at(account, "/health"))).json()
    assert found["quota"] == {"used": 480, "limit": 500, "period": "month"}
    assert found["credentials"] == "complete"
    line.fault = AccountRejected("The token was revoked.")
    found = (await admin.get(at(account, "/health"))).json()
    assert (found["quota"], found["credentials"]) == (None, "refused")


async def test_a_provider_that_is_only_asked_for_a_token_is_asked(
    admin: httpx2.AsyncClient, google: FakeBusinessMessages
) -> None:
    account = await connect(admin, "google_business_messages", secrets={"service_account": MINIFIED})
    assert (await checks(admin, account, "POST"))["provider"]["ok"]
    found = (await admin.get(at(account, "/health"))).json()
    assert (found["credentials"], found["quota"]) == ("complete", None)
    assert found["token_valid_until"] == "2026-11-20T12:00:00Z"

    google.fault = AccountRejected("The key was deleted.")
    assert (await checks(admin, account, "POST"))["provider"]["message"] == "The key was deleted."
    found = (await admin.get(at(account, "/health"))).json()
    assert (found["credentials"], found["token_valid_until"]) == ("refused", None)
