"""/agent/v1/conversations/{id}/skills."""

from typing import Any

import httpx2
import pytest

from domain.configuration import Scope
from domain.views import ConversationView
from tests.api.conftest import Http
from tests.shop import Shop

SKILLS = "/config/v1/skills"


@pytest.fixture
def where(conversation: ConversationView) -> str:
    return f"/agent/v1/conversations/{conversation.conversation_id}"


@pytest.fixture
async def boss(http: Http, shop: Shop) -> httpx2.AsyncClient:
    """A client that may do what a supervisor may."""
    return await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=shop.sam)


@pytest.fixture(autouse=True)
async def _known_skills(admin: httpx2.AsyncClient) -> None:
    for name in ("Billing", "Korean"):
        await admin.post(SKILLS, json={"name": name})


def needs(**levels: int) -> dict[str, Any]:
    return {"skills": [{"name": name, "level": level} for name, level in levels.items()]}


async def belongs_to_ann(shop: Shop, conversation: ConversationView) -> None:
    await shop.database.execute(
        "UPDATE conversations SET state = 'active', agent_id = %(agent_id)s"
        " WHERE conversation_id = %(conversation_id)s",
        {"agent_id": shop.ann.agent_id, "conversation_id": conversation.conversation_id},
    )


async def test_its_agent_says_what_a_conversation_needs_and_that_is_explained(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, where: str
) -> None:
    await belongs_to_ann(shop, conversation)
    await ann.put(f"{where}/skills", json=needs(Billing=2))

    answer = await ann.put(f"{where}/skills", json=needs(billing=3, Korean=5))

    assert answer.json()["required_skills"] == needs(billing=3, Korean=5)["skills"]
    told = (await ann.get(f"{where}/routing")).json()["items"]
    assert [each["by"] for each in told] == ["fallback", "agent", "agent"]
    assert told[-1]["why"].endswith("asks for billing 3, Korean 5 instead of Billing 2.")
    assert told[-1]["required_skills"] == needs(billing=3, Korean=5)["skills"]
    assert told[-1]["queue_id"] == str(conversation.queue_id)


async def test_saying_it_again_changes_nothing(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, where: str
) -> None:
    await belongs_to_ann(shop, conversation)
    for _ in range(2):
        assert (await ann.put(f"{where}/skills", json=needs(Billing=2))).status_code == 200

    assert len((await ann.get(f"{where}/routing")).json()["items"]) == 2


async def test_only_its_agent_and_supervisors_say_what_it_needs(
    ann: httpx2.AsyncClient, boss: httpx2.AsyncClient, where: str
) -> None:
    refused = await ann.put(f"{where}/skills", json=needs(Billing=2))
    done = await boss.put(f"{where}/skills", json=needs(Billing=2))

    assert (refused.status_code, done.status_code) == (403, 200)


@pytest.mark.parametrize(
    "wrong",
    [needs(Billing=11), needs(Chess=1), needs(Billing=1, BILLING=2), {"skills": [{"name": "Billing"}]}],
)
async def test_what_nobody_can_do_is_refused(
    boss: httpx2.AsyncClient, where: str, wrong: dict[str, Any]
) -> None:
    assert (await boss.put(f"{where}/skills", json=wrong)).status_code == 422


async def test_a_closed_conversation_needs_nothing(
    boss: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, where: str
) -> None:
    await shop.database.execute("UPDATE conversations SET state = 'closed', closed_at = now()")

    assert (await boss.put(f"{where}/skills", json=needs(Billing=2))).status_code == 409


async def test_inv12_a_skill_that_a_running_conversation_needs_stays(
    admin: httpx2.AsyncClient, boss: httpx2.AsyncClient, shop: Shop, where: str
) -> None:
    await boss.put(f"{where}/skills", json=needs(Billing=2))
    [billing, _] = (await admin.get(SKILLS)).json()["items"]
    skill = f"{SKILLS}/{billing['skill_id']}"

    refused = await admin.delete(skill, headers={"If-Match": '"1"'})
    await shop.database.execute("UPDATE conversations SET state = 'closed', closed_at = now()")

    assert refused.json()["details"]["in_use"] == {"running conversations": 1}
    assert (await admin.delete(skill, headers={"If-Match": '"1"'})).status_code == 204
