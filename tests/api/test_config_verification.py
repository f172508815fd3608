"""What an admin is told is left to do."""

from typing import Any

import httpx2

from application.services import Services
from storage.accounts import Accounts
from tests.api.whatsapp_account import (
    ACCOUNTS,
    FakeWhatsApp,
    a_listed_template,
    add_number,
    checks,
    sync,
)


async def test_verification_says_what_is_left_to_do(
    admin: httpx2.AsyncClient, account: dict[str, Any]
) -> None:
    found = await checks(admin, account)

    left = {name for name, check in found.items() if not check["ok"]}
    assert left == {"numbers", "workstream", "templates", "webhook"}
    assert all(found[name]["what_to_do"] for name in left)


async def test_verification_is_content_when_everything_is_there(
    admin: httpx2.AsyncClient,
    account: dict[str, Any],
    whatsapp: FakeWhatsApp,
    services: Services,
    accounts: Accounts,
) -> None:
    agent = {"name": "Ann", "email": "ann@example.com"}
    agent_id = (await admin.post("/config/v1/agents", json=agent)).json()["agent_id"]
    queue = {"name": "Support", "member_ids": [agent_id]}
    queue_id = (await admin.post("/config/v1/queues", json=queue)).json()["queue_id"]
    draft = {"name": "WhatsApp", "channel": "whatsapp", "fallback_queue_id": queue_id}
    workstream = (await admin.post("/config/v1/workstreams", json=draft)).json()
    await add_number(admin, account, workstream)
    whatsapp.listed = [a_listed_template("hello")]
    await sync(admin, account)
    await accounts.touch_webhook(account["account_id"])

    assert all(check["ok"] for check in (await checks(admin, account, "POST")).values())


async def test_live_verification_tells_what_the_provider_said(
    admin: httpx2.AsyncClient, account: dict[str, Any]
) -> None:
    await admin.put(
        f"{ACCOUNTS}/{account['account_id']}/secrets/auth_token", json={"value": "mistyped"}
    )

    found = await checks(admin, account, "POST")

    assert found["provider"]["message"] == "The provider does not accept this token."


async def test_the_last_error_of_the_provider_is_shown(
    admin: httpx2.AsyncClient, account: dict[str, Any], accounts: Accounts
) -> None:
    await accounts.report_error(account["account_id"], "Authentication Error (20003)")

    found = await checks(admin, account)

    assert "20003" in found["last_error"]["message"]
