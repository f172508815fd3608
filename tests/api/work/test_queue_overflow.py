"""Queues over the config API: their hours, what is too much for them, and default ones."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

MATCH_1 = {"If-Match": '"1"'}
MATCH_2 = {"If-Match": '"2"'}


async def made(client: httpx2.AsyncClient, path: str, **draft: Any) -> dict[str, Any]:
    answer = await client.post(f"/config/v1/{path}", json=draft)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
async def late(admin: httpx2.AsyncClient) -> str:
    return str((await made(admin, "queues", name="Late"))["queue_id"])


async def test_hours_and_overflow_are_kept_and_hours_can_be_taken_away(
    admin: httpx2.AsyncClient, late: str
) -> None:
    hours = await made(admin, "operating-hours", name="Office", time_zone="Asia/Seoul")
    overflow = {
        "out_of_hours": {"action": "end", "queue_id": None},
        "item_limit": {"action": "transfer", "queue_id": late, "limit": 20},
        "waiting_time": {"action": "end", "queue_id": None, "after": "PT10M"},
    }
    draft = {"operating_hours_id": hours["operating_hours_id"], "overflow": overflow}

    queue = await made(admin, "queues", name="Billing", **draft)
    assert {name: queue[name] for name in draft} == draft

    path = f"/config/v1/queues/{queue['queue_id']}"
    hours_path = f"/config/v1/operating-hours/{hours['operating_hours_id']}"
    refusal = await admin.delete(hours_path, headers=MATCH_1)
    assert (refusal.status_code, refusal.json()["details"]["in_use"]) == (409, {"queues": 1})
    renamed = await admin.patch(path, json={"name": "Money"}, headers=MATCH_1)
    assert renamed.json()["operating_hours_id"] == hours["operating_hours_id"]
    always = await admin.patch(path, json={"operating_hours_id": None}, headers=MATCH_2)
    assert always.json()["operating_hours_id"] is None
    assert (await admin.delete(hours_path, headers=MATCH_1)).status_code == 204


async def test_a_queue_overflows_into_another_one_that_exists(
    admin: httpx2.AsyncClient, late: str
) -> None:
    def into(queue_id: str) -> dict[str, Any]:
        return {"overflow": {"out_of_hours": {"action": "transfer", "queue_id": queue_id}}}

    itself = await admin.patch(f"/config/v1/queues/{late}", json=into(late), headers=MATCH_1)
    unknown = "019b1e8e-5c1a-7c3e-9a55-9d1f4c1b7c11"
    nowhere = await admin.post("/config/v1/queues", json={"name": "Billing", **into(unknown)})

    assert (itself.status_code, itself.json()["details"]["field"]) == (422, "overflow")
    assert (nowhere.status_code, nowhere.json()["details"]["field"]) == (422, "overflow")


async def test_what_no_measure_is_is_refused(admin: httpx2.AsyncClient) -> None:
    for overflow in ({"item_limit": {"limit": 5, "action": "assign_anyway"}}, {"typo": None}):
        answer = await admin.post("/config/v1/queues", json={"name": "Q", "overflow": overflow})
        assert answer.status_code == 422


async def test_nobody_is_named_a_member_of_a_default_queue(admin: httpx2.AsyncClient) -> None:
    queue = await made(admin, "queues", name="Everybody", is_default=True)
    [member] = queue["member_ids"][:1]
    path = f"/config/v1/queues/{queue['queue_id']}"

    refused = await admin.patch(path, json={"member_ids": [member]}, headers=MATCH_1)
    assert (refused.status_code, refused.json()["details"]["field"]) == (422, "member_ids")
    stays = await admin.delete(path, headers=MATCH_1)
    assert stays.status_code == 409
    chosen = await admin.patch(
        path, json={"is_default": False, "member_ids": [member]}, headers=MATCH_1
    )
    assert chosen.json()["member_ids"] == [member]


async def test_a_workstream_does_not_say_when_a_queue_overflows(
    admin: httpx2.AsyncClient, late: str
) -> None:
    draft = {
        "name": "W",
        "channel": "whatsapp",
        "fallback_queue_id": late,
        "timers": {"queue_overflow": {"after": "PT5M"}},
    }
    answer = await admin.post("/config/v1/workstreams", json=draft)
    assert answer.status_code == 422
    assert "overflow" in answer.text


async def test_a_dry_run_tells_what_becomes_of_it_when_the_queue_is_closed(
    admin: httpx2.AsyncClient, late: str
) -> None:
    week = [{"days": ["monday"], "opens": "09:00", "closes": "17:00"}]
    hours = await made(
        admin, "operating-hours", name="Mondays", time_zone="Europe/Bucharest", weekly=week
    )
    billing = await made(
        admin,
        "queues",
        name="Billing",
        operating_hours_id=hours["operating_hours_id"],
        overflow={"out_of_hours": {"action": "transfer", "queue_id": late}},
    )
    fallback = await made(admin, "queues", name="Support")
    workstream = await made(
        admin, "workstreams", name="W", channel="whatsapp", fallback_queue_id=fallback["queue_id"]
    )
    rule = {"name": "all", "outcome": {"queue_id": billing["queue_id"]}}
    await made(
        admin,
        "routing-rules",
        workstream_id=workstream["workstream_id"],
        kind="route_to_queue",
        rules=[rule],
    )

    # A Monday in winter, ten minutes before and after nine in Bucharest.
    told = []
    for minute in (50, 70):
        at = datetime(2026, 11, 23, 6, tzinfo=UTC).timestamp() + minute * 60
        question = {
            "workstream_id": workstream["workstream_id"],
            "at": datetime.fromtimestamp(at, UTC).isoformat(),
        }
        told.append((await admin.post("/config/v1/routing-rules/dry-run", json=question)).json())

    assert [each["queue_name"] for each in told] == ["Late", "Billing"]
    assert told[0]["overflowed"]["why"] == "The queue is closed now, so another queue takes it."
    assert told[1]["overflowed"] is None
