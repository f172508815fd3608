"""Help, supervisors who read along or join, and what agents say to each other, over HTTP."""

from typing import Any

import httpx2
import pytest

from domain.configuration import Agent, Caller, Scope
from domain.conversations import State
from domain.errors import NotAllowed
from domain.ids import new_id
from domain.participants import Role
from domain.ports import Projection
from domain.views import ConversationView
from storage.conversations import Conversations
from storage.leases import Leases
from tests.api.conftest import Http
from tests.shop import Shop

IS_THERE = "INSERT INTO agent_presences (agent_id, came_at) VALUES (%(agent_id)s, now())"
EVENTS = """
    SELECT coalesce(jsonb_agg(data ->> 'trigger' ORDER BY id), '[]') AS told
    FROM conversation_events WHERE type = 'announced'
"""
JOINS = "INSERT INTO queue_members (queue_id, agent_id) VALUES (%(queue_id)s, %(agent_id)s)"
TIME_IS_UP = "UPDATE offers SET expires_at = now()"


@pytest.fixture
async def held(shop: Shop, conversation: ConversationView) -> ConversationView:
    """Ann has it; Eve, of no queue, and Ben are there."""
    await shop.assign(conversation.conversation_id, shop.ann)
    for agent in (shop.eve, shop.ben):
        await shop.database.execute(IS_THERE, {"agent_id": agent.agent_id})
    return conversation


@pytest.fixture
async def eve(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, agent=shop.eve)


@pytest.fixture
async def sam(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=shop.sam)


def path_of(conversation: ConversationView, rest: str = "") -> str:
    return f"/agent/v1/conversations/{conversation.conversation_id}{rest}"


async def announced(shop: Shop) -> list[str]:
    row = await shop.database.one(EVENTS)
    assert row is not None
    return list(row["told"])


async def ask(client: httpx2.AsyncClient, held: ConversationView, agent: Agent) -> dict[str, Any]:
    answer = await client.post(path_of(held, "/consult"), json={"agent_id": str(agent.agent_id)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_whoever_is_asked_for_help_reads_it_and_takes_no_capacity(
    ann: httpx2.AsyncClient, eve: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    assert (await eve.get(path_of(held))).status_code == 404
    offer = await ask(ann, held, shop.eve)
    assert (offer["purpose"], offer["state"]) == ("consult", "open")
    assert (await ask(ann, held, shop.eve))["offer_id"] == offer["offer_id"]
    [shown] = (await eve.get("/agent/v1/offers")).json()["items"]
    assert shown["offered_by_name"] == "Ann"
    accepted = await eve.post(path_of(held, "/accept"))
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["agent_id"] == str(shop.ann.agent_id)
    assert shop.conversations.commands == []
    [part] = (await ann.get(path_of(held, "/participants"))).json()["items"]
    assert (part["agent_name"], part["role"]) == ("Eve", "consult")
    assert (await eve.get(path_of(held, "/messages"))).json()["items"]
    leases = await Leases(shop.database).of(held.conversation_id)
    assert shop.eve.agent_id not in {each.agent_id for each in leases}
    assert await announced(shop) == ["consult_accepted"]


async def test_inv9_what_agents_say_to_each_other_is_for_them_alone(
    ann: httpx2.AsyncClient, eve: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    private = path_of(held, "/private-messages")
    await ask(ann, held, shop.eve)
    assert (await eve.post(private, json={"text": "Hm?"})).status_code == 404
    await eve.post(path_of(held, "/accept"))
    said = await eve.post(private, json={"text": "Offer the larger one."})
    assert said.status_code == 201, said.text
    assert (said.json()["details"], said.json()["delivery"]) == ({"audience": "agent"}, None)
    assert (await ann.post(private, json={"text": "Thank you"})).status_code == 201
    lines = (await ann.get(path_of(held, "/messages"))).json()["items"]
    assert [each["content"]["text"] for each in lines][-2:] == ["Offer the larger one.", "Thank you"]
    seen = (await ann.get(path_of(held))).json()
    assert seen["last_message"]["direction"] == "inbound"
    assert shop.conversations.commands == []


async def test_who_only_sees_it_writes_nothing_into_it(
    http: Http, shop: Shop, held: ConversationView
) -> None:
    ben = await http.keyed(Scope.AGENT, agent=shop.ben)
    answer = await ben.post(path_of(held, "/private-messages"), json={"text": "Hello"})
    assert answer.status_code == 403


async def test_a_private_message_is_said_once(ann: httpx2.AsyncClient, held: ConversationView) -> None:
    for _ in range(2):
        await ann.post(
            path_of(held, "/private-messages"),
            json={"text": "Once"},
            headers={"Idempotency-Key": "said once"},
        )
    lines = (await ann.get(path_of(held, "/messages"))).json()["items"]
    assert [each["content"]["text"] for each in lines].count("Once") == 1


@pytest.mark.parametrize("ended_by", ["helper", "agent"])
async def test_either_ends_the_help(
    ann: httpx2.AsyncClient,
    eve: httpx2.AsyncClient,
    shop: Shop,
    held: ConversationView,
    ended_by: str,
) -> None:
    await ask(ann, held, shop.eve)
    await eve.post(path_of(held, "/accept"))
    if ended_by == "helper":
        assert (await eve.post(path_of(held, "/leave"))).status_code == 204
    else:
        path = path_of(held, f"/consult/{shop.eve.agent_id}/end")
        assert (await ann.post(path)).status_code == 204
    assert (await eve.get(path_of(held))).status_code == 404
    assert await announced(shop) == ["consult_accepted", "consult_ended"]


@pytest.mark.parametrize("state", [State.WRAP_UP, State.OPEN])
async def test_help_ends_with_the_agent_s_having_it(
    ann: httpx2.AsyncClient, eve: httpx2.AsyncClient, shop: Shop, held: ConversationView, state: State
) -> None:
    await ask(ann, held, shop.eve)
    await ask(ann, held, shop.ben)
    await eve.post(path_of(held, "/accept"))
    projection = Projection(
        conversation_id=held.conversation_id,
        revision=2,
        state=state,
        at=held.opened_at,
        agent_id=shop.ann.agent_id if state is State.WRAP_UP else None,
    )
    await Conversations(shop.database).project(projection)
    assert (await eve.get(path_of(held))).status_code == 404
    assert "consult_ended" in await announced(shop)
    row = await shop.database.one("SELECT count(*) AS open FROM offers WHERE state = 'open'")
    assert row == {"open": 0}


async def test_who_declines_or_lets_time_run_out_does_not_help(
    ann: httpx2.AsyncClient, eve: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    await ask(ann, held, shop.eve)
    declined = await eve.post(path_of(held, "/decline"), json={"reason": "I am about to leave."})
    assert (declined.status_code, declined.json()["state"]) == (200, "declined")
    assert declined.json()["reason"] == "I am about to leave."
    await ask(ann, held, shop.eve)
    await shop.database.execute(TIME_IS_UP)
    assert (await eve.post(path_of(held, "/accept"))).status_code == 404
    assert await shop.parts.engine.consulting.sweep() == 1
    assert await shop.parts.engine.consulting.sweep() == 0
    assert (await ann.get(path_of(held, "/participants"))).json()["items"] == []


async def test_only_its_agent_asks_for_help_and_only_of_others(
    ann: httpx2.AsyncClient, http: Http, shop: Shop, held: ConversationView
) -> None:
    ben = await http.keyed(Scope.AGENT, agent=shop.ben)
    body = {"agent_id": str(shop.eve.agent_id)}
    assert (await ben.post(path_of(held, "/consult"), json=body)).status_code == 409
    of_sam = {"agent_id": str(shop.sam.agent_id)}  # who is offline
    assert (await ann.post(path_of(held, "/consult"), json=of_sam)).status_code == 409


async def test_a_queue_asks_whoever_of_it_is_free(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    body = {"queue_id": str(shop.queue.queue_id)}
    answer = await ann.post(path_of(held, "/consult"), json=body)
    assert answer.json()["agent_id"] == str(shop.ben.agent_id)


async def test_a_supervisor_reads_along_then_joins_and_leaves(
    ann: httpx2.AsyncClient, sam: httpx2.AsyncClient, held: ConversationView, shop: Shop
) -> None:
    assert (await ann.post(path_of(held, "/monitor"))).status_code == 403
    for role in ("monitor", "join"):
        [part] = (await sam.post(path_of(held, f"/{role}"))).json()["items"]
        assert part["role"] == role
    [seen] = (await ann.get(path_of(held, "/participants"))).json()["items"]
    assert seen["agent_name"] == "Sam"
    written = await sam.post(path_of(held, "/messages"), json={"text": "This is Sam."})
    assert written.status_code == 202, written.text
    path = path_of(held, f"/consult/{shop.sam.agent_id}/end")
    assert (await ann.post(path)).status_code == 404
    for _ in range(2):
        assert (await sam.post(path_of(held, "/leave"))).status_code == 204
    assert await announced(shop) == ["agent_joined", "joined_agent_left"]


async def test_many_conversations_are_done_each_as_if_alone(
    sam: httpx2.AsyncClient, ann: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    unknown = str(new_id())
    ids = [str(held.conversation_id), unknown]
    order = {"conversation_ids": ids, "action": {"kind": "force_close"}}
    path = "/agent/v1/conversations/bulk"
    assert (await ann.post(path, json=order)).status_code == 403
    done, refused = (await sam.post(path, json=order)).json()["items"]
    assert (done["conversation_id"], done["done"]) == (ids[0], True)
    assert (refused["conversation_id"], refused["code"]) == (unknown, "not_found")
    agent_id = str(shop.ben.agent_id)
    order = {"conversation_ids": ids[:1], "action": {"kind": "assign", "agent_id": agent_id}}
    assert (await sam.post(path, json=order)).json()["items"][0]["done"]
    too_many = {"conversation_ids": [unknown] * 101, "action": {"kind": "end"}}
    assert (await sam.post(path, json=too_many)).status_code == 422


async def test_a_queue_asks_somebody_who_neither_helps_already_nor_declined(
    ann: httpx2.AsyncClient, eve: httpx2.AsyncClient, http: Http, shop: Shop, held: ConversationView
) -> None:
    joins = {"queue_id": shop.queue.queue_id, "agent_id": shop.eve.agent_id}
    await shop.database.execute(JOINS, joins)
    ben = await http.keyed(Scope.AGENT, agent=shop.ben)
    clients = {str(shop.ben.agent_id): ben, str(shop.eve.agent_id): eve}

    async def next_asked() -> str:
        body = {"queue_id": str(shop.queue.queue_id)}
        answers = [await ann.post(path_of(held, "/consult"), json=body) for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 200], answers[0].text
        first, again = [each.json() for each in answers]
        assert first["offer_id"] == again["offer_id"]
        return str(first["agent_id"])

    declines = await next_asked()
    await clients[declines].post(path_of(held, "/decline"))
    helps = await next_asked()
    assert helps != declines
    await clients[helps].post(path_of(held, "/accept"))
    assert await next_asked() == declines


async def test_who_is_no_supervisor_any_more_sees_it_no_more(
    sam: httpx2.AsyncClient, http: Http, held: ConversationView, shop: Shop
) -> None:
    await sam.post(path_of(held, "/monitor"))
    demoted = await http.keyed(Scope.AGENT, agent=shop.sam)
    assert (await demoted.get(path_of(held))).status_code == 404
    assert (await demoted.get(path_of(held, "/messages"))).status_code == 404
    said = await demoted.post(path_of(held, "/private-messages"), json={"text": "Still here"})
    assert said.status_code == 404
    caller = Caller(name="Ben", scopes=frozenset({Scope.AGENT}), agent_id=shop.ben.agent_id)
    with pytest.raises(NotAllowed):
        await shop.parts.engine.taking_part.come(caller, held.conversation_id, Role.JOIN)


async def test_the_customer_is_told_of_a_supervisor_as_long_as_somebody_has_it(
    sam: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    assert (await sam.post(path_of(conversation, "/join"))).status_code == 409
    assert (await sam.post(path_of(conversation, "/monitor"))).status_code == 200
    await shop.assign(conversation.conversation_id, shop.ann)
    for role in ("join", "monitor", "join"):
        assert (await sam.post(path_of(conversation, f"/{role}"))).status_code == 200
    told = ["agent_joined", "joined_agent_left", "agent_joined"]
    assert await announced(shop) == told
    ended = Projection(
        conversation_id=conversation.conversation_id,
        revision=2,
        state=State.WRAP_UP,
        at=conversation.opened_at,
        agent_id=shop.ann.agent_id,
    )
    await Conversations(shop.database).project(ended)
    assert (await sam.post(path_of(conversation, "/leave"))).status_code == 204
    assert await announced(shop) == told
