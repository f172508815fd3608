"""Connecting a WhatsApp account, as an admin does it."""

from typing import Any

import httpx2
import pytest

from domain.configuration import Scope
from storage.accounts import Accounts
from storage.database import Database
from tests.api.conftest import PUBLIC_URL, Http, everything_in
from tests.api.whatsapp_account import (
    ACCOUNTS,
    TOKEN,
    add_number,
    an_account,
    checks,
)


async def test_an_account_shows_the_addresses_to_copy_to_the_provider(account: dict[str, Any]) -> None:
    base = f"{PUBLIC_URL}/webhooks/twilio/{account['account_id']}"

    assert account["callback_urls"] == {"messages": f"{base}/messages", "status": f"{base}/status"}


async def test_a_secret_is_shown_only_as_set_with_its_last_four_characters(
    admin: httpx2.AsyncClient, account: dict[str, Any]
) -> None:
    shown = (await admin.get(f"{ACCOUNTS}/{account['account_id']}")).json()["secrets"]["auth_token"]

    assert (shown["set"], shown["last_four"], shown["count"]) == (True, TOKEN[-4:], 1)
    assert shown["set_at"] is not None


async def test_inv9_a_secret_is_in_no_answer_no_row_and_no_audit_entry(
    admin: httpx2.AsyncClient, account: dict[str, Any], database: Database
) -> None:
    path = f"{ACCOUNTS}/{account['account_id']}"
    for address in (path, ACCOUNTS, f"{path}/verification", "/config/v1/audit-log"):
        answer = await admin.get(address)
        assert answer.status_code == 200
        assert TOKEN not in answer.text

    assert TOKEN not in await everything_in(database)


async def test_the_adapter_gets_the_secret_as_it_was_typed(
    account: dict[str, Any], accounts: Accounts
) -> None:
    credentials = await accounts.credentials(account["account_id"])

    assert credentials.secret("auth_token") == TOKEN
    assert TOKEN not in repr(credentials)


async def test_rotation_keeps_the_previous_secret_valid_when_asked_to(
    admin: httpx2.AsyncClient, account: dict[str, Any], accounts: Accounts
) -> None:
    path = f"{ACCOUNTS}/{account['account_id']}/secrets/auth_token"

    answer = await admin.put(path, json={"value": "the-next-token-1234", "keep_previous": True})

    assert answer.json()["secrets"]["auth_token"]["count"] == 2
    credentials = await accounts.credentials(account["account_id"])
    assert credentials.secrets["auth_token"] == ("the-next-token-1234", TOKEN)


async def test_without_keep_previous_the_old_secret_is_gone(
    admin: httpx2.AsyncClient, account: dict[str, Any], accounts: Accounts
) -> None:
    path = f"{ACCOUNTS}/{account['account_id']}/secrets/auth_token"

    await admin.put(path, json={"value": "the-next-token-1234"})

    credentials = await accounts.credentials(account["account_id"])
    assert credentials.secrets["auth_token"] == ("the-next-token-1234",)


async def test_a_cleared_secret_is_told_as_missing(
    admin: httpx2.AsyncClient, account: dict[str, Any]
) -> None:
    path = f"{ACCOUNTS}/{account['account_id']}"

    assert (await admin.delete(f"{path}/secrets/auth_token")).status_code == 204

    assert (await admin.get(path)).json()["secrets"] == {}
    assert "auth_token" in (await checks(admin, account))["settings"]["what_to_do"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"settings": {"account_sid": "nonsense"}},
        {"secrets": {}},
        {"channel": "line"},
        {"channel": "pigeon"},
        {"name": "\x00"},
        {"surprise": 1},
    ],
)
async def test_an_account_that_cannot_work_is_refused_with_what_to_do(
    admin: httpx2.AsyncClient, wrong: dict[str, Any]
) -> None:
    answer = await admin.post(ACCOUNTS, json=an_account(**wrong))

    assert answer.status_code == 422
    assert TOKEN not in answer.text


async def test_an_account_with_endpoints_is_not_deleted(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    await add_number(admin, account, workstream)
    path = f"{ACCOUNTS}/{account['account_id']}"

    answer = await admin.delete(path, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json()["code"]) == (409, "still_in_use")
    assert (await admin.get(path)).status_code == 200


async def test_a_deleted_account_is_gone(admin: httpx2.AsyncClient, account: dict[str, Any]) -> None:
    path = f"{ACCOUNTS}/{account['account_id']}"

    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204

    assert (await admin.get(path)).status_code == 404


async def test_config_write_alone_cannot_set_secrets(http: Http, account: dict[str, Any]) -> None:
    client = await http.keyed(Scope.CONFIG_READ, Scope.CONFIG_WRITE)
    path = f"{ACCOUNTS}/{account['account_id']}/secrets/auth_token"

    assert (await client.put(path, json={"value": "other"})).status_code == 403
    assert (await client.delete(path)).status_code == 403
    assert (await client.post(ACCOUNTS, json=an_account(name="Other"))).status_code == 403
