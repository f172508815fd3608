"""/config/v1/contacts/{id}/preferred-agents."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from application.services import Engine
from domain.configuration import Agent
from storage.accounts import Accounts
from storage.database import Database
from tests.fakes import FakeChannel, FakeConversations
from tests.persons import PHONE, Traces, an_eraser, erase, traces
from tests.shop import Shop, open_shop


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, FakeChannel(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


@pytest.fixture
def ann(shop: Shop) -> Agent:
    return shop.ann


@pytest.fixture
async def left(shop: Shop, tmp_path: Path) -> Traces:
    return await traces(shop, tmp_path)


@pytest.fixture
def where(left: Traces) -> str:
    return f"/config/v1/contacts/{left.contact_id}/preferred-agents"


def preferring(*agents: object) -> dict[str, Any]:
    return {"agent_ids": [str(agent) for agent in agents]}


async def test_nobody_is_preferred_at_first(admin: httpx2.AsyncClient, where: str) -> None:
    assert (await admin.get(where)).json() == {"agent_ids": []}


async def test_whom_a_customer_prefers_is_kept_in_order(
    admin: httpx2.AsyncClient, where: str, left: Traces, ann: Agent, boss: Agent
) -> None:
    wanted = preferring(boss.agent_id, ann.agent_id)
    await admin.put(where, json=preferring(ann.agent_id))

    answer = await admin.put(where, json=wanted)

    assert (answer.status_code, answer.json()) == (200, wanted)
    assert (await admin.get(where)).json() == wanted
    [contact] = (await admin.post("/config/v1/contacts/search", json={"identifier": PHONE})).json()[
        "items"
    ]
    assert contact["preferred_agent_ids"] == wanted["agent_ids"]
    query = {"subject": "contact", "subject_id": str(left.contact_id)}
    entries = (await admin.get("/config/v1/audit-log", params=query)).json()["items"]
    changes = [each["changes"] for each in entries if each["action"] == "updated"]
    assert changes[0]["preferred_agents"]["to"] == wanted["agent_ids"]


async def test_more_than_three_the_same_twice_and_nobody_are_refused(
    admin: httpx2.AsyncClient, where: str, ann: Agent
) -> None:
    refused = [
        await admin.put(where, json=preferring(*(uuid4() for _ in range(4)))),
        await admin.put(where, json=preferring(ann.agent_id, ann.agent_id)),
        await admin.put(where, json=preferring(uuid4())),
    ]

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    nobody = f"/config/v1/contacts/{uuid4()}/preferred-agents"
    assert (await admin.put(nobody, json=preferring())).status_code == 404


async def test_an_agent_who_is_removed_is_preferred_no_more(
    admin: httpx2.AsyncClient, where: str, ann: Agent, boss: Agent
) -> None:
    eve = {"name": "Eve", "email": "eve@example.com"}
    agent_id = (await admin.post("/config/v1/agents", json=eve)).json()["agent_id"]
    await admin.put(where, json=preferring(agent_id, ann.agent_id))

    await admin.delete(f"/config/v1/agents/{agent_id}", headers={"If-Match": '"1"'})

    assert (await admin.get(where)).json() == preferring(ann.agent_id)


async def test_nothing_is_kept_of_whom_an_erased_person_preferred(
    admin: httpx2.AsyncClient, where: str, left: Traces, ann: Agent
) -> None:
    await admin.put(where, json=preferring(ann.agent_id))
    await left.close()
    contact = f"/config/v1/contacts/{left.contact_id}"
    erasure_id = UUID((await admin.post(f"{contact}/erasure", json={})).json()["erasure_id"])

    await erase(an_eraser(left), erasure_id)

    assert (await admin.get(where)).json() == preferring()
    assert (await admin.put(where, json=preferring(ann.agent_id))).status_code == 409
