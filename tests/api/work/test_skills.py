"""/config/v1/skills, and the skills of agents."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.configuration import Agent

PATH = "/config/v1/skills"
BILLING = {"name": "Billing", "levels": ["Basic", "Good", "Expert"]}
FIRST = {"If-Match": '"1"'}


@pytest.fixture
async def billing(admin: httpx2.AsyncClient) -> dict[str, Any]:
    return dict((await admin.post(PATH, json=BILLING)).json())


async def has(admin: httpx2.AsyncClient, agent: Agent, *skills: dict[str, Any]) -> httpx2.Response:
    where = f"/config/v1/agents/{agent.agent_id}"
    version = (await admin.get(where)).headers["etag"]
    return await admin.patch(where, json={"skills": skills}, headers={"If-Match": version})


async def rule_that_needs(admin: httpx2.AsyncClient, workstream: dict[str, Any], level: int) -> str:
    rule = {"name": "R", "outcome": {"skills": [{"name": "billing", "level": level}]}}
    draft = {
        "workstream_id": workstream["workstream_id"],
        "kind": "classification",
        "rules": [rule],
    }
    answer = await admin.post("/config/v1/routing-rules", json=draft)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def test_a_skill_is_introduced_changed_and_removed(admin: httpx2.AsyncClient) -> None:
    created = await admin.post(PATH, json=BILLING)
    where = created.headers["location"]

    changed = await admin.patch(where, json={"name": "Invoices"}, headers=FIRST)

    assert changed.json()["name"] == "Invoices"
    assert changed.json()["levels"] == BILLING["levels"]
    assert (await admin.get(where)).json() == changed.json()
    assert (await admin.get(PATH)).json()["items"] == [changed.json()]
    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 204
    assert (await admin.get(where)).status_code == 404


async def test_levels_are_one_to_ten_unless_somebody_names_them(admin: httpx2.AsyncClient) -> None:
    skill = (await admin.post(PATH, json={"name": "Korean"})).json()

    assert skill["levels"] == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]


@pytest.mark.parametrize(
    "wrong", [{"levels": []}, {"levels": ["Good", "Good"]}, {"levels": ["x"] * 101}, {"name": " "}]
)
async def test_a_skill_that_says_nothing_is_refused(
    admin: httpx2.AsyncClient, wrong: dict[str, Any]
) -> None:
    assert (await admin.post(PATH, json=BILLING | wrong)).status_code == 422


async def test_two_skills_of_one_name_are_refused(
    admin: httpx2.AsyncClient, billing: dict[str, Any]
) -> None:
    twin = await admin.post(PATH, json={"name": billing["name"].upper()})

    assert (twin.status_code, twin.json()["details"]["field"]) == (409, "name")


async def test_an_agent_has_skills_as_they_were_given_last(
    admin: httpx2.AsyncClient, billing: dict[str, Any], ann: Agent
) -> None:
    korean = (await admin.post(PATH, json={"name": "Korean"})).json()
    first = {"skill_id": billing["skill_id"], "level": 2}
    other = {"skill_id": korean["skill_id"], "level": 10}

    await has(admin, ann, first, other)
    changed = await has(admin, ann, first | {"level": 3})

    assert changed.json()["skills"] == [first | {"level": 3}]
    where = f"/config/v1/agents/{ann.agent_id}"
    assert (await admin.get(where)).json() == changed.json()
    assert changed.json() in (await admin.get("/config/v1/agents")).json()["items"]


async def test_a_skill_or_a_level_that_is_not_there_is_told_by_name(
    admin: httpx2.AsyncClient, billing: dict[str, Any], ann: Agent
) -> None:
    too_good = {"skill_id": billing["skill_id"], "level": 4}
    nothing = {"skill_id": str(uuid4()), "level": 1}

    answer = await has(admin, ann, too_good, nothing)

    assert answer.status_code == 422
    assert answer.json()["details"]["field"] == "skills"
    assert "“Billing” has 3 levels, but no level 4." in answer.json()["details"]["problems"]
    assert f"There is no skill {nothing['skill_id']}." in answer.json()["details"]["problems"]


async def test_a_skill_is_given_once(
    admin: httpx2.AsyncClient, billing: dict[str, Any], ann: Agent
) -> None:
    given = {"skill_id": billing["skill_id"], "level": 1}

    assert (await has(admin, ann, given, given)).status_code == 422


async def test_inv12_a_skill_that_an_agent_has_is_not_removed(
    admin: httpx2.AsyncClient, billing: dict[str, Any], ann: Agent
) -> None:
    where = f"{PATH}/{billing['skill_id']}"
    await has(admin, ann, {"skill_id": billing["skill_id"], "level": 1})

    refused = await admin.delete(where, headers=FIRST)
    await has(admin, ann)

    assert (refused.status_code, refused.json()["details"]["in_use"]) == (409, {"agents": 1})
    assert (await admin.delete(where, headers=FIRST)).status_code == 204


async def test_inv12_a_skill_that_a_rule_names_keeps_its_name_and_stays(
    admin: httpx2.AsyncClient, billing: dict[str, Any], workstream: dict[str, Any]
) -> None:
    where = f"{PATH}/{billing['skill_id']}"
    rules = await rule_that_needs(admin, workstream, 2)

    renamed = await admin.patch(where, json={"name": "Invoices"}, headers=FIRST)
    removed = await admin.delete(where, headers=FIRST)
    spelled = await admin.patch(where, json={"name": "BILLING"}, headers=FIRST)
    await admin.delete(rules, headers=FIRST)

    assert (renamed.status_code, renamed.json()["code"]) == (409, "still_in_use")
    assert removed.json()["details"]["in_use"] == {"sets of routing rules": 1}
    assert spelled.json()["name"] == "BILLING"
    assert (await admin.delete(where, headers={"If-Match": '"2"'})).status_code == 204


async def test_inv12_a_level_that_somebody_has_or_a_rule_needs_is_not_taken_away(
    admin: httpx2.AsyncClient, billing: dict[str, Any], workstream: dict[str, Any], ann: Agent
) -> None:
    where = f"{PATH}/{billing['skill_id']}"
    await has(admin, ann, {"skill_id": billing["skill_id"], "level": 2})
    fewer = [
        await admin.patch(where, json={"levels": ["Only"]}, headers=FIRST),
        await admin.patch(where, json={"levels": ["Some", "More"]}, headers=FIRST),
    ]
    await rule_that_needs(admin, workstream, 2)
    await has(admin, ann)
    fewer.append(await admin.patch(where, json={"levels": ["Only"]}, headers={"If-Match": '"2"'}))

    assert [answer.status_code for answer in fewer] == [409, 200, 409]
    assert "Level 2" in fewer[2].json()["detail"]


async def test_a_change_of_skills_is_in_the_audit_log(
    admin: httpx2.AsyncClient, billing: dict[str, Any], ann: Agent
) -> None:
    given = {"skill_id": billing["skill_id"], "level": 1}
    await has(admin, ann, given)

    entries = (await admin.get("/config/v1/audit-log")).json()["items"]

    told = [(each["subject"], each["action"], each["changes"]) for each in entries]
    assert told[0] == ("agent", "updated", {"skills": {"from": [], "to": [given]}})
    assert ("skill", "created") in [each[:2] for each in told]


@pytest.mark.parametrize(
    ("needed", "told"),
    [
        ({"name": "Chess", "level": 1}, "There is no skill “Chess”."),
        ({"name": "billing", "level": 4}, "“Billing” has 3 levels, but no level 4."),
    ],
)
async def test_a_rule_that_needs_what_nobody_can_have_is_refused(
    admin: httpx2.AsyncClient,
    billing: dict[str, Any],
    workstream: dict[str, Any],
    needed: dict[str, Any],
    told: str,
) -> None:
    rules = [{"name": "R", "outcome": {"skills": [needed]}}]
    draft = {"workstream_id": workstream["workstream_id"], "kind": "classification", "rules": rules}

    answer = await admin.post("/config/v1/routing-rules", json=draft)

    assert answer.status_code == 422
    assert told in answer.json()["details"]["problems"]
