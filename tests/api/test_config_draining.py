"""Draining an account or an endpoint, as an admin asks for it."""

from typing import Any

import httpx2

from tests.api.whatsapp_account import ACCOUNTS, add_number


async def test_an_endpoint_drains_until_that_is_cancelled(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    added = (await add_number(admin, account, workstream)).json()
    endpoint = f"{ACCOUNTS}/{account['account_id']}/endpoints/{added['endpoint_id']}"

    began = await admin.put(f"{endpoint}/draining")
    assert (began.status_code, began.json()["running_conversations"]) == (200, 0)
    since = began.json()["draining_since"]
    assert since is not None
    assert (await admin.get(endpoint)).json()["draining_since"] == since
    assert (await admin.get(f"{endpoint}/draining")).json() == began.json()

    kept = await admin.delete(f"{endpoint}/draining")
    assert kept.json() == {"draining_since": None, "running_conversations": 0}
    assert (await admin.get(endpoint)).json()["draining_since"] is None


async def test_a_draining_account_says_so_and_takes_no_more_endpoints(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    path = f"{ACCOUNTS}/{account['account_id']}"
    assert (await admin.put(f"{path}/draining")).status_code == 200
    codes = [notice["code"] for notice in (await admin.get(path)).json()["notices"]]
    assert "draining" in codes
    assert (await add_number(admin, account, workstream)).status_code == 409

    await admin.delete(f"{path}/draining")
    assert (await add_number(admin, account, workstream)).status_code == 201


async def test_an_endpoint_of_another_account_is_not_drained(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    added = (await add_number(admin, account, workstream)).json()
    elsewhere = f"{ACCOUNTS}/{workstream['workstream_id']}/endpoints/{added['endpoint_id']}"
    for ask in (admin.get, admin.put, admin.delete):
        assert (await ask(f"{elsewhere}/draining")).status_code == 404
