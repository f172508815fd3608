"""Handing conversations over, over HTTP: to queues, to agents, and by a supervisor's word."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from domain.commands import TransferToQueue
from domain.configuration import Agent, Queue, Scope
from domain.conversations import MailKind, State
from domain.ids import new_id
from domain.offers import OfferPurpose, OfferState
from domain.views import ConversationView
from storage.attendances import Attendances
from storage.leases import Leases
from storage.offer_settling import OfferSettling
from storage.queues import Queues
from tests.api.conftest import Http
from tests.shop import Shop

IS_THERE = """
    INSERT INTO agent_presences (agent_id, came_at) VALUES (%(agent_id)s, now())
    ON CONFLICT (agent_id) DO NOTHING
"""
TOLD = """
    SELECT array_agg(to_agent_id::text) AS told, data FROM conversation_events
    WHERE type = 'offer_settled' GROUP BY data
"""
LIMIT = "UPDATE agents SET capacity_units = 10 WHERE agent_id = %(agent_id)s"


@pytest.fixture
async def sales(shop: Shop) -> Queue:
    values: dict[str, Any] = {"created_at": shop.queue.created_at, "updated_at": shop.queue.updated_at}
    queue = Queue(queue_id=new_id(), name="Sales", member_ids=(shop.eve.agent_id,), **values)
    return await Queues(shop.database).create(queue)


@pytest.fixture
async def held(shop: Shop, conversation: ConversationView) -> ConversationView:
    """Ann has it; Ben is there."""
    await shop.assign(conversation.conversation_id, shop.ann)
    await comes(shop, shop.ben)
    return conversation


@pytest.fixture
async def sam(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, Scope.SUPERVISOR, agent=shop.sam)


async def comes(shop: Shop, agent: Agent) -> None:
    await shop.database.execute(IS_THERE, {"agent_id": agent.agent_id})
    assert (await Attendances(shop.database).one(agent.agent_id)).is_connected


def path_of(conversation: ConversationView, rest: str) -> str:
    return f"/agent/v1/conversations/{conversation.conversation_id}/{rest}"


async def reasons(client: httpx2.AsyncClient, conversation: ConversationView) -> list[str]:
    return [
        each["why"] for each in (await client.get(path_of(conversation, "routing"))).json()["items"]
    ]


async def test_to_another_queue_it_goes_at_once(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView, sales: Queue
) -> None:
    body = {"queue_id": str(sales.queue_id), "note": "Wants a discount."}
    answer = await ann.post(path_of(held, "transfer"), json=body)
    assert answer.status_code == 200, answer.text
    [command] = shop.conversations.commands
    assert isinstance(command, TransferToQueue)
    assert (command.queue_id, command.queue_name) == (sales.queue_id, "Sales")
    assert "discount" not in command.model_dump_json()
    notes = (await ann.get(path_of(held, "notes"))).json()["items"]
    assert [each["text"] for each in notes] == ["Wants a discount."]
    assert (await reasons(ann, held))[-1].endswith("transfers it to Sales.")


async def test_asking_twice_with_one_key_is_one_transfer(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView, sales: Queue
) -> None:
    body = {"queue_id": str(sales.queue_id), "note": "Once."}
    for _ in range(2):
        answer = await ann.post(
            path_of(held, "transfer"), json=body, headers={"Idempotency-Key": "a transfer"}
        )
        assert answer.status_code == 200
    assert len(shop.conversations.commands) == 1
    assert len((await ann.get(path_of(held, "notes"))).json()["items"]) == 1


async def test_a_note_is_not_lost_when_nobody_knows_whether_it_was_transferred(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView, sales: Queue
) -> None:
    shop.conversations.is_down = True
    body = {"queue_id": str(sales.queue_id), "note": "Wants a discount."}
    assert (await ann.post(path_of(held, "transfer"), json=body)).status_code == 503
    notes = (await ann.get(path_of(held, "notes"))).json()["items"]
    assert [each["text"] for each in notes] == ["Wants a discount."]


async def test_nobody_transfers_what_somebody_else_has(
    http: Http, shop: Shop, held: ConversationView, sales: Queue
) -> None:
    ben = await http.keyed(Scope.AGENT, agent=shop.ben)
    for body in ({"queue_id": str(sales.queue_id)}, {"agent_id": str(shop.eve.agent_id)}):
        answer = await ben.post(path_of(held, "transfer"), json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_your_conversation")
    eve = await http.keyed(Scope.AGENT, agent=shop.eve)
    body = {"queue_id": str(sales.queue_id)}
    assert (await eve.post(path_of(held, "transfer"), json=body)).status_code == 404
    assert shop.conversations.commands == []


async def test_a_queue_that_does_not_exist_takes_nothing(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    answer = await ann.post(path_of(held, "transfer"), json={"queue_id": str(new_id())})
    assert answer.status_code == 404
    assert shop.conversations.commands == []


@pytest.mark.parametrize("body", [{}, {"queue_id": str(new_id()), "agent_id": str(new_id())}])
async def test_a_transfer_has_one_target(
    ann: httpx2.AsyncClient, held: ConversationView, body: dict[str, str]
) -> None:
    assert (await ann.post(path_of(held, "transfer"), json=body)).status_code == 422


async def test_another_agent_is_asked_and_their_capacity_is_kept(
    ann: httpx2.AsyncClient, http: Http, shop: Shop, held: ConversationView
) -> None:
    body = {"agent_id": str(shop.ben.agent_id), "note": "You know them."}
    answer = (await ann.post(path_of(held, "transfer"), json=body)).json()
    offer = answer["offer"]
    assert (offer["purpose"], offer["state"]) == (OfferPurpose.TRANSFER, "open")
    assert offer["offered_by"] == str(shop.ann.agent_id)
    assert answer["conversation"]["agent_id"] == str(shop.ann.agent_id)
    held_by = {each.agent_id for each in await Leases(shop.database).of(held.conversation_id)}
    assert shop.ben.agent_id in held_by
    ben = await http.keyed(Scope.AGENT, agent=shop.ben)
    [shown] = (await ben.get("/agent/v1/offers")).json()["items"]
    assert shown["offer_id"] == offer["offer_id"]
    again = (await ann.post(path_of(held, "transfer"), json={"agent_id": body["agent_id"]})).json()
    assert again["offer"]["offer_id"] == offer["offer_id"]


async def test_whoever_hands_it_over_is_told_what_became_of_it(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    body = {"agent_id": str(shop.ben.agent_id)}
    made = (await ann.post(path_of(held, "transfer"), json=body)).json()["offer"]
    async with shop.database.transaction():
        fates = {UUID(made["offer_id"]): OfferState.DECLINED}
        await OfferSettling(shop.database).settle(held.conversation_id, fates)
    row = await shop.database.one(TOLD)
    assert row is not None
    assert set(row["told"]) == {str(shop.ann.agent_id), str(shop.ben.agent_id)}
    assert row["data"] == {
        "offer_id": made["offer_id"],
        "purpose": "transfer",
        "state": "declined",
        "agent_id": body["agent_id"],
    }


async def test_who_is_not_there_or_has_no_room_is_not_asked(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    for agent, words in ((shop.eve, "offline"), (shop.ann, "already")):
        answer = await ann.post(path_of(held, "transfer"), json={"agent_id": str(agent.agent_id)})
        assert answer.status_code == 409
        assert words in answer.json()["detail"]
    await shop.database.execute(LIMIT, {"agent_id": shop.ben.agent_id})
    answer = await ann.post(path_of(held, "transfer"), json={"agent_id": str(shop.ben.agent_id)})
    assert (answer.status_code, answer.json()["detail"]) == (409, "Ben has no capacity left.")
    assert shop.conversations.handled == {}


async def test_a_supervisor_assigns_whatever_the_agent_has_already(
    sam: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    await shop.database.execute(LIMIT, {"agent_id": shop.eve.agent_id})
    answer = await sam.post(path_of(held, "assign"), json={"agent_id": str(shop.eve.agent_id)})
    assert answer.status_code == 200, answer.text
    offer = answer.json()["offer"]
    assert (offer["purpose"], offer["accepted"]) == ("transfer", True)
    await shop.parts.dispatcher.now(held.conversation_id)
    mail = shop.conversations.handled[held.conversation_id][-1]
    assert mail.kind is MailKind.OFFERED
    assert mail.offer is not None
    assert mail.offer.accepted
    leases = await Leases(shop.database).of(held.conversation_id)
    assert {each.agent_id: each.forced for each in leases}[shop.eve.agent_id]
    assert (await reasons(sam, held))[-1].endswith("assigns it to Eve.")


async def test_a_supervisor_assigns_what_waits(
    sam: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, sales: Queue
) -> None:
    assert conversation.state is State.OPEN
    answer = await sam.post(path_of(conversation, "assign"), json={"agent_id": str(shop.ben.agent_id)})
    assert answer.json()["offer"]["purpose"] == "assignment"
    answer = await sam.post(path_of(conversation, "assign"), json={"queue_id": str(sales.queue_id)})
    assert answer.status_code == 200
    [command] = shop.conversations.commands
    assert command.as_supervisor


async def test_only_supervisors_assign(
    ann: httpx2.AsyncClient, shop: Shop, held: ConversationView
) -> None:
    answer = await ann.post(path_of(held, "assign"), json={"agent_id": str(shop.ben.agent_id)})
    assert answer.status_code == 403
