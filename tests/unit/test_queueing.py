"""Waiting in the machine: from when a wait counts, what it comes to, and what makes it no longer."""

from datetime import timedelta

import pytest

from domain.channels import ChannelName
from domain.conversations import Event, Memory, State
from domain.effects import Announce, Trigger
from domain.errors import Refused
from domain.ids import new_id
from domain.timers import Deadline, QueueOverflow, TimerPolicy
from statemachines import deadlines
from statemachines.machine import fire, resume
from statemachines.queueing import overflowing, settled_in
from tests.builders import BOB, NOON, a_memory, an_assigned_memory, an_offer

LATE = new_id()
TEN = timedelta(minutes=10)
ENDS = TimerPolicy(queue_overflow=QueueOverflow(after=TEN))
MOVES = TimerPolicy(queue_overflow=QueueOverflow(after=TEN, queue_id=LATE))
PATIENT = TimerPolicy()


def due(memory: Memory) -> object:
    return memory.deadlines.get(Deadline.QUEUE_OVERFLOW)


def waiting(timers: TimerPolicy = MOVES) -> Memory:
    """The customer's first message was told three minutes late."""
    memory = a_memory(queued_at=NOON)
    return fire(memory, Event.CUSTOMER_WROTE, now=NOON + timedelta(minutes=3), timers=timers).memory


def test_a_wait_counts_from_when_the_conversation_began_and_no_message_makes_it_longer() -> None:
    memory = waiting()
    again = fire(memory, Event.CUSTOMER_WROTE, now=NOON + timedelta(minutes=9), timers=MOVES).memory
    assert due(memory) == due(again) == NOON + TEN


def test_a_chat_waits_like_any_other() -> None:
    memory = a_memory(channel=ChannelName.LIVE_CHAT, queued_at=NOON)
    assert due(fire(memory, Event.CHAT_STARTED, now=NOON, timers=MOVES).memory) == NOON + TEN


def test_where_no_queue_overflows_nothing_is_awaited() -> None:
    assert due(waiting(PATIENT)) is None


@pytest.mark.parametrize("event", [Event.RELEASED, Event.AGENT_LOST, Event.TRANSFERRED_TO_QUEUE])
def test_back_in_the_queue_the_wait_begins_anew(event: Event) -> None:
    memory = fire(an_assigned_memory(queued_at=NOON - TEN), event, now=NOON, timers=MOVES).memory
    assert (memory.queued_at, due(memory)) == (NOON, NOON + TEN)


def test_in_an_agent_s_hands_nothing_is_awaited() -> None:
    memory = fire(waiting(), Event.PICKED, now=NOON + TEN, timers=MOVES, agent_id=BOB).memory
    assert due(memory) is None


def test_who_waited_long_enough_waits_in_the_other_queue() -> None:
    memory = deadlines.without(waiting(), Deadline.QUEUE_OVERFLOW)
    assert overflowing(memory, MOVES, NOON + TEN) is Event.OVERFLOWED
    memory = fire(memory, Event.OVERFLOWED, now=NOON + TEN, timers=MOVES).memory
    assert (memory.state, memory.queue_id, memory.queued_at) == (State.OPEN, LATE, NOON + TEN)
    # What the other queue says is read once it is there.
    assert due(settled_in(memory, ENDS, NOON + TEN)) == NOON + TEN + TEN
    assert due(settled_in(memory, PATIENT, NOON + TEN)) is None


def test_or_is_told_that_nobody_comes_and_closed() -> None:
    memory = waiting(ENDS)
    assert overflowing(memory, ENDS, NOON + TEN) is Event.OVERFLOW_ENDED
    decision = fire(memory, Event.OVERFLOW_ENDED, now=NOON + TEN, timers=ENDS)
    assert decision.memory.state is State.CLOSED
    told = [each.trigger for each in decision.effects if isinstance(each, Announce)]
    assert told == [Trigger.OVERFLOW_ENDED, Trigger.CONVERSATION_CLOSED]


def test_more_time_or_no_limit_at_all_counts_for_who_waits_already() -> None:
    longer = TimerPolicy(queue_overflow=QueueOverflow(after=2 * TEN))
    memory = waiting()
    assert overflowing(memory, longer, NOON + TEN) is None
    assert due(settled_in(memory, longer, NOON + TEN)) == NOON + 2 * TEN
    assert overflowing(memory, PATIENT, NOON + TEN) is None
    assert due(settled_in(memory, PATIENT, NOON + TEN)) is None


def test_who_is_asked_just_then_may_answer_first() -> None:
    offer = an_offer(expires_at=NOON + timedelta(minutes=11))
    memory = waiting().model_copy(update={"offer": offer})
    assert overflowing(memory, MOVES, NOON + TEN) is None
    assert due(settled_in(memory, MOVES, NOON + TEN)) == offer.expires_at
    assert overflowing(memory, MOVES, offer.expires_at) is Event.OVERFLOWED


def test_at_the_same_moment_the_offer_ends_first() -> None:
    both = {Deadline.QUEUE_OVERFLOW: NOON, Deadline.OFFER_COUNTDOWN: NOON}
    assert deadlines.earliest(a_memory(deadlines=both)) == (Deadline.OFFER_COUNTDOWN, NOON)


def test_what_ends_for_want_of_people_ends_whatever_is_written_meanwhile() -> None:
    memory = deadlines.postpone_closing(waiting(ENDS), Event.OVERFLOW_ENDED, NOON + TEN)
    memory = fire(memory, Event.CUSTOMER_WROTE, now=NOON + TEN, timers=ENDS).memory
    assert deadlines.event_of(memory, Deadline.CLOSE_RETRY) is Event.OVERFLOW_ENDED
    assert Deadline.CLOSE_RETRY in memory.deadlines


def test_without_another_queue_it_stays() -> None:
    with pytest.raises(Refused):
        fire(waiting(), Event.OVERFLOWED, now=NOON + TEN, timers=ENDS)


def test_a_lost_conversation_waits_from_when_it_is_found() -> None:
    memory = resume(a_memory(), now=NOON, timers=MOVES)
    assert (memory.queued_at, due(memory)) == (NOON, NOON + TEN)
