"""/config/v1/routing-rules, and what agents see of them."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.configuration import Agent, Scope
from tests.api.conftest import Http
from tests.rulebook import asks

PATH = "/config/v1/routing-rules"
BUCHAREST = {"time_zone": "Europe/Bucharest"}


async def a_queue(admin: httpx2.AsyncClient, name: str) -> str:
    return str((await admin.post("/config/v1/queues", json={"name": name})).json()["queue_id"])


def to_queue(queue_id: str, condition: Any = None, name: str = "it") -> dict[str, Any]:
    return {"name": name, "condition": condition, "outcome": {"queue_id": queue_id}}


def routes(workstream: dict[str, Any], *rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "workstream_id": workstream["workstream_id"],
        "kind": "route_to_queue",
        "rules": list(rules),
    }


async def test_rules_are_written_down_changed_and_removed(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    billing = await a_queue(admin, "Billing")
    created = await admin.post(PATH, json=routes(workstream))
    where = created.headers["location"]
    condition = {
        "all": [asks("message.text", "contains", "refund"), {"any": [asks("language", "is", "en")]}]
    }

    changed = await admin.patch(
        where, json={"rules": [to_queue(billing, condition)]}, headers={"If-Match": '"1"'}
    )

    [rule] = changed.json()["rules"]
    assert rule["condition"]["all"][1]["any"][0]["value"] == ["en"]
    assert rule["outcome"]["queue_id"] == billing
    assert (await admin.get(where)).json() == changed.json()
    assert (await admin.get(PATH)).json()["items"] == [changed.json()]
    mine = {"workstream_id": workstream["workstream_id"]}
    assert (await admin.get(PATH, params=mine)).json()["items"] == [changed.json()]
    assert (await admin.get(PATH, params={"workstream_id": str(uuid4())})).json()["items"] == []
    stale = await admin.patch(where, json={"rules": []}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 204
    assert (await admin.get(where)).status_code == 404
    log = (await admin.get("/config/v1/audit-log")).json()["items"]
    assert [each["action"] for each in log if each["subject"] == "routing_rules"] == [
        "deleted",
        "updated",
        "created",
    ]


async def test_a_workstream_has_one_set_of_each_kind(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    draft = routes(workstream)
    await admin.post(PATH, json=draft)

    again = await admin.post(PATH, json=draft)
    other = await admin.post(PATH, json=draft | {"kind": "classification"})

    assert (again.status_code, other.status_code) == (409, 201)
    assert "Change that one" in again.text


@pytest.mark.parametrize(
    ("rule", "advice"),
    [
        (to_queue(str(uuid4())), "but there is none"),
        (
            {
                "name": "it",
                "condition": asks("time.operating_hours", "is_open", str(uuid4())),
                "outcome": {"queue_id": str(uuid4())},
            },
            "names operating hours",
        ),
        ({"name": "it", "outcome": {"priority": 1}}, "names no queue"),
        (to_queue(str(uuid4()), asks("customer.age", "is", "7")), "there is no field"),
        (to_queue(str(uuid4()), asks("channel", "contains", "line")), "cannot be compared by"),
        (
            to_queue(str(uuid4()), {"all": [{"any": [{"all": [asks("channel", "is", "line")]}]}]}),
            "two levels deep",
        ),
        (
            {"name": "it", "outcome": {"split": [{"queue_id": str(uuid4()), "percent": 99}]}},
            "these sum to 99",
        ),
        ({"name": "it", "outcome": {"queue_id": str(uuid4())}, "if": True}, "Extra inputs"),
    ],
)
async def test_rules_that_cannot_be_meant_are_refused_with_advice(
    admin: httpx2.AsyncClient, workstream: dict[str, Any], rule: dict[str, Any], advice: str
) -> None:
    answer = await admin.post(PATH, json=routes(workstream, rule))

    assert answer.status_code == 422
    assert advice in answer.text


async def test_a_workstream_that_does_not_exist_is_refused(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post(PATH, json=routes({"workstream_id": str(uuid4())}))

    assert answer.status_code == 422
    assert "workstream_id" in answer.text


async def test_what_rules_name_is_not_removed(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    billing = await a_queue(admin, "Billing")
    sales = await a_queue(admin, "Sales")
    draft = {"name": "Office", "time_zone": "Asia/Seoul"}
    hours = (await admin.post("/config/v1/operating-hours", json=draft)).json()["operating_hours_id"]
    split = [{"queue_id": billing, "percent": 30}, {"queue_id": sales, "percent": 70}]
    rule = {
        "name": "half",
        "condition": asks("time.operating_hours", "is_open", hours),
        "outcome": {"split": split},
    }
    rules = (await admin.post(PATH, json=routes(workstream, rule))).headers["location"]
    needed = [f"/config/v1/queues/{sales}", f"/config/v1/operating-hours/{hours}"]
    version = {"If-Match": '"1"'}

    refused = [await admin.delete(each, headers=version) for each in needed]
    await admin.delete(rules, headers=version)
    removed = [await admin.delete(each, headers=version) for each in needed]

    assert [each.status_code for each in refused] == [409, 409]
    assert all("1 sets of routing rules" in each.text for each in refused)
    assert [each.status_code for each in removed] == [204, 204]


async def test_rules_go_with_their_workstream(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    where = (await admin.post(PATH, json=routes(workstream))).headers["location"]
    own = f"/config/v1/workstreams/{workstream['workstream_id']}"

    assert (await admin.delete(own, headers={"If-Match": '"1"'})).status_code == 204
    assert (await admin.get(where)).status_code == 404


async def test_a_dry_run_says_what_would_happen_and_why(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    billing = await a_queue(admin, "Billing")
    topic = {
        "name": "refund",
        "condition": asks("message.text", "has_word", "refund"),
        "outcome": {"attributes": {"topic": "refund"}, "priority": 10},
    }
    await admin.post(PATH, json=routes(workstream, topic) | {"kind": "classification"})
    weekend = asks("time.weekday", "is", "saturday", "sunday", **BUCHAREST)
    rules = [
        to_queue(workstream["fallback_queue_id"], weekend, "weekend"),
        to_queue(billing, asks("attributes.topic", "is", "refund"), "refunds"),
    ]
    await admin.post(PATH, json=routes(workstream, *rules))
    question = {
        "workstream_id": workstream["workstream_id"],
        "message": {"text": "A refund, please", "phone": "+40721000111"},
    }

    friday = await admin.post(f"{PATH}/dry-run", json=question | {"at": "2026-11-20T12:00:00Z"})
    saturday = await admin.post(f"{PATH}/dry-run", json=question | {"at": "2026-11-20T22:30:00Z"})

    told = friday.json()
    assert (told["queue_id"], told["queue_name"], told["by"]) == (billing, "Billing", "rule")
    assert (told["priority"], told["attributes"]) == (10, {"topic": "refund"})
    assert [(each["rule"], each["result"]) for each in told["considered"]] == [
        ("refund", "matched"),
        ("weekend", "not_matched"),
        ("refunds", "matched"),
    ]
    assert "please" not in friday.text
    assert saturday.json()["queue_name"] == "Support"
    assert saturday.json()["why"] == "“weekend” matched."


async def test_a_dry_run_of_a_split_is_the_same_for_the_same_conversation(
    admin: httpx2.AsyncClient, workstream: dict[str, Any]
) -> None:
    split = [
        {"queue_id": await a_queue(admin, "Billing"), "percent": 50},
        {"queue_id": workstream["fallback_queue_id"], "percent": 50},
    ]
    await admin.post(PATH, json=routes(workstream, {"name": "half", "outcome": {"split": split}}))
    question = {"workstream_id": workstream["workstream_id"]}

    first = (await admin.post(f"{PATH}/dry-run", json=question)).json()
    same = question | {"conversation_id": first["conversation_id"]}
    again = [(await admin.post(f"{PATH}/dry-run", json=same)).json() for _ in range(3)]

    assert {each["queue_id"] for each in again} == {first["queue_id"]}


async def test_a_dry_run_needs_a_workstream_and_changes_nothing(
    admin: httpx2.AsyncClient, workstream: dict[str, Any], http: Http
) -> None:
    unknown = await admin.post(f"{PATH}/dry-run", json={"workstream_id": str(uuid4())})
    question = {"workstream_id": workstream["workstream_id"]}
    allowed = await admin.post(f"{PATH}/dry-run", json=question)
    reader = await http.keyed(Scope.CONFIG_READ)
    refused = await reader.post(f"{PATH}/dry-run", json=question)

    assert (unknown.status_code, allowed.status_code, refused.status_code) == (422, 200, 403)
    assert allowed.json()["by"] == "fallback"
    assert (await admin.get(PATH)).json()["items"] == []


async def test_why_a_conversation_is_where_it_is_is_told_to_those_who_see_it(
    http: Http, ann: Agent
) -> None:
    stranger = await http.keyed(Scope.AGENT, agent=ann)

    answer = await stranger.get(f"/agent/v1/conversations/{uuid4()}/routing")

    assert answer.status_code == 404
