"""An agent is away: what they have waits for them, and goes back to its queue when they stay away."""

from datetime import timedelta

import pytest

from domain.channels import ChannelName
from domain.conversations import Event, Memory, State
from domain.effects import Announce, Trigger
from domain.errors import Refused
from domain.timers import Deadline, TimerPolicy
from statemachines.machine import Decision, fire
from tests.builders import BOB, NOON, a_memory, an_assigned_memory

HELD = (State.ACTIVE, State.TEMPLATE_ONLY, State.DISCONNECTED, State.RECONNECT_WINDOW)
FIVE_MINUTES = timedelta(minutes=5)


def happens(memory: Memory, event: Event, after: timedelta = timedelta()) -> Decision:
    return fire(memory, event, now=NOON + after, timers=TimerPolicy(), agent_id=BOB)


def awaiting(state: State = State.ACTIVE) -> Memory:
    """Alice's conversation, and she is away."""
    held = an_assigned_memory(state, channel=ChannelName.LIVE_CHAT)
    return happens(held, Event.AGENT_AWAY).memory


def due(memory: Memory) -> object:
    return memory.deadlines.get(Deadline.AGENT_LOST)


@pytest.mark.parametrize("state", HELD)
def test_what_an_agent_has_waits_for_them_wherever_it_is(state: State) -> None:
    memory = awaiting(state)
    assert memory.state is state
    assert due(memory) == NOON + FIVE_MINUTES
    back = happens(memory, Event.AGENT_RETURNED).memory
    assert due(back) is None
    assert back.agent_id == memory.agent_id


def test_being_told_again_prolongs_nothing() -> None:
    again = happens(awaiting(), Event.AGENT_AWAY, timedelta(minutes=1)).memory
    assert due(again) == NOON + FIVE_MINUTES


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Event.CONNECTION_LOST, State.ACTIVE),
        (Event.CUSTOMER_WROTE, State.DISCONNECTED),
        (Event.CUSTOMER_RETURNED, State.RECONNECT_WINDOW),
        (Event.SERVICE_WINDOW_EXPIRED, State.ACTIVE),
        (Event.CUSTOMER_WROTE, State.ACTIVE),
    ],
)
def test_what_customers_and_windows_do_does_not_bring_an_agent_back(event: Event, state: State) -> None:
    assert due(happens(awaiting(state), event).memory) == NOON + FIVE_MINUTES


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Event.RELEASED, State.ACTIVE),
        (Event.AGENT_ENDED, State.ACTIVE),
        (Event.SESSION_CLOSED, State.DISCONNECTED),
        (Event.TRANSFERRED_TO_AGENT, State.ACTIVE),
        (Event.FORCE_CLOSED, State.ACTIVE),
    ],
)
def test_nobody_is_waited_for_who_has_it_no_more(event: Event, state: State) -> None:
    assert due(happens(awaiting(state), event).memory) is None


@pytest.mark.parametrize("state", [State.ACTIVE, State.TEMPLATE_ONLY])
def test_a_lost_agent_s_conversation_goes_back_and_its_customer_may_be_told(state: State) -> None:
    outcome = happens(awaiting(state), Event.AGENT_LOST, FIVE_MINUTES)
    memory = outcome.memory
    assert (memory.state, memory.agent_id, memory.holds_capacity) == (State.OPEN, None, False)
    assert memory.preferred_agent_id is None
    told = [effect.trigger for effect in outcome.effects if isinstance(effect, Announce)]
    assert told == [Trigger.AGENT_DISCONNECTED, Trigger.CONVERSATION_REQUEUED]


@pytest.mark.parametrize("state", [State.DISCONNECTED, State.RECONNECT_WINDOW])
def test_a_customer_who_is_away_too_meets_somebody_else(state: State) -> None:
    lost = happens(awaiting(state), Event.AGENT_LOST, FIVE_MINUTES).memory
    assert (lost.state, lost.agent_id, lost.holds_capacity) == (state, None, False)
    assert happens(lost, Event.CUSTOMER_RETURNED).memory.state is State.OPEN


@pytest.mark.parametrize("state", [State.OPEN, State.WAITING, State.WRAP_UP])
def test_where_no_agent_is_needed_none_is_missed(state: State) -> None:
    with pytest.raises(Refused):
        happens(a_memory(state=state), Event.AGENT_AWAY)
