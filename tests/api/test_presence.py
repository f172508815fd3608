"""Presences: one's own, those of others, and those that admins named."""

from typing import Any

import httpx2
import pytest

from application.configuration.agents import NewAgent
from application.services import Configuration
from domain.configuration import Agent, Role, Scope
from domain.presences import BasePresence
from storage.agent_presences import AgentPresences
from storage.database import Database
from tests.api.conftest import PASSWORD, ROOT, Http

OWN = "/agent/v1/presence"
NAMED = "/config/v1/presences"


@pytest.fixture
async def desk(http: Http, ann: Agent) -> httpx2.AsyncClient:
    """Ann's program."""
    return await http.keyed(Scope.AGENT, agent=ann)


@pytest.fixture
async def boss(configuration: Configuration) -> Agent:
    """A supervisor."""
    draft = NewAgent(name="Bo", email="bo@example.com", roles=(Role.SUPERVISOR,))
    return await configuration.agents.create(ROOT, draft)


@pytest.fixture
async def supervisor(http: Http, boss: Agent) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=boss)


async def chosen(client: httpx2.AsyncClient, **choice: Any) -> dict[str, Any]:
    answer = await client.put(OWN, json=choice)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def lunch(admin: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await admin.post(NAMED, json={"name": "Lunch", "base": "away"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def of(client: dict[str, Any], agent: Agent) -> dict[str, Any]:
    return next(dict(each) for each in client["items"] if each["agent_id"] == str(agent.agent_id))


async def test_who_was_never_there_is_offline(desk: httpx2.AsyncClient) -> None:
    now = (await desk.get(OWN)).json()

    assert (now["base"], now["connected"], now["since"]) == ("offline", False, None)


async def test_choosing_a_presence_says_that_one_is_there(desk: httpx2.AsyncClient) -> None:
    now = await chosen(desk, base="busy")

    assert (now["base"], now["name"], now["chosen"], now["connected"]) == ("busy", "Busy", True, True)
    assert (await desk.get(OWN)).json() == now


async def test_choosing_to_be_offline_says_nothing_of_the_kind(desk: httpx2.AsyncClient) -> None:
    assert not (await chosen(desk, base="offline"))["connected"]

    await chosen(desk, base="available")

    now = await chosen(desk, base="offline")
    assert (now["base"], now["connected"], now["chosen"]) == ("offline", True, True)


@pytest.mark.parametrize(
    "choice", [{"base": "inactive"}, {}, {"base": "away", "presence_id": str(Role.AGENT)}]
)
async def test_what_nobody_can_choose_is_refused(
    desk: httpx2.AsyncClient, choice: dict[str, str]
) -> None:
    assert (await desk.put(OWN, json=choice)).status_code == 422


async def test_asking_for_offers_says_that_one_is_there(desk: httpx2.AsyncClient) -> None:
    assert (await desk.get("/agent/v1/offers")).json()["items"] == []

    assert (await desk.get(OWN)).json()["base"] == "available"


async def test_what_was_imposed_holds_until_it_is_reset(
    desk: httpx2.AsyncClient, ann: Agent, database: Database
) -> None:
    await chosen(desk, base="available")
    await AgentPresences(database).impose(ann.agent_id, BasePresence.INACTIVE)
    assert (await desk.get(OWN)).json()["base"] == "inactive"

    reset = (await desk.post(f"{OWN}/reset")).json()

    assert reset["base"] == "available"
    assert (await desk.get(OWN)).json() == reset


async def test_a_supervisor_sees_everybody_and_chooses_for_who_is_there(
    supervisor: httpx2.AsyncClient, desk: httpx2.AsyncClient, ann: Agent, boss: Agent
) -> None:
    await chosen(desk, base="available")
    path = f"/agent/v1/agents/{ann.agent_id}/presence"

    answer = await supervisor.put(path, json={"base": "away"})

    assert answer.json()["base"] == "away"
    seen = (await supervisor.get("/agent/v1/agents")).json()
    assert of(seen, ann)["presence"]["base"] == "away"
    assert of(seen, ann)["sessions"] == 0
    assert of(seen, boss)["presence"]["base"] == "offline"
    absent = f"/agent/v1/agents/{boss.agent_id}/presence"
    assert (await supervisor.put(absent, json={"base": "away"})).status_code == 409


async def test_a_supervisor_resets_what_was_imposed_on_others(
    supervisor: httpx2.AsyncClient, desk: httpx2.AsyncClient, ann: Agent, database: Database
) -> None:
    await chosen(desk, base="available")
    await AgentPresences(database).impose(ann.agent_id, BasePresence.DO_NOT_DISTURB)

    answer = await supervisor.post(f"/agent/v1/agents/{ann.agent_id}/presence/reset")

    assert answer.json()["base"] == "available"


async def test_others_are_only_for_supervisors(desk: httpx2.AsyncClient, boss: Agent) -> None:
    path = f"/agent/v1/agents/{boss.agent_id}/presence"

    assert (await desk.get("/agent/v1/agents")).status_code == 403
    assert (await desk.put(path, json={"base": "away"})).status_code == 403
    assert (await desk.post(f"{path}/reset")).status_code == 403


async def test_signing_out_makes_one_offline_at_once(
    http: Http, desk: httpx2.AsyncClient, ann: Agent
) -> None:
    signed_in = await http.anonymous().post(
        "/agent/v1/sign-in", json={"email": ann.email, "password": PASSWORD}
    )
    browser = http.bearing(signed_in.json()["token"])
    assert (await chosen(browser, base="away"))["connected"]

    await browser.post("/agent/v1/sign-out")

    now = (await desk.get(OWN)).json()
    assert (now["base"], now["connected"]) == ("offline", False)
    assert (await chosen(desk, base="busy"))["base"] == "busy"


async def test_a_presence_that_an_admin_named_counts_as_its_base(
    admin: httpx2.AsyncClient, desk: httpx2.AsyncClient
) -> None:
    named = await lunch(admin)
    options = (await desk.get("/agent/v1/presences")).json()
    assert [each["name"] for each in options][-2:] == ["Offline", "Lunch"]

    now = await chosen(desk, presence_id=named["presence_id"])

    assert (now["base"], now["name"], now["chosen"]) == ("away", "Lunch", True)


async def test_a_named_presence_that_somebody_has_is_still_in_use(
    admin: httpx2.AsyncClient, desk: httpx2.AsyncClient
) -> None:
    named = await lunch(admin)
    await chosen(desk, presence_id=named["presence_id"])
    path = f"{NAMED}/{named['presence_id']}"

    refused = await admin.delete(path, headers={"If-Match": '"1"'})

    assert refused.status_code == 409
    assert "1 agents who have it now" in refused.json()["detail"]
    await chosen(desk, base="available")
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await desk.put(OWN, json={"presence_id": named["presence_id"]})).status_code == 404


async def test_a_changed_base_holds_for_who_has_the_presence_now(
    admin: httpx2.AsyncClient, desk: httpx2.AsyncClient
) -> None:
    named = await lunch(admin)
    await chosen(desk, presence_id=named["presence_id"])

    changed = await admin.patch(
        f"{NAMED}/{named['presence_id']}", json={"base": "offline"}, headers={"If-Match": '"1"'}
    )

    assert changed.json()["version"] == 2
    assert (await desk.get(OWN)).json()["base"] == "offline"
    assert (await admin.get(NAMED)).json()["items"] == [changed.json()]


async def test_two_presences_cannot_have_one_name(admin: httpx2.AsyncClient) -> None:
    await lunch(admin)

    again = await admin.post(NAMED, json={"name": "LUNCH", "base": "busy"})

    assert again.status_code == 409


async def test_an_agent_who_is_gone_for_good_is_not_listed(
    configuration: Configuration, supervisor: httpx2.AsyncClient, ann: Agent
) -> None:
    admin = NewAgent(name="Adam", email="adam@example.com", roles=(Role.ADMIN,))
    await configuration.agents.create(ROOT, admin)
    await configuration.agents.delete(ROOT, ann.agent_id, 1)

    seen = (await supervisor.get("/agent/v1/agents")).json()

    assert [each["name"] for each in seen["items"]] == ["Bo", "Adam"]
