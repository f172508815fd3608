"""Offers in the machine: made, answered, run out, and withdrawn by whatever else happens."""

from typing import Any

import pytest

from domain import commands
from domain.channels import ChannelName
from domain.conversations import Event, Memory, State
from domain.effects import FreeCapacity, SettleOffer
from domain.errors import NotYourConversation, Refused
from domain.ids import AgentId, new_id
from domain.offers import OfferPurpose, OfferState, OfferTerms
from domain.timers import Deadline, TimerPolicy
from statemachines import proposals
from statemachines.commands import check, event_of, is_done_already
from statemachines.deadlines import EVENTS
from statemachines.machine import Decision, fire, resume
from tests.builders import ALICE, BOB, NOON, a_memory, an_assigned_memory, an_offer

TO_BOB = an_offer()
HANDED_TO_BOB = an_offer(purpose=OfferPurpose.TRANSFER)
CAROL = new_id()
ASSIGNED = (State.ACTIVE, State.TEMPLATE_ONLY)


def happen(memory: Memory, event: Event, **facts: Any) -> Decision:
    return fire(memory, event, now=NOON, timers=TimerPolicy(), **{"agent_id": BOB} | facts)


def offered(terms: OfferTerms = TO_BOB, **memory: Any) -> Memory:
    """Open and offered to Bob."""
    return happen(a_memory(**memory), Event.OFFERED, offer=terms).memory


def handed_over(state: State = State.ACTIVE) -> Memory:
    """Alice has it, and wants Bob to take it."""
    return happen(an_assigned_memory(state), Event.OFFERED, offer=HANDED_TO_BOB).memory


def settled(decision: Decision) -> dict[Any, OfferState]:
    return {each.offer_id: each.outcome for each in decision.effects if isinstance(each, SettleOffer)}


def answer(
    memory: Memory, kind: type[commands.Accept | commands.Decline], agent_id: AgentId = BOB
) -> commands.Accept | commands.Decline:
    offer_id = memory.offer.offer_id if memory.offer else TO_BOB.offer_id
    return kind(command_id=new_id(), agent_id=agent_id, offer_id=offer_id)


def test_an_offer_leaves_the_state_and_waits_for_its_answer() -> None:
    memory = offered()
    assert (memory.state, memory.agent_id, memory.offer) == (State.OPEN, None, TO_BOB)
    assert memory.deadlines[Deadline.OFFER_COUNTDOWN] == TO_BOB.expires_at
    assert EVENTS[Deadline.OFFER_COUNTDOWN] is Event.OFFER_EXPIRED
    assert not memory.holds_capacity  # the offer holds it, not the conversation


def test_nobody_else_is_asked_while_somebody_is() -> None:
    with pytest.raises(Refused):
        happen(offered(), Event.OFFERED, offer=an_offer(agent_id=CAROL))


@pytest.mark.parametrize("state", [each for each in State if each is not State.OPEN])
def test_only_a_conversation_in_its_queue_is_offered_for_assignment(state: State) -> None:
    with pytest.raises(Refused):
        happen(an_assigned_memory(state), Event.OFFERED, offer=TO_BOB)


@pytest.mark.parametrize("state", [each for each in State if each not in ASSIGNED])
def test_only_a_conversation_in_somebodys_hands_is_handed_over(state: State) -> None:
    with pytest.raises(Refused):
        happen(an_assigned_memory(state), Event.OFFERED, offer=HANDED_TO_BOB)


def test_whoever_accepts_has_it() -> None:
    decision = happen(offered(), Event.OFFER_ACCEPTED)
    assert settled(decision) == {TO_BOB.offer_id: OfferState.ACCEPTED}
    memory = decision.memory
    assert (memory.state, memory.agent_id, memory.offer) == (State.ACTIVE, BOB, None)
    assert memory.holds_capacity
    assert Deadline.OFFER_COUNTDOWN not in memory.deadlines


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (Event.OFFER_DECLINED, OfferState.DECLINED),
        (Event.OFFER_EXPIRED, OfferState.TIMED_OUT),
    ],
)
def test_a_conversation_that_nobody_took_can_be_offered_again(
    event: Event, outcome: OfferState
) -> None:
    decision = happen(offered(), event)
    assert settled(decision) == {TO_BOB.offer_id: outcome}
    memory = decision.memory
    assert (memory.state, memory.offer) == (State.OPEN, None)
    assert Deadline.OFFER_COUNTDOWN not in memory.deadlines
    assert offered(an_offer(agent_id=CAROL)).offer is not None


LEAVING_OPEN = (
    Event.CUSTOMER_ENDED,
    Event.CUSTOMER_LEFT,
    Event.GRACE_EXPIRED,
    Event.AUTO_CLOSE,
    Event.INACTIVITY_EXPIRED,
    Event.OVERFLOW_ENDED,
    Event.BOT_ENDED,
    Event.FORCE_CLOSED,
    Event.ASSIGNED,
    Event.PICKED,
)


@pytest.mark.parametrize("event", LEAVING_OPEN)
def test_whatever_ends_the_waiting_withdraws_the_offer(event: Event) -> None:
    memory = offered(channel=ChannelName.LIVE_CHAT, service_window=None, window_expires_at=None)
    decision = happen(memory, event, agent_id=CAROL)
    assert settled(decision) == {TO_BOB.offer_id: OfferState.WITHDRAWN}
    assert decision.memory.offer is None
    assert Deadline.OFFER_COUNTDOWN not in decision.memory.deadlines


@pytest.mark.parametrize("event", [Event.CUSTOMER_WROTE, Event.CONNECTION_LOST])
def test_what_leaves_it_open_leaves_it_offered(event: Event) -> None:
    memory = offered(channel=ChannelName.LIVE_CHAT)
    after = happen(memory, event).memory
    assert after.offer == TO_BOB
    assert Deadline.OFFER_COUNTDOWN in after.deadlines


def test_an_agent_who_picks_what_they_are_offered_has_accepted_it() -> None:
    decision = happen(offered(), Event.PICKED, agent_id=BOB)
    assert settled(decision) == {TO_BOB.offer_id: OfferState.ACCEPTED}


def test_a_pick_is_refused_while_somebody_else_is_asked() -> None:
    pick = commands.Pick(command_id=new_id(), agent_id=CAROL)
    with pytest.raises(NotYourConversation):
        check(offered(), pick, NOON)


def test_a_transfer_changes_the_agent_once_it_is_accepted() -> None:
    memory = handed_over()
    assert (memory.agent_id, memory.holds_capacity) == (ALICE, True)
    accept = answer(memory, commands.Accept)
    check(memory, accept, NOON)
    assert event_of(memory, accept) is Event.TRANSFERRED_TO_AGENT
    decision = happen(memory, Event.TRANSFERRED_TO_AGENT)
    assert settled(decision) == {HANDED_TO_BOB.offer_id: OfferState.ACCEPTED}
    assert (decision.memory.state, decision.memory.agent_id) == (State.ACTIVE, BOB)
    assert decision.memory.offer is None


@pytest.mark.parametrize("event", [Event.OFFER_DECLINED, Event.OFFER_EXPIRED])
def test_a_transfer_that_nobody_takes_stays_with_its_agent(event: Event) -> None:
    decision = happen(handed_over(), event)
    assert (decision.memory.state, decision.memory.agent_id) == (State.ACTIVE, ALICE)
    assert not any(isinstance(each, FreeCapacity) for each in decision.effects)


def test_a_transfer_goes_on_when_the_service_window_opens_or_closes() -> None:
    shut = happen(handed_over(), Event.SERVICE_WINDOW_EXPIRED).memory
    assert shut.offer == HANDED_TO_BOB
    opened = happen(shut, Event.CUSTOMER_WROTE, wrote_at=NOON).memory
    assert (opened.state, opened.offer) == (State.ACTIVE, HANDED_TO_BOB)
    assert Deadline.OFFER_COUNTDOWN in opened.deadlines


@pytest.mark.parametrize("event", [Event.AGENT_ENDED, Event.RELEASED, Event.SESSION_CLOSED])
def test_a_transfer_is_withdrawn_when_its_agent_lets_go(event: Event) -> None:
    decision = happen(handed_over(), event)
    assert settled(decision) == {HANDED_TO_BOB.offer_id: OfferState.WITHDRAWN}


def test_what_is_assigned_unasked_is_theirs_at_once() -> None:
    terms = an_offer(agent_id=CAROL, accepted=True)
    decision = happen(offered(), proposals.event_of(terms), agent_id=CAROL, offer=terms)
    assert settled(decision) == {
        terms.offer_id: OfferState.ACCEPTED,
        TO_BOB.offer_id: OfferState.WITHDRAWN,
    }
    assert decision.memory.agent_id == CAROL


def test_what_is_handed_over_unasked_is_theirs_at_once() -> None:
    terms = an_offer(purpose=OfferPurpose.TRANSFER, accepted=True)
    decision = happen(an_assigned_memory(), proposals.event_of(terms), offer=terms)
    assert (decision.memory.agent_id, decision.memory.offer) == (BOB, None)


def test_an_offer_that_comes_too_late_is_withdrawn_unless_its_agent_has_it_anyway() -> None:
    assert proposals.fate_of_late(an_assigned_memory(), TO_BOB) is OfferState.WITHDRAWN
    bobs = an_assigned_memory(agent_id=BOB)
    assert proposals.fate_of_late(bobs, TO_BOB) is OfferState.ACCEPTED


@pytest.mark.parametrize("kind", [commands.Accept, commands.Decline])
def test_only_whom_it_is_offered_to_can_answer(
    kind: type[commands.Accept | commands.Decline],
) -> None:
    memory = offered()
    check(memory, answer(memory, kind), NOON)
    for wrong in (
        answer(memory, kind, CAROL),
        answer(memory, kind).model_copy(update={"offer_id": ALICE}),
    ):
        with pytest.raises(Refused):
            check(memory, wrong, NOON)
    with pytest.raises(Refused):
        check(a_memory(), answer(memory, kind), NOON)


def test_accepting_again_is_no_error() -> None:
    accept = answer(offered(), commands.Accept)
    taken = happen(offered(), Event.OFFER_ACCEPTED).memory
    check(taken, accept, NOON)
    assert is_done_already(taken, accept)


def test_a_conversation_that_is_taken_up_in_the_middle_knows_its_offer() -> None:
    memory = resume(a_memory(offer=TO_BOB), now=NOON, timers=TimerPolicy())
    assert memory.deadlines[Deadline.OFFER_COUNTDOWN] == TO_BOB.expires_at
    assert proposals.is_known(memory, TO_BOB)
    assert not proposals.is_known(memory, an_offer())


@pytest.mark.parametrize("state", [each for each in State if each is not State.CLOSED])
def test_an_offer_that_should_not_be_there_any_more_runs_out_in_any_state(state: State) -> None:
    memory = an_assigned_memory(state, offer=TO_BOB)
    assert happen(memory, Event.OFFER_EXPIRED).memory.offer is None
