"""Queues as agents see them: open or not, what waits, and who is there."""

from typing import Any

import httpx2
import pytest

from domain.configuration import Agent, Scope
from tests.api.conftest import Http

QUEUES = "/agent/v1/queues"


@pytest.fixture
async def desk(http: Http, ann: Agent) -> httpx2.AsyncClient:
    """Ann's program."""
    return await http.keyed(Scope.AGENT, agent=ann)


async def queues(client: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await client.get(QUEUES)
    assert answer.status_code == 200, answer.text
    return {each["name"]: each for each in answer.json()["items"]}


async def test_all_queues_are_listed_whether_open_and_whether_one_s_own(
    admin: httpx2.AsyncClient, desk: httpx2.AsyncClient, ann: Agent
) -> None:
    never = await admin.post("/config/v1/operating-hours", json={"name": "Never", "time_zone": "UTC"})
    hours_id = never.json()["operating_hours_id"]
    for draft in (
        {"name": "Own", "member_ids": [str(ann.agent_id)]},
        {"name": "Closed", "operating_hours_id": hours_id},
    ):
        assert (await admin.post("/config/v1/queues", json=draft)).status_code == 201

    listed = await queues(desk)

    own, closed = listed["Own"], listed["Closed"]
    assert (own["is_member"], own["is_open"], own["members"], own["waiting"]) == (True, True, 1, 0)
    assert (closed["is_member"], closed["is_open"], closed["members"]) == (False, False, 0)


async def test_who_is_there_counts_as_available(
    admin: httpx2.AsyncClient, desk: httpx2.AsyncClient, ann: Agent
) -> None:
    draft = {"name": "Own", "member_ids": [str(ann.agent_id)]}
    assert (await admin.post("/config/v1/queues", json=draft)).status_code == 201
    counts = [(await queues(desk))["Own"]["available"]]
    for presence in ("available", "busy", "away"):
        await desk.put("/agent/v1/presence", json={"base": presence})
        counts.append((await queues(desk))["Own"]["available"])
    assert counts == [0, 1, 1, 0]
