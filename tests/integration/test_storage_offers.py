"""Offers and leases in PostgreSQL: one decision at a time, and never more than an agent may have."""

import asyncio
import random
from typing import Any

import pytest

from domain.capacity import MOST_SESSIONS, Shortage
from domain.configuration import Agent
from domain.conversations import MailKind, State
from domain.ids import ConversationId, new_id
from domain.offers import NotOffered, Offer, OfferPurpose, OfferState
from domain.ports import CapacityRequest
from storage.conversations import Conversations
from storage.leases import Leases
from storage.mailbox import Mailbox
from tests.integration.distributing import Distributing
from tests.integration.house import House

EVENTS = "SELECT jsonb_agg(type ORDER BY id) FROM conversation_events WHERE to_agent_id = %(agent_id)s"
COMES = "INSERT INTO agent_presences (agent_id) VALUES (%(agent_id)s)"
IMPOSED = "SELECT imposed FROM agent_presences WHERE agent_id = %(agent_id)s"
CONSULT = """
    INSERT INTO capacity_leases (conversation_id, agent_id, units, held_for)
    SELECT conversation_id, %(agent_id)s, 0, 'consult' FROM conversations
"""
SHOWN = "UPDATE offers SET shown_at = now()"


@pytest.fixture
async def desk(house: House) -> Distributing:
    """Work is pushed, each conversation takes 30 units."""
    desk = Distributing(house)
    await desk.work()
    return desk


async def made(desk: Distributing, conversation_id: ConversationId, agent: Agent, **new: Any) -> Offer:
    offer = await desk.offer(conversation_id, agent, **new)
    assert isinstance(offer, Offer), offer
    return offer


async def taken(desk: Distributing, conversation_id: ConversationId, agent: Agent) -> Offer:
    """Offered and accepted."""
    offer = await made(desk, conversation_id, agent)
    fate = {offer.offer_id: OfferState.ACCEPTED}
    await desk.project(conversation_id, State.ACTIVE, agent, offers=fate)
    return offer


async def test_an_offer_holds_capacity_and_tells_workflow_and_agent(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    offer = await made(desk, conversation, house.alice)
    assert (offer.queue_id, offer.state) == (house.queue.queue_id, OfferState.OPEN)
    assert (offer.expires_at - offer.offered_at).total_seconds() == 120
    assert await desk.leases(conversation) == {house.alice.agent_id: "offer"}
    mail = await Mailbox(house.db).pending(conversation)
    assert mail is not None
    assert [item.kind for item in mail.items] == [MailKind.CUSTOMER_WROTE, MailKind.OFFERED]
    terms = mail.items[-1].offer
    assert terms is not None
    assert (terms.offer_id, terms.agent_id) == (offer.offer_id, house.alice.agent_id)
    assert terms.expires_at == offer.expires_at
    assert mail.offer == terms
    assert await house.value(EVENTS, agent_id=house.alice.agent_id) == ["offer_made"]


async def test_nobody_else_is_asked_meanwhile(desk: Distributing, house: House) -> None:
    conversation = await desk.conversation()
    await made(desk, conversation, house.alice)
    assert await desk.offer(conversation, house.bob) is NotOffered.OFFERED_ALREADY
    assert await desk.leases(conversation) == {house.alice.agent_id: "offer"}


async def test_a_supervisor_may_give_it_to_somebody_else_instead(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    first = await made(desk, conversation, house.alice)
    await made(desk, conversation, house.bob, instead=True, accepted=True, patient=True)
    assert await desk.state_of(first.offer_id) == "withdrawn"
    assert await desk.leases(conversation) == {house.bob.agent_id: "offer"}
    assert await house.value(EVENTS, agent_id=house.alice.agent_id) == ["offer_made", "offer_settled"]


async def test_whoever_is_asked_has_room_for_what_they_are_given(
    desk: Distributing, house: House
) -> None:
    await desk.give(house.alice.agent_id, 30)
    conversation = await desk.conversation()
    await made(desk, conversation, house.alice)
    await made(desk, conversation, house.alice, instead=True, accepted=True)
    (lease,) = await Leases(house.db).of(conversation)
    assert (lease.held_for, lease.forced) == ("offer", False)


async def test_whoever_was_consulted_holds_the_whole_of_what_they_are_handed(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    await taken(desk, conversation, house.alice)
    await house.db.execute(CONSULT, {"agent_id": house.bob.agent_id})
    transfer = await made(desk, conversation, house.bob, purpose=OfferPurpose.TRANSFER)
    standing = await desk.capacity.standing(house.bob.agent_id)
    assert standing is not None
    assert (standing.used_units, standing.sessions) == (30, 1)
    fate = {transfer.offer_id: OfferState.ACCEPTED}
    await desk.project(conversation, State.ACTIVE, house.bob, offers=fate)
    assert await desk.leases(conversation) == {house.bob.agent_id: "conversation"}
    assert await desk.capacity.audit() == []


async def test_only_what_waits_in_that_queue_is_offered(desk: Distributing, house: House) -> None:
    conversation = await desk.conversation()
    elsewhere = await desk.offer(conversation, house.alice, queue_id=new_id())
    assert elsewhere is NotOffered.IN_ANOTHER_QUEUE
    transfer = await desk.offer(conversation, house.alice, purpose=OfferPurpose.TRANSFER)
    assert transfer is NotOffered.NOT_WAITING
    await desk.project(conversation, State.ACTIVE, house.bob)
    assert await desk.offer(conversation, house.alice) is NotOffered.NOT_WAITING
    unknown = await desk.offer(new_id(), house.alice, patient=True)
    assert unknown is NotOffered.NOT_WAITING


async def test_a_chat_that_its_customer_has_ended_is_offered_to_nobody(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    await house.db.execute("UPDATE conversations SET ended_by = 'customer_ended'")
    assert await desk.offer(conversation, house.alice) is NotOffered.NOT_WAITING


async def test_what_somebody_is_just_busy_with_is_left_alone(desk: Distributing, house: House) -> None:
    conversation = await desk.conversation()
    async with house.db.transaction():
        await house.db.execute("SELECT 1 FROM conversations FOR UPDATE")
        other = asyncio.create_task(desk.offer(conversation, house.alice))
        assert await other is NotOffered.LOCKED


async def test_inv7_nobody_is_offered_more_than_their_units(desk: Distributing, house: House) -> None:
    await desk.give(house.alice.agent_id, 60)
    for _ in range(2):
        await made(desk, await desk.conversation(), house.alice)
    third = await desk.conversation()
    assert await desk.offer(third, house.alice) is Shortage.UNITS
    await made(desk, third, house.alice, forced=True)
    (lease,) = await Leases(house.db).of(third)
    assert lease.forced
    assert await desk.capacity.audit() == []


async def test_nobody_is_offered_too_many_conversations(desk: Distributing, house: House) -> None:
    for _ in range(MOST_SESSIONS):
        await made(desk, await desk.conversation(), house.alice)
    assert await desk.offer(await desk.conversation(), house.alice) is Shortage.SESSIONS


async def test_an_agent_who_was_switched_off_is_offered_nothing(
    desk: Distributing, house: House
) -> None:
    await house.db.execute("UPDATE agents SET enabled = false")
    assert await desk.offer(await desk.conversation(), house.alice) is NotOffered.NO_SUCH_AGENT


async def test_what_is_accepted_goes_on_holding_the_same(desk: Distributing, house: House) -> None:
    conversation = await desk.conversation()
    offer = await taken(desk, conversation, house.alice)
    assert await desk.state_of(offer.offer_id) == "accepted"
    assert await desk.leases(conversation) == {house.alice.agent_id: "conversation"}
    standing = await desk.capacity.standing(house.alice.agent_id)
    assert standing is not None
    assert (standing.used_units, standing.sessions) == (30, 1)


@pytest.mark.parametrize(
    ("said", "kept"),
    [(OfferState.DECLINED, "declined"), (OfferState.WITHDRAWN, "withdrawn")],
)
async def test_what_nobody_took_frees_its_capacity_and_can_be_offered_again(
    desk: Distributing, house: House, said: OfferState, kept: str
) -> None:
    conversation = await desk.conversation()
    offer = await made(desk, conversation, house.alice)
    await desk.project(conversation, State.OPEN, offers={offer.offer_id: said})
    assert await desk.state_of(offer.offer_id) == kept
    assert await desk.leases(conversation) == {}
    await made(desk, conversation, house.bob)


async def test_what_was_never_shown_was_not_delivered(desk: Distributing, house: House) -> None:
    conversation = await desk.conversation()
    unseen = await made(desk, conversation, house.alice)
    fate = OfferState.TIMED_OUT
    await desk.project(conversation, State.OPEN, offers={unseen.offer_id: fate})
    assert await desk.state_of(unseen.offer_id) == "undelivered"
    seen = await made(desk, conversation, house.bob)
    await house.db.execute(SHOWN)
    await desk.project(conversation, State.OPEN, offers={seen.offer_id: fate})
    assert await desk.state_of(seen.offer_id) == "timed_out"


async def test_whoever_misses_an_offer_is_inactive_where_the_organisation_wants_that(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    for agent, policy in ((house.alice, "{}"), (house.bob, '{"missed_makes_inactive": false}')):
        await desk.policy(policy)
        await house.db.execute(COMES, {"agent_id": agent.agent_id})
        offer = await made(desk, conversation, agent)
        fate = {offer.offer_id: OfferState.TIMED_OUT}
        await desk.project(conversation, State.OPEN, offers=fate)
    assert await house.value(IMPOSED, agent_id=house.alice.agent_id) == "inactive"
    assert await house.value(IMPOSED, agent_id=house.bob.agent_id) is None


async def test_whoever_could_not_answer_because_we_were_down_missed_nothing(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    await house.db.execute(COMES, {"agent_id": house.alice.agent_id})
    offer = await made(desk, conversation, house.alice)
    long_ago = {"offer_id": offer.offer_id}
    await house.db.execute(
        "UPDATE offers SET expires_at = now() - interval '1 minute' WHERE offer_id = %(offer_id)s",
        long_ago,
    )
    await desk.project(conversation, State.OPEN, offers={offer.offer_id: OfferState.TIMED_OUT})
    assert await desk.state_of(offer.offer_id) == "undelivered"
    assert await house.value(IMPOSED, agent_id=house.alice.agent_id) is None


async def test_whoever_declines_is_left_alone_where_the_organisation_wants_that(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    policy = '{"declined_makes_do_not_disturb": true}'
    for agent, kept in ((house.alice, "{}"), (house.bob, policy)):
        await desk.policy(kept)
        await house.db.execute(COMES, {"agent_id": agent.agent_id})
        offer = await made(desk, conversation, agent)
        fate = {offer.offer_id: OfferState.DECLINED}
        await desk.project(conversation, State.OPEN, offers=fate)
    assert await house.value(IMPOSED, agent_id=house.alice.agent_id) is None
    assert await house.value(IMPOSED, agent_id=house.bob.agent_id) == "do_not_disturb"


async def test_a_transfer_holds_capacity_of_both_until_it_is_accepted(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    await taken(desk, conversation, house.alice)
    transfer = await made(desk, conversation, house.bob, purpose=OfferPurpose.TRANSFER)
    alice, bob = house.alice.agent_id, house.bob.agent_id
    assert await desk.leases(conversation) == {alice: "conversation", bob: "offer"}
    fate = {transfer.offer_id: OfferState.ACCEPTED}
    await desk.project(conversation, State.ACTIVE, house.bob, offers=fate)
    assert await desk.leases(conversation) == {bob: "conversation"}
    assert await desk.offer(conversation, house.bob, purpose=OfferPurpose.TRANSFER) is NotOffered.TAKEN


async def test_waiting_frees_capacity_at_once(desk: Distributing, house: House) -> None:
    conversation = await desk.conversation()
    await taken(desk, conversation, house.alice)
    await desk.project(conversation, State.WRAP_UP, house.alice)
    assert await desk.leases(conversation) == {house.alice.agent_id: "conversation"}
    await desk.project(conversation, State.WRAP_UP, house.alice, holds=False)
    assert await desk.leases(conversation) == {}


async def test_inv7_closing_leaves_no_offer_and_no_lease_behind(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    offer = await made(desk, conversation, house.alice)
    assert await desk.close(conversation)
    assert await desk.state_of(offer.offer_id) == "withdrawn"
    assert await desk.leases(conversation) == {}
    assert await desk.offer(conversation, house.alice) is NotOffered.NOT_WAITING
    assert await desk.capacity.audit() == []


async def test_an_offer_on_its_way_keeps_a_conversation_from_closing(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    closing = desk.close(conversation)
    await made(desk, conversation, house.alice)
    assert await closing  # it asks with the position that includes the offer


async def test_what_a_lost_workflow_held_is_set_right_when_it_is_taken_up(
    desk: Distributing, house: House
) -> None:
    conversation = await desk.conversation()
    request = CapacityRequest(conversation_id=conversation, agent_id=house.alice.agent_id)
    await desk.work(pick_from_push=True)
    assert await Leases(house.db).take(request) is None
    await Conversations(house.db).reclaim(conversation)
    assert await desk.leases(conversation) == {}


# -- agents take work themselves --------------------------------------------------------------------


def asking(conversation: ConversationId, agent: Agent, *, forced: bool = False) -> CapacityRequest:
    return CapacityRequest(conversation_id=conversation, agent_id=agent.agent_id, forced=forced)


async def test_pushed_work_is_not_picked_unless_its_workstream_says_so(
    desk: Distributing, house: House
) -> None:
    conversation, leases = await desk.conversation(), Leases(house.db)
    refusal = await leases.take(asking(conversation, house.alice))
    assert refusal is not None
    assert "offered to you" in refusal
    await desk.work(pick_from_push=True)
    assert await leases.take(asking(conversation, house.alice)) is None
    assert await leases.take(asking(conversation, house.alice)) is None
    assert await desk.leases(conversation) == {house.alice.agent_id: "conversation"}
    assert await desk.offer(conversation, house.bob) is NotOffered.TAKEN


async def test_who_is_offered_it_may_take_it_and_nobody_else(desk: Distributing, house: House) -> None:
    conversation, leases = await desk.conversation(), Leases(house.db)
    await made(desk, conversation, house.alice)
    refusal = await leases.take(asking(conversation, house.bob))
    assert refusal is not None
    assert "somebody else" in refusal
    assert await leases.take(asking(conversation, house.alice)) is None
    assert await desk.leases(conversation) == {house.alice.agent_id: "conversation"}


async def test_inv7_nobody_takes_more_than_their_units_unless_forced(
    desk: Distributing, house: House
) -> None:
    await desk.work(pick_from_push=True)
    await desk.give(house.alice.agent_id, 50)
    leases = Leases(house.db)
    assert await leases.take(asking(await desk.conversation(), house.alice)) is None
    second = await desk.conversation()
    refusal = await leases.take(asking(second, house.alice))
    assert refusal is not None
    assert "used up" in refusal
    assert await leases.take(asking(second, house.alice, forced=True)) is None
    (lease,) = await leases.of(second)
    assert lease.forced


# -- profiles ---------------------------------------------------------------------------------------

PROFILE = """
    INSERT INTO capacity_profiles (profile_id, name, work_limit, blocks_assignment, reset)
    VALUES (%(profile_id)s, 'Chats', 1, %(blocks)s, %(reset)s)
"""
GRANT = """
    INSERT INTO agent_capacity_profiles (agent_id, profile_id, work_limit)
    VALUES (%(agent_id)s, %(profile_id)s, %(work_limit)s)
"""


async def profiled(
    desk: Distributing, agent: Agent, *, reset: str = "immediate", work_limit: int | None = None
) -> None:
    """Work takes a place in a profile of which this agent has one."""
    profile = {"profile_id": new_id(), "blocks": False, "reset": reset}
    await desk.house.db.execute(PROFILE, profile)
    grant = {"agent_id": agent.agent_id, "work_limit": work_limit, **profile}
    await desk.house.db.execute(GRANT, grant)
    await desk.work(capacity_profile_ids=(profile["profile_id"],))


async def test_inv7_a_profile_has_a_limit_of_its_own(desk: Distributing, house: House) -> None:
    await profiled(desk, house.alice)
    first = await desk.conversation()
    await taken(desk, first, house.alice)
    second = await desk.conversation()
    assert await desk.offer(second, house.alice) is Shortage.PROFILE
    assert await desk.offer(second, house.bob) is Shortage.NO_PROFILE
    await desk.close(first)
    await made(desk, second, house.alice)


async def test_an_agent_may_have_another_limit_than_their_profile(
    desk: Distributing, house: House
) -> None:
    await profiled(desk, house.alice, work_limit=2)
    await taken(desk, await desk.conversation(), house.alice)
    await made(desk, await desk.conversation(), house.alice)


async def test_what_is_used_until_the_end_of_the_day_comes_back_then(
    desk: Distributing, house: House
) -> None:
    await profiled(desk, house.alice, reset="end_of_day")
    first = await desk.conversation()
    await taken(desk, first, house.alice)
    await desk.close(first)
    second = await desk.conversation()
    assert await desk.offer(second, house.alice) is Shortage.PROFILE
    await house.db.execute("UPDATE capacity_uses SET used_at = used_at - interval '1 day'")
    await made(desk, second, house.alice)


async def test_what_was_only_offered_does_not_count_for_the_day(
    desk: Distributing, house: House
) -> None:
    await profiled(desk, house.alice, reset="end_of_day")
    conversation = await desk.conversation()
    offer = await made(desk, conversation, house.alice)
    await desk.project(conversation, State.OPEN, offers={offer.offer_id: OfferState.WITHDRAWN})
    await made(desk, await desk.conversation(), house.alice)


# -- many at once -----------------------------------------------------------------------------------


async def test_inv7_many_who_decide_at_once_give_nobody_too_much_and_nothing_twice(
    desk: Distributing, house: House
) -> None:
    agents = [await desk.agent(f"Agent {number}", units=60) for number in range(3)]
    conversations = [await desk.conversation() for _ in range(12)]
    chance = random.Random(6)  # noqa: S311 - the same choices each time

    async def distribute() -> list[Offer]:
        offered = []
        for _ in range(20):
            offer = await desk.offer(chance.choice(conversations), chance.choice(agents))
            offered += [offer] if isinstance(offer, Offer) else []
        return offered

    distributed = await asyncio.gather(*(distribute() for _ in range(8)))
    offered = [offer for each in distributed for offer in each]
    assert len({offer.conversation_id for offer in offered}) == len(offered) == 6
    for agent in agents:
        standing = await desk.capacity.standing(agent.agent_id)
        assert standing is not None
        assert (standing.used_units, standing.sessions) == (60, 2)
    assert await desk.capacity.audit() == []


async def test_inv7_offers_transfers_and_closings_at_once_never_lock_each_other_out(
    desk: Distributing, house: House
) -> None:
    agents = [await desk.agent(f"Agent {number}", units=90) for number in range(3)]
    conversations = [await desk.conversation() for _ in range(6)]
    chance = random.Random(7)  # noqa: S311 - the same choices each time

    async def act() -> None:
        for _ in range(15):
            conversation, agent = chance.choice(conversations), chance.choice(agents)
            match chance.randrange(4):
                case 0:
                    await desk.offer(conversation, agent, patient=True)
                case 1:
                    await desk.project(conversation, State.ACTIVE, agent)
                case 2:
                    await desk.offer(conversation, agent, purpose=OfferPurpose.TRANSFER, patient=True)
                case 3:
                    await desk.project(conversation, State.OPEN)

    await asyncio.gather(*(act() for _ in range(8)))
    for conversation in conversations:
        await desk.close(conversation)
        assert await desk.leases(conversation) == {}
    assert await desk.capacity.audit() == []
