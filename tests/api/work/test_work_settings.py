"""How a workstream's work is given out."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

FIRST = {"If-Match": '"1"'}


@pytest.fixture
def where(workstream: dict[str, Any]) -> str:
    return f"/config/v1/workstreams/{workstream['workstream_id']}"


async def test_a_workstream_begins_with_what_most_want(workstream: dict[str, Any]) -> None:
    work = workstream["work"]

    assert (work["capacity_units"], work["allowed_presences"]) == (30, ["available", "busy"])
    assert (work["skill_matching"], work["offers"]["countdown"]) == ("exact", "PT2M")


async def test_work_is_replaced_as_a_whole(admin: httpx2.AsyncClient, where: str) -> None:
    work = {
        "capacity_units": 50,
        "rings": [{"after": "PT1M", "levels_off": 2}, {"after": "PT5M"}],
        "offers": {"countdown": "PT30S", "may_decline": False, "fields": ["topic"]},
    }

    changed = (await admin.patch(where, json={"work": work}, headers=FIRST)).json()["work"]
    reset = (await admin.patch(where, json={"work": {}}, headers={"If-Match": '"2"'})).json()["work"]

    assert changed["rings"] == [
        {"after": "PT1M", "levels_off": 2},
        {"after": "PT5M", "levels_off": None},
    ]
    assert (changed["capacity_units"], changed["offers"]["countdown"]) == (50, "PT30S")
    assert (reset["capacity_units"], reset["rings"]) == (30, [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity_units": -1},
        {"allowed_presences": []},
        {"allowed_presences": ["available", "inactive"]},
        {"rings": [{"after": "PT5M"}, {"after": "PT1M"}]},
        {"rings": [{"after": "PT0S"}]},
        {"offers": {"countdown": "PT1S"}},
        {"offers": {"fields": ["a", "b", "c", "d", "e"]}},
        {"offers": {"fields": ["a", "a"]}},
        {"offers": {"tea": True}},
        {"returning": {"last_agent_within": "PT0S"}},
        {"returning": {"offers": {"tea": True}}},
        {"tea": True},
    ],
)
async def test_work_that_cannot_be_meant_is_refused(
    admin: httpx2.AsyncClient, where: str, wrong: dict[str, Any]
) -> None:
    assert (await admin.patch(where, json={"work": wrong}, headers=FIRST)).status_code == 422


async def test_a_profile_that_does_not_exist_is_refused(admin: httpx2.AsyncClient, where: str) -> None:
    work = {"capacity_profile_ids": [str(uuid4())]}

    answer = await admin.patch(where, json={"work": work}, headers=FIRST)

    assert (answer.status_code, answer.json()["details"]["field"]) == (422, "work")


async def test_customers_who_come_back_can_be_offered_differently(
    admin: httpx2.AsyncClient, where: str
) -> None:
    returning = {"last_agent_within": "P7D", "offers": {"auto_assign": True}}

    answer = await admin.patch(where, json={"work": {"returning": returning}}, headers=FIRST)

    work = answer.json()["work"]
    assert work["returning"]["last_agent_within"] == "P7D"
    assert work["returning"]["offers"]["auto_assign"] is True
    assert work["offers"]["auto_assign"] is False


@pytest.mark.parametrize(
    ("block", "status"),
    [(None, 200), ("PT0S", 200), ("PT30S", 200), ("PT1H", 200), ("PT29S", 422), ("PT1H1S", 422)],
)
async def test_wrap_up_blocks_capacity_always_never_or_for_a_while(
    admin: httpx2.AsyncClient, where: str, block: str | None, status: int
) -> None:
    timers = {"wrap_up_capacity": block}

    answer = await admin.patch(where, json={"timers": timers}, headers=FIRST)

    assert answer.status_code == status


async def test_a_copy_has_everything_but_the_endpoints(
    admin: httpx2.AsyncClient, where: str, workstream: dict[str, Any]
) -> None:
    await admin.patch(where, json={"work": {"capacity_units": 7}}, headers=FIRST)
    rules = [{"name": "R", "outcome": {"attributes": {"topic": "refund"}}}]
    owner = {"workstream_id": workstream["workstream_id"]}
    draft = owner | {"kind": "classification", "rules": rules}
    ruleset = (await admin.post("/config/v1/routing-rules", json=draft)).json()

    answer = await admin.post(f"{where}/copy", json={})

    copied = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (copied["name"], copied["work"]["capacity_units"]) == ("Copy of WhatsApp", 7)
    assert copied["workstream_id"] != workstream["workstream_id"]
    of_copy = {"workstream_id": copied["workstream_id"]}
    [its_rules] = (await admin.get("/config/v1/routing-rules", params=of_copy)).json()["items"]
    assert its_rules["rules"] == ruleset["rules"]
    assert (await admin.get(answer.headers["location"])).json() == copied


async def test_a_second_copy_needs_a_name(admin: httpx2.AsyncClient, where: str) -> None:
    await admin.post(f"{where}/copy", json={})

    again = await admin.post(f"{where}/copy", json={})
    named = await admin.post(f"{where}/copy", json={"name": "Nights"})

    assert (again.status_code, again.json()["details"]["field"]) == (409, "name")
    assert (named.status_code, named.json()["name"]) == (201, "Nights")


async def test_inv12_a_workstream_that_has_endpoints_says_so(
    admin: httpx2.AsyncClient, where: str, account: dict[str, Any], workstream: dict[str, Any]
) -> None:
    number = {"name": "N", "address": "+14155238886", "workstream_id": workstream["workstream_id"]}
    accounts = f"/config/v1/accounts/{account['account_id']}"
    made = await admin.post(f"{accounts}/endpoints", json=number)
    assert made.status_code == 201, made.text

    answer = await admin.delete(where, headers=FIRST)

    assert (answer.status_code, answer.json()["details"]["in_use"]) == (409, {"endpoints": 1})


async def test_a_number_that_is_none_is_not_known_to_rules(
    admin: httpx2.AsyncClient, where: str, workstream: dict[str, Any]
) -> None:
    declared = [{"name": "total", "kind": "number"}, {"name": "plan", "kind": "text"}]
    await admin.patch(where, json={"context_variables": declared}, headers=FIRST)
    known = {"field": "details.total", "operator": "is_known"}
    large = {"field": "details.total", "operator": "greater_than", "value": "100"}
    rules = [
        {"name": "large", "condition": {"all": [known, large]}, "outcome": {"priority": 1}},
    ]
    owner = {"workstream_id": workstream["workstream_id"]}
    await admin.post(
        "/config/v1/routing-rules", json=owner | {"kind": "classification", "rules": rules}
    )

    async def priority(total: str) -> int:
        question = owner | {"message": {"details": {"total": total, "plan": "gold"}}}
        answer = await admin.post("/config/v1/routing-rules/dry-run", json=question)
        return int(answer.json()["priority"])

    assert [await priority(total) for total in ("101", "99", "many", "nan")] == [1, 100, 100, 100]


@pytest.mark.parametrize(
    "wrong",
    [
        [{"name": "a"}, {"name": "a", "kind": "number"}],
        [{"name": "with space"}],
        [{"name": "a", "kind": "date"}],
        [{"name": f"v{number}"} for number in range(101)],
    ],
)
async def test_context_variables_that_cannot_be_meant_are_refused(
    admin: httpx2.AsyncClient, where: str, wrong: list[dict[str, str]]
) -> None:
    answer = await admin.patch(where, json={"context_variables": wrong}, headers=FIRST)

    assert answer.status_code == 422
