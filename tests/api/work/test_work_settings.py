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
