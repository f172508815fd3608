"""A persistent chat waits for its customer like an asynchronous channel; only an agent ends it."""

import pytest

from domain.channels import ChannelName
from domain.conversations import Event, State
from domain.errors import Refused
from domain.timers import TimerPolicy
from statemachines.machine import fire
from tests.builders import ALICE, NOON, an_assigned_memory


@pytest.mark.parametrize(
    ("persistent", "state"), [(True, State.WAITING), (False, State.OPEN)], ids=["persistent", "live"]
)
def test_a_chat_that_its_agent_leaves_waits_for_whom_it_needs(
    persistent: bool,  # noqa: FBT001 - a parameter
    state: State,
) -> None:
    memory = an_assigned_memory(
        channel=ChannelName.LIVE_CHAT, service_window=None, persistent=persistent
    )

    after, _ = fire(memory, Event.SESSION_CLOSED, now=NOON, timers=TimerPolicy(), agent_id=ALICE)

    assert after.state is state
    assert not after.holds_capacity


@pytest.mark.parametrize("state", State)
def test_only_an_agent_ends_it_whatever_its_state(state: State) -> None:
    memory = an_assigned_memory(
        state, channel=ChannelName.LIVE_CHAT, service_window=None, persistent=True
    )

    with pytest.raises(Refused):
        fire(memory, Event.CUSTOMER_ENDED, now=NOON, timers=TimerPolicy())


def test_a_returning_customer_goes_back_to_the_same_agent_first() -> None:
    memory = an_assigned_memory(channel=ChannelName.LIVE_CHAT, service_window=None, persistent=True)
    left, _ = fire(memory, Event.SESSION_CLOSED, now=NOON, timers=TimerPolicy(), agent_id=ALICE)

    back, _ = fire(left, Event.CUSTOMER_WROTE, now=NOON, timers=TimerPolicy())

    assert (back.state, back.preferred_agent_id) == (State.OPEN, ALICE)
