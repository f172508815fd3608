"""Transfers in the machine: to another queue at once, to another agent when they accept."""

from typing import Any

import pytest

from domain.commands import TransferToQueue
from domain.conversations import Event, Memory, State
from domain.effects import Announce, SettleOffer, Trigger
from domain.errors import NotYourConversation
from domain.ids import new_id
from domain.offers import OfferPurpose, OfferState
from domain.timers import Deadline, TimerPolicy
from statemachines.commands import check, event_of
from statemachines.machine import Decision, fire
from tests.builders import ALICE, BOB, NOON, a_memory, an_assigned_memory, an_offer

SALES = new_id()
TO_BOB = an_offer(purpose=OfferPurpose.TRANSFER)


def happen(memory: Memory, event: Event = Event.TRANSFERRED_TO_QUEUE, **facts: Any) -> Decision:
    values = {"queue_id": SALES} | facts
    return fire(memory, event, now=NOON, timers=TimerPolicy(), **values)


def told(decision: Decision) -> list[Trigger]:
    return [each.trigger for each in decision.effects if isinstance(each, Announce)]


@pytest.mark.parametrize("state", [State.ACTIVE, State.TEMPLATE_ONLY])
def test_in_another_queue_it_waits_for_anybody(state: State) -> None:
    decision = happen(an_assigned_memory(state))
    memory = decision.memory
    assert (memory.state, memory.queue_id, memory.queued_at) == (State.OPEN, SALES, NOON)
    assert (memory.agent_id, memory.preferred_agent_id, memory.holds_capacity) == (None, None, False)
    assert Deadline.OPEN_AUTO_CLOSE in memory.deadlines
    assert told(decision) == [Trigger.TRANSFERRED_TO_QUEUE]


def test_what_waits_goes_to_the_other_queue_and_is_offered_to_nobody_any_more() -> None:
    offer = an_offer()
    offered = happen(a_memory(), Event.OFFERED, offer=offer).memory
    decision = happen(offered)
    assert decision.memory.queue_id == SALES
    assert SettleOffer(offer_id=offer.offer_id, outcome=OfferState.WITHDRAWN) in decision.effects
    assert Deadline.OFFER_COUNTDOWN not in decision.memory.deadlines


def test_an_open_transfer_to_an_agent_is_withdrawn_by_one_to_a_queue() -> None:
    asked = happen(an_assigned_memory(), Event.OFFERED, offer=TO_BOB).memory
    decision = happen(asked)
    assert decision.memory.offer is None
    assert SettleOffer(offer_id=TO_BOB.offer_id, outcome=OfferState.WITHDRAWN) in decision.effects


def test_whoever_accepts_a_transfer_is_announced() -> None:
    asked = happen(an_assigned_memory(), Event.OFFERED, offer=TO_BOB).memory
    decision = happen(asked, Event.TRANSFERRED_TO_AGENT, agent_id=BOB)
    assert decision.memory.agent_id == BOB
    assert told(decision) == [Trigger.AGENT_ASSIGNED, Trigger.TRANSFER_ACCEPTED]


def test_only_its_agent_or_a_supervisor_transfers_it() -> None:
    values = {"command_id": new_id(), "queue_id": SALES, "queue_name": "Sales"}
    of_alice = TransferToQueue(agent_id=ALICE, **values)
    assert event_of(an_assigned_memory(), of_alice) is Event.TRANSFERRED_TO_QUEUE
    check(an_assigned_memory(), of_alice, NOON)
    for memory in (an_assigned_memory(), a_memory()):
        with pytest.raises(NotYourConversation):
            check(memory, TransferToQueue(agent_id=BOB, **values), NOON)
        check(memory, TransferToQueue(agent_id=BOB, as_supervisor=True, **values), NOON)
