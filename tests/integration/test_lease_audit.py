"""Leases that do not follow their conversations are found and set right, and so are wrong sums."""

from datetime import timedelta

import pytest

from application.lease_audit import LeaseAudit
from domain.conversations import State
from domain.offers import NotOffered, Offer, OfferState
from storage.leases import Leases
from tests.integration.distributing import Distributing
from tests.integration.house import House

AT_ONCE = timedelta(0)


@pytest.fixture
def desk(house: House) -> Distributing:
    return Distributing(house)


@pytest.fixture
def audit(house: House) -> LeaseAudit:
    return LeaseAudit(house.db)


async def test_what_follows_is_left_alone(desk: Distributing, audit: LeaseAudit, house: House) -> None:
    offered, taken = await desk.conversation(), await desk.conversation()
    await desk.offer(offered, house.alice)
    await desk.project(taken, State.ACTIVE, house.bob)
    assert await audit.sweep(AT_ONCE) == 0
    assert await desk.leases(offered) == {house.alice.agent_id: "offer"}
    assert await desk.leases(taken) == {house.bob.agent_id: "conversation"}


async def test_what_an_older_release_left_behind_is_freed(
    desk: Distributing, audit: LeaseAudit, house: House
) -> None:
    conversation = await desk.conversation()
    await desk.project(conversation, State.ACTIVE, house.alice)
    await house.db.execute(
        "UPDATE conversations SET state = 'closed', closed_at = now(), holds_capacity = false"
    )
    assert await audit.sweep() == 0  # it is young: something may be under way
    assert await audit.sweep(AT_ONCE) == 1
    assert await desk.leases(conversation) == {}
    assert await audit.sweep(AT_ONCE) == 0


async def test_what_an_older_release_forgot_to_hold_is_held(
    desk: Distributing, audit: LeaseAudit, house: House
) -> None:
    conversation = await desk.conversation()
    await desk.give(house.alice.agent_id, 10)
    await house.db.execute(
        "UPDATE conversations SET state = 'active', holds_capacity = true, agent_id = %(agent_id)s",
        {"agent_id": house.alice.agent_id},
    )
    assert await audit.sweep() == 1
    (lease,) = await Leases(house.db).of(conversation)
    assert (lease.agent_id, lease.units, lease.forced) == (house.alice.agent_id, 30, True)


async def test_an_offer_that_no_workflow_knows_of_blocks_its_conversation_for_a_while_only(
    desk: Distributing, audit: LeaseAudit, house: House
) -> None:
    """A restored backup says that it is open; its workflow has settled it long ago."""
    conversation = await desk.conversation()
    offer = await desk.offer(conversation, house.alice)
    assert isinstance(offer, Offer)
    await house.db.execute("UPDATE offers SET expires_at = now() - interval '9 minutes'")
    await desk.project(conversation, State.OPEN)
    assert await audit.sweep() == 0  # Temporal may be down
    await house.db.execute("UPDATE offers SET expires_at = now() - interval '11 minutes'")
    assert await desk.offer(conversation, house.bob) is NotOffered.OFFERED_ALREADY
    assert await audit.sweep() == 1
    assert await desk.state_of(offer.offer_id) == OfferState.WITHDRAWN
    assert await desk.leases(conversation) == {}
    assert isinstance(await desk.offer(conversation, house.bob), Offer)


async def test_inv7_a_sum_that_is_wrong_is_found_and_set_right(
    desk: Distributing, audit: LeaseAudit, house: House
) -> None:
    await desk.offer(await desk.conversation(), house.alice)
    assert await desk.capacity.audit() == []
    await house.db.execute("UPDATE agent_loads SET used_units = 7")
    [wrong] = await desk.capacity.audit()
    assert (wrong.agent_id, wrong.used_units, wrong.leased_units) == (house.alice.agent_id, 7, 30)
    await audit.sweep()
    assert await desk.capacity.audit() == []
