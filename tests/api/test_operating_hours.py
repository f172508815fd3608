"""/config/v1/operating-hours."""

from typing import Any

import httpx2
import pytest

PATH = "/config/v1/operating-hours"
OFFICE = {"days": ["monday", "friday"], "opens": "09:00", "closes": "17:00"}
DRAFT = {"name": "Office", "time_zone": "Asia/Seoul", "weekly": [OFFICE]}


async def test_hours_are_written_down_changed_and_removed(admin: httpx2.AsyncClient) -> None:
    created = await admin.post(PATH, json=DRAFT)
    where = created.headers["location"]
    holiday = {"day": "2026-12-25", "name": "Christmas"}

    changed = await admin.patch(where, json={"holidays": [holiday]}, headers={"If-Match": '"1"'})

    assert changed.json()["holidays"] == [holiday | {"periods": []}]
    assert changed.json()["weekly"] == [
        {"days": ["monday", "friday"], "opens": "09:00:00", "closes": "17:00:00"}
    ]
    assert (await admin.get(where)).json() == changed.json()
    assert (await admin.get(PATH)).json()["items"] == [changed.json()]
    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 204
    assert (await admin.get(where)).status_code == 404


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-20T00:00:00Z", {"is_open": True, "until": "2026-11-20T08:00:00Z"}),
        ("2026-11-20T17:00:00+09:00", {"is_open": False, "until": "2026-11-23T00:00:00Z"}),
    ],
)
async def test_an_admin_can_ask_what_hours_mean(
    admin: httpx2.AsyncClient, at: str, expected: dict[str, Any]
) -> None:
    where = (await admin.post(PATH, json=DRAFT)).headers["location"]

    assert (await admin.get(f"{where}/opening", params={"at": at})).json() == expected


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"time_zone": "Seoul"}, "time_zone"),
        ({"weekly": [OFFICE | {"days": ["someday"]}]}, "weekly"),
        ({"weekly": [OFFICE | {"opens": "25:00"}]}, "weekly"),
        (
            {"holidays": [{"day": "2026-12-25", "name": "A"}, {"day": "2026-12-25", "name": "B"}]},
            "holidays",
        ),
    ],
)
async def test_hours_that_cannot_be_meant_are_refused_with_their_field(
    admin: httpx2.AsyncClient, wrong: dict[str, Any], field: str
) -> None:
    answer = await admin.post(PATH, json=DRAFT | wrong)

    assert answer.status_code == 422
    assert field in answer.text
