"""/config/v1/capacity-profiles, and how much agents can have."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.configuration import Agent

PATH = "/config/v1/capacity-profiles"
CHATS = {"name": "Chats", "work_limit": 3}
FIRST = {"If-Match": '"1"'}


@pytest.fixture
async def chats(admin: httpx2.AsyncClient) -> dict[str, Any]:
    return dict((await admin.post(PATH, json=CHATS)).json())


async def change(admin: httpx2.AsyncClient, agent: Agent, **changes: Any) -> httpx2.Response:
    where = f"/config/v1/agents/{agent.agent_id}"
    version = (await admin.get(where)).headers["etag"]
    return await admin.patch(where, json=changes, headers={"If-Match": version})


async def test_a_profile_is_made_changed_and_removed(admin: httpx2.AsyncClient) -> None:
    created = await admin.post(PATH, json=CHATS)
    where = created.headers["location"]

    changed = await admin.patch(where, json={"work_limit": 5}, headers=FIRST)

    assert created.json()["blocks_assignment"] is True
    assert (changed.json()["name"], changed.json()["work_limit"]) == ("Chats", 5)
    assert (await admin.get(PATH)).json()["items"] == [changed.json()]
    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 204
    assert (await admin.get(where)).status_code == 404


@pytest.mark.parametrize("wrong", [{"work_limit": 0}, {"work_limit": 101}, {"reset": "never"}])
async def test_a_profile_that_cannot_be_meant_is_refused(
    admin: httpx2.AsyncClient, wrong: dict[str, Any]
) -> None:
    assert (await admin.post(PATH, json=CHATS | wrong)).status_code == 422


async def test_when_a_profile_is_free_again_stays_as_it_is(
    admin: httpx2.AsyncClient, chats: dict[str, Any]
) -> None:
    where = f"{PATH}/{chats['profile_id']}"

    answer = await admin.patch(where, json={"reset": "end_of_day"}, headers=FIRST)

    assert answer.status_code == 422


async def test_an_agent_has_units_and_profiles(
    admin: httpx2.AsyncClient, chats: dict[str, Any], ann: Agent
) -> None:
    own = {"profile_id": chats["profile_id"], "work_limit": 2}

    changed = (await change(admin, ann, capacity_units=90, capacity_profiles=[own])).json()
    without = (await change(admin, ann, capacity_profiles=[{"profile_id": chats["profile_id"]}])).json()
    unlimited = (await change(admin, ann, capacity_units=None)).json()

    assert (changed["capacity_units"], changed["capacity_profiles"]) == (90, [own])
    assert without["capacity_profiles"] == [{"profile_id": chats["profile_id"], "work_limit": None}]
    assert (without["capacity_units"], unlimited["capacity_units"]) == (90, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"capacity_units": -1},
        {"capacity_units": 10_001},
        {"capacity_profiles": [{"profile_id": str(uuid4())}]},
        {"default_presence": "inactive"},
    ],
)
async def test_what_no_agent_can_have_is_refused(
    admin: httpx2.AsyncClient, ann: Agent, wrong: dict[str, Any]
) -> None:
    assert (await change(admin, ann, **wrong)).status_code == 422


async def test_a_person_can_be_let_in_with_everything_they_can_do(
    admin: httpx2.AsyncClient, chats: dict[str, Any]
) -> None:
    skill = (await admin.post("/config/v1/skills", json={"name": "Billing"})).json()
    able = {
        "capacity_units": 60,
        "capacity_profiles": [{"profile_id": chats["profile_id"], "work_limit": None}],
        "skills": [{"skill_id": skill["skill_id"], "level": 7}],
        "default_presence": "away",
    }

    answer = await admin.post(
        "/config/v1/agents", json={"name": "Eve", "email": "eve@example.com"} | able
    )

    assert answer.status_code == 201, answer.text
    found = (await admin.get(answer.headers["location"])).json()
    assert {name: found[name] for name in able} == able


async def test_inv12_a_profile_that_an_agent_or_a_workstream_has_is_not_removed(
    admin: httpx2.AsyncClient, chats: dict[str, Any], workstream: dict[str, Any], ann: Agent
) -> None:
    where = f"{PATH}/{chats['profile_id']}"
    stream = f"/config/v1/workstreams/{workstream['workstream_id']}"
    work = {"capacity_profile_ids": [chats["profile_id"]]}
    await change(admin, ann, capacity_profiles=[{"profile_id": chats["profile_id"]}])
    await admin.patch(stream, json={"work": work}, headers=FIRST)

    refused = await admin.delete(where, headers=FIRST)
    await change(admin, ann, capacity_profiles=[])
    again = await admin.delete(where, headers=FIRST)
    await admin.patch(stream, json={"work": {}}, headers={"If-Match": '"2"'})

    assert refused.json()["details"]["in_use"] == {"agents": 1, "workstreams": 1}
    assert again.json()["details"]["in_use"] == {"workstreams": 1}
    assert (await admin.delete(where, headers=FIRST)).status_code == 204


async def test_an_agent_who_is_removed_takes_their_skills_and_profiles_along(
    admin: httpx2.AsyncClient, chats: dict[str, Any], ann: Agent
) -> None:
    await change(admin, ann, capacity_profiles=[{"profile_id": chats["profile_id"]}])

    await admin.delete(f"/config/v1/agents/{ann.agent_id}", headers={"If-Match": '"2"'})

    assert (await admin.delete(f"{PATH}/{chats['profile_id']}", headers=FIRST)).status_code == 204
