"""Queues, workstreams, agents, keys, the organisation and the audit log."""

from typing import Any

import httpx2
import pytest

from domain.configuration import Agent, Scope
from storage.database import Database
from tests.api.conftest import PASSWORD, Http


async def made(client: httpx2.AsyncClient, path: str, draft: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"/config/v1/{path}", json=draft)
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    return dict(answer.json())


@pytest.fixture
async def queue(admin: httpx2.AsyncClient) -> dict[str, Any]:
    return await made(admin, "queues", {"name": "Support"})


async def test_what_was_created_is_found_where_the_answer_says(admin: httpx2.AsyncClient) -> None:
    answer = await admin.post("/config/v1/queues", json={"name": "Sales", "priority": 5})

    found = await admin.get(answer.headers["location"])

    assert found.json() == answer.json()
    assert (found.json()["name"], found.json()["priority"]) == ("Sales", 5)


async def test_a_change_leaves_alone_what_it_does_not_name(
    admin: httpx2.AsyncClient, queue: dict[str, Any]
) -> None:
    path = f"/config/v1/queues/{queue['queue_id']}"

    answer = await admin.patch(path, json={"priority": 1}, headers={"If-Match": '"1"'})

    assert (answer.json()["name"], answer.json()["priority"]) == ("Support", 1)
    assert answer.headers["etag"] == '"2"'


async def test_two_queues_of_one_name_are_refused(
    admin: httpx2.AsyncClient, queue: dict[str, Any]
) -> None:
    answer = await admin.post("/config/v1/queues", json={"name": "support"})

    assert (answer.status_code, answer.json()["details"]["field"]) == (409, "name")


async def test_inv12_a_queue_that_a_workstream_needs_is_not_deleted(
    admin: httpx2.AsyncClient, queue: dict[str, Any]
) -> None:
    draft = {"name": "W", "channel": "whatsapp", "fallback_queue_id": queue["queue_id"]}
    await made(admin, "workstreams", draft)

    answer = await admin.delete(f"/config/v1/queues/{queue['queue_id']}", headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json()["code"]) == (409, "still_in_use")


async def test_a_workstream_gets_the_defaults_of_its_channel(
    admin: httpx2.AsyncClient, queue: dict[str, Any]
) -> None:
    draft = {"fallback_queue_id": queue["queue_id"]}

    slow = await made(admin, "workstreams", draft | {"name": "W", "channel": "whatsapp"})
    live = await made(admin, "workstreams", draft | {"name": "C", "channel": "live_chat"})

    assert slow["timers"]["wrap_up_close"] == "P1D"
    assert live["timers"]["wrap_up_close"] == "PT15M"


@pytest.mark.parametrize(
    "timers",
    [
        {"open_auto_close": "-PT1S"},
        {"open_auto_close": "P400D"},
        {"tea_break": "PT5M"},
        {"same_agent": 7},
    ],
)
async def test_timers_stay_within_reason(
    admin: httpx2.AsyncClient, queue: dict[str, Any], timers: dict[str, Any]
) -> None:
    draft = {"name": "W", "channel": "whatsapp", "fallback_queue_id": queue["queue_id"]}

    answer = await admin.post("/config/v1/workstreams", json=draft | {"timers": timers})

    assert answer.status_code == 422


async def test_a_timer_may_be_switched_off(admin: httpx2.AsyncClient, queue: dict[str, Any]) -> None:
    draft = {"name": "W", "channel": "whatsapp", "fallback_queue_id": queue["queue_id"]}

    workstream = await made(admin, "workstreams", draft | {"timers": {"window_reminder": None}})

    assert workstream["timers"]["window_reminder"] is None


async def test_members_of_a_queue_must_exist(admin: httpx2.AsyncClient, queue: dict[str, Any]) -> None:
    answer = await admin.post(
        "/config/v1/queues", json={"name": "Q", "member_ids": [queue["queue_id"]]}
    )

    assert answer.status_code == 422


# -- people --------------------------------------------------------------------------------------


async def test_a_person_can_sign_in_with_the_password_an_admin_set(
    admin: httpx2.AsyncClient, http: Http
) -> None:
    draft = {"name": "Eve", "email": "Eve@Example.com", "password": PASSWORD}
    agent = await made(admin, "agents", draft)

    caller = await http.configuration.agents.get(agent["agent_id"])

    assert (caller.email, agent["email"]) == ("eve@example.com", "eve@example.com")
    assert "password" not in agent


async def test_a_short_password_is_refused(admin: httpx2.AsyncClient, ann: Agent) -> None:
    path = f"/config/v1/agents/{ann.agent_id}/password"

    assert (await admin.put(path, json={"password": "short"})).status_code == 422
    assert (await admin.put(path, json={"password": PASSWORD + "!"})).status_code == 204


@pytest.mark.parametrize("change", [{"roles": ["agent"]}, {"enabled": False}])
async def test_the_last_admin_stays(
    admin: httpx2.AsyncClient, boss: Agent, change: dict[str, Any]
) -> None:
    path = f"/config/v1/agents/{boss.agent_id}"

    changed = await admin.patch(path, json=change, headers={"If-Match": '"1"'})
    deleted = await admin.delete(path, headers={"If-Match": '"1"'})

    assert (changed.status_code, deleted.status_code) == (409, 409)
    assert (await admin.get(path)).json()["version"] == 1


async def test_config_write_alone_decides_nothing_about_who_gets_in(http: Http, ann: Agent) -> None:
    client = await http.keyed(Scope.CONFIG_READ, Scope.CONFIG_WRITE)
    path = f"/config/v1/agents/{ann.agent_id}"
    headers = {"If-Match": '"1"'}

    refused = [
        await client.patch(path, json={"roles": ["admin"]}, headers=headers),
        await client.put(f"{path}/password", json={"password": PASSWORD}),
        await client.post("/config/v1/agents", json={"name": "E", "email": "e@x.y"}),
        await client.post("/config/v1/api-keys", json={"name": "k", "scopes": ["operator"]}),
    ]

    assert [answer.status_code for answer in refused] == [403, 403, 403, 403]


# -- keys ----------------------------------------------------------------------------------------


async def test_a_key_is_told_once(admin: httpx2.AsyncClient, http: Http) -> None:
    answer = await admin.post("/config/v1/api-keys", json={"name": "k", "scopes": ["config:read"]})

    key = answer.json()
    client = http.bearing(key["token"])
    assert (await client.get("/config/v1/queues")).status_code == 200
    assert key["token"] not in (await client.get("/config/v1/api-keys")).text


async def test_a_revoked_key_is_refused_and_still_listed(admin: httpx2.AsyncClient, http: Http) -> None:
    draft = {"name": "gone", "scopes": ["config:read"]}
    key = (await admin.post("/config/v1/api-keys", json=draft)).json()

    assert (await admin.delete(f"/config/v1/api-keys/{key['key_id']}")).status_code == 204

    assert (await http.bearing(key["token"]).get("/config/v1/queues")).status_code == 401
    listed = (await admin.get("/config/v1/api-keys")).json()["items"]
    assert next(each for each in listed if each["name"] == "gone")["revoked_at"] is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": ["agent"]},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00"},
        {"agent_id": "019b1e8e-0000-7000-8000-000000000000"},
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(
    admin: httpx2.AsyncClient, wrong: dict[str, Any]
) -> None:
    draft = {"name": "k", "scopes": ["config:read"]} | wrong

    assert (await admin.post("/config/v1/api-keys", json=draft)).status_code == 422


async def test_revoking_an_unknown_key_is_not_found(admin: httpx2.AsyncClient) -> None:
    path = "/config/v1/api-keys/019b1e8e-0000-7000-8000-000000000000"

    assert (await admin.delete(path)).status_code == 404


# -- organisation and audit ----------------------------------------------------------------------


async def test_the_organisation_can_be_renamed(admin: httpx2.AsyncClient) -> None:
    tag = (await admin.get("/config/v1/organization")).headers["etag"]

    answer = await admin.patch(
        "/config/v1/organization", json={"name": "Acme"}, headers={"If-Match": tag}
    )

    assert answer.json()["name"] == "Acme"


async def test_every_change_is_in_the_audit_log_with_who_and_what(
    admin: httpx2.AsyncClient, queue: dict[str, Any]
) -> None:
    path = f"/config/v1/queues/{queue['queue_id']}"
    await admin.patch(path, json={"name": "Help"}, headers={"If-Match": '"1"'})
    await admin.delete(path, headers={"If-Match": '"2"'})

    query = {"subject": "queue", "subject_id": queue["queue_id"]}
    entries = (await admin.get("/config/v1/audit-log", params=query)).json()["items"]

    assert [entry["action"] for entry in entries] == ["deleted", "updated", "created"]
    assert entries[1]["changes"] == {"name": {"from": "Support", "to": "Help"}}
    assert {entry["actor"] for entry in entries} == {"key test"}


async def test_a_change_that_is_refused_leaves_no_audit_entry(
    admin: httpx2.AsyncClient, queue: dict[str, Any]
) -> None:
    await admin.post("/config/v1/queues", json={"name": "Support"})

    entries = (await admin.get("/config/v1/audit-log", params={"subject": "queue"})).json()["items"]

    assert [entry["action"] for entry in entries] == ["created"]


async def test_a_change_whose_audit_entry_fails_does_not_happen(
    admin: httpx2.AsyncClient, queue: dict[str, Any], database: Database
) -> None:
    await database.execute("ALTER TABLE audit_entries ADD CONSTRAINT full_disk CHECK (false) NOT VALID")

    answer = await admin.post("/config/v1/queues", json={"name": "Unseen"})

    assert answer.status_code == 500
    names = [each["name"] for each in (await admin.get("/config/v1/queues")).json()["items"]]
    assert names == ["Support"]


async def test_what_happens_to_agents_who_miss_work_is_for_the_organisation_to_say(
    admin: httpx2.AsyncClient,
) -> None:
    path = "/config/v1/organization"
    before = await admin.get(path)
    assert before.json()["assignment"]["missed_makes_inactive"] is True
    change = {"decline_limit": 5, "time_zone": "Asia/Seoul", "agent_given_back_after": "PT10M"}
    headers = {"If-Match": before.headers["etag"]}
    answer = await admin.patch(path, json={"assignment": change}, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["assignment"] == before.json()["assignment"] | change
    for wrong in ({"decline_limit": 6}, {"time_zone": "Seoul"}, {"agent_given_back_after": "PT1S"}):
        headers = {"If-Match": answer.headers["etag"]}
        refused = await admin.patch(path, json={"assignment": wrong}, headers=headers)
        assert refused.status_code == 422
