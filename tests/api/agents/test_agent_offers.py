"""What agents are offered over HTTP, and what they answer."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from application.services import Engine
from domain.commands import Accept, Decline, Pick
from domain.configuration import Agent, Scope
from domain.conversations import MailKind
from domain.distribution import OfferSettings, WorkSettings
from domain.errors import Refused
from domain.ids import new_id
from domain.offers import Offer, OfferState
from domain.views import ConversationView
from storage.accounts import Accounts
from storage.database import Database
from storage.documents import document
from storage.offer_settling import OfferSettling
from storage.offers import NewOffer, Offers
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.shop import Shop, open_shop

PATH = "/agent/v1/offers"
SET_WORK = "UPDATE workstreams SET distribution = 'push', work = %(work)s"
TELL = "UPDATE conversations SET attributes = %(attributes)s"


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, FakeChannel(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


@pytest.fixture
async def ann(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, agent=shop.ann)


@pytest.fixture
async def conversation(shop: Shop) -> ConversationView:
    return await shop.hears("Where is my parcel?")


async def offer_to(shop: Shop, agent: Agent, conversation: ConversationView, **new: Any) -> Offer:
    values = {"conversation_id": conversation.conversation_id, "agent_id": agent.agent_id}
    made = await Offers(shop.database).make(NewOffer(**values | new))
    assert isinstance(made, Offer), made
    return made


async def settle(shop: Shop, offer: Offer, state: OfferState) -> None:
    async with shop.database.transaction():
        fates = {offer.offer_id: state}
        await OfferSettling(shop.database).settle(offer.conversation_id, fates)


def path_of(conversation: ConversationView, rest: str) -> str:
    return f"/agent/v1/conversations/{conversation.conversation_id}/{rest}"


async def test_an_agent_sees_what_they_are_offered(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    fields = ("topic", "unknown")
    work = WorkSettings(offers=OfferSettings(fields=fields))
    await shop.database.execute(SET_WORK, {"work": document(work)})
    await shop.database.execute(TELL, {"attributes": document({"topic": "parcels"})})
    assert (await ann.get(PATH)).json()["items"] == []
    offer = await offer_to(shop, shop.ann, conversation)
    [shown] = (await ann.get(PATH)).json()["items"]
    assert shown["offer_id"] == str(offer.offer_id)
    assert (shown["customer_name"], shown["customer_is_known"]) == ("Alice", False)
    assert (shown["channel"], shown["queue_name"]) == ("whatsapp", "Shop")
    assert shown["first_message"]["content"]["text"] == "Where is my parcel?"
    assert shown["fields"] == {"topic": "parcels"}
    assert shown["may_decline"]
    assert shown["remaining"].startswith("PT1M5")


async def test_a_customer_who_wrote_before_is_known(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await shop.database.execute("UPDATE conversations SET state = 'closed', closed_at = now()")
    await offer_to(shop, shop.ann, await shop.hears("Me again"))
    [shown] = (await ann.get(PATH)).json()["items"]
    assert shown["customer_is_known"]


async def test_nobody_sees_or_answers_what_others_are_offered(
    ann: httpx2.AsyncClient, http: Http, shop: Shop, conversation: ConversationView
) -> None:
    offer = await offer_to(shop, shop.ben, conversation)
    assert (await ann.get(PATH)).json()["items"] == []
    assert (await ann.post(f"{PATH}/{offer.offer_id}/shown")).status_code == 404
    assert (await ann.post(path_of(conversation, "decline"))).status_code == 404
    eve = await http.keyed(Scope.AGENT, agent=shop.eve)
    assert (await eve.post(path_of(conversation, "accept"))).status_code == 404


async def test_accepting_tells_the_conversation_of_the_offer_first(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    offer = await offer_to(shop, shop.ann, conversation)
    answer = await ann.post(path_of(conversation, "accept"))
    assert answer.status_code == 200
    heard = shop.conversations.handled[conversation.conversation_id]
    assert [mail.kind for mail in heard] == [MailKind.CUSTOMER_WROTE, MailKind.OFFERED]
    [command] = shop.conversations.commands
    assert isinstance(command, Accept)
    assert (command.offer_id, command.agent_id) == (offer.offer_id, shop.ann.agent_id)


async def test_who_is_not_in_the_queue_may_accept_what_they_are_offered(
    http: Http, shop: Shop, conversation: ConversationView
) -> None:
    await offer_to(shop, shop.eve, conversation)
    eve = await http.keyed(Scope.AGENT, agent=shop.eve)
    assert (await eve.post(path_of(conversation, "accept"))).status_code == 200


async def test_what_is_not_offered_is_picked_as_ever(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await settle(shop, await offer_to(shop, shop.ann, conversation), OfferState.TIMED_OUT)
    assert (await ann.post(path_of(conversation, "accept"))).status_code == 200
    assert [type(each) for each in shop.conversations.commands] == [Pick]


async def test_an_offer_that_is_over_is_said_to_be_over(
    http: Http, shop: Shop, conversation: ConversationView
) -> None:
    await settle(shop, await offer_to(shop, shop.eve, conversation), OfferState.WITHDRAWN)
    eve = await http.keyed(Scope.AGENT, agent=shop.eve)
    answer = await eve.post(path_of(conversation, "accept"))
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")


async def test_accepting_waits_for_nothing_that_is_down(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await offer_to(shop, shop.ann, conversation)
    shop.conversations.is_down = True
    assert (await ann.post(path_of(conversation, "accept"))).status_code == 503


async def test_declining_keeps_the_reason_out_of_histories(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    offer = await offer_to(shop, shop.ann, conversation)
    reason = "I do not speak Romanian."
    answer = await ann.post(path_of(conversation, "decline"), json={"reason": reason})
    assert (answer.status_code, answer.json()["reason"]) == (200, reason)
    [command] = shop.conversations.commands
    assert isinstance(command, Decline)
    assert command.offer_id == offer.offer_id
    assert reason not in command.model_dump_json()


async def test_declining_again_changes_nothing(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await settle(shop, await offer_to(shop, shop.ann, conversation), OfferState.DECLINED)
    answer = await ann.post(path_of(conversation, "decline"))
    assert answer.json()["state"] == "declined"
    assert shop.conversations.commands == []


@pytest.mark.parametrize("forbidden", [{"may_decline": False}, {"auto_assign": True}])
async def test_what_may_not_be_declined_is_not(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView, forbidden: dict[str, bool]
) -> None:
    work = WorkSettings(offers=OfferSettings(**forbidden))
    await shop.database.execute(SET_WORK, {"work": document(work)})
    await offer_to(shop, shop.ann, conversation)
    answer = await ann.post(path_of(conversation, "decline"))
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert shop.conversations.commands == []


async def test_an_offer_that_ran_out_is_not_declined(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await settle(shop, await offer_to(shop, shop.ann, conversation), OfferState.TIMED_OUT)
    assert (await ann.post(path_of(conversation, "decline"))).status_code == 409


async def test_what_an_agent_has_seen_was_delivered(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    offer = await offer_to(shop, shop.ann, conversation)
    for _ in range(2):
        assert (await ann.post(f"{PATH}/{offer.offer_id}/shown")).status_code == 204
    [shown] = (await ann.get(PATH)).json()["items"]
    assert shown["shown_at"] is not None
    assert (await ann.post(f"{PATH}/{new_id()}/shown")).status_code == 404


async def test_a_refusal_by_the_conversation_is_told(
    ann: httpx2.AsyncClient, shop: Shop, conversation: ConversationView
) -> None:
    await offer_to(shop, shop.ann, conversation)
    shop.conversations.refusal = Refused("This offer is over.")
    for rest in ("accept", "decline"):
        assert (await ann.post(path_of(conversation, rest))).status_code == 409
