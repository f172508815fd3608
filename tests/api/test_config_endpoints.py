"""The numbers of an account."""

from typing import Any

import httpx2
import pytest

from tests.api.whatsapp_account import (
    ACCOUNTS,
    add_number,
    an_account,
)


async def test_a_number_is_kept_as_the_provider_writes_it(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    added = (await add_number(admin, account, workstream)).json()

    assert (added["address"], added["number"]) == ("whatsapp:+14155238886", "+14155238886")


@pytest.mark.parametrize(
    "number", ["14155238886", "+1", "+999999999999999", "call me", "", "+1415523888x6"]
)
async def test_a_number_must_be_e164_with_a_leading_plus(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any], number: str
) -> None:
    answer = await add_number(admin, account, workstream, number=number)

    assert answer.status_code == 422
    assert "+14155238886" in answer.json()["detail"]


async def test_a_number_belongs_to_one_account_only(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    await add_number(admin, account, workstream)
    other = (await admin.post(ACCOUNTS, json=an_account(name="Other"))).json()

    answer = await add_number(admin, other, workstream)

    assert (answer.status_code, answer.json()["details"]["field"]) == (409, "address")


async def test_a_number_is_found_only_under_its_account(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    added = (await add_number(admin, account, workstream)).json()
    other = (await admin.post(ACCOUNTS, json=an_account(name="Other"))).json()

    path = f"{ACCOUNTS}/{other['account_id']}/endpoints"

    assert (await admin.get(f"{path}/{added['endpoint_id']}")).status_code == 404
    assert (await admin.get(path)).json()["items"] == []


async def test_the_workstream_of_a_number_must_exist(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    nowhere = {"workstream_id": account["account_id"]}

    answer = await add_number(admin, account, nowhere)

    assert (answer.status_code, answer.json()["details"]["field"]) == (422, "workstream_id")


async def test_lists_come_in_pages_that_miss_and_repeat_nothing(
    admin: httpx2.AsyncClient, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    for last in range(5):
        await add_number(admin, account, workstream, number=f"+1415523888{last}")
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get(f"{ACCOUNTS}/{account['account_id']}/endpoints", params=query)).json()
        seen += [each["number"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert cursor is None
    assert seen == [f"+1415523888{last}" for last in range(5)]
