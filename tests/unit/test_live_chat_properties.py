"""Whatever connects, breaks, ends and closes: whom a customer meets, and who is held for them."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain import commands
from domain.channels import ChannelName
from domain.conversations import Event, Memory, State
from domain.errors import HoldfastError, Refused
from domain.ids import AgentId, new_id
from domain.timers import Deadline, TimerPolicy
from statemachines import deadlines
from statemachines.commands import check, event_of, is_done_already
from statemachines.machine import fire
from tests.builders import ALICE, BOB, NOON, a_memory

LIMIT = timedelta(minutes=2)
TIMERS = TimerPolicy(
    connection_grace=timedelta(seconds=20),
    reconnect_limit=LIMIT,
    open_auto_close=timedelta(minutes=20),
    wrap_up_close=timedelta(minutes=15),
    wrap_up_capacity=timedelta(minutes=1),
)
AWAY = (State.DISCONNECTED, State.RECONNECT_WINDOW)
OVER = (State.WRAP_UP, State.CLOSED)
AGENTS = st.sampled_from([ALICE, BOB])
VERBS = st.sampled_from(
    [commands.Pick, commands.End, commands.CloseSession, commands.Release, commands.ForceClose]
)


class OneChat(RuleBasedStateMachine):
    """A customer with a weak connection, two agents, and a clock.

    As PostgreSQL tells it: lost and returned take turns, and nothing is told of what has ended.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.memory: Memory = a_memory(
            channel=ChannelName.LIVE_CHAT, service_window=None, window_expires_at=None
        )
        self.is_lost = False
        self.ended_by_customer = False
        self.was_over = False
        self.held: AgentId | None = None
        """Who has to be met by a customer who comes back in time."""
        self._happen(Event.CHAT_STARTED)

    def _happen(self, event: Event, **facts: object) -> bool:
        try:
            decision = fire(self.memory, event, now=self.now, timers=TIMERS, **facts)  # type: ignore[arg-type]
        except Refused:
            return False
        self.memory = decision.memory
        return True

    @rule()
    def connection_breaks(self) -> None:
        if self.is_lost or self.ended_by_customer or self.memory.state in OVER:
            return
        self.is_lost = True
        self._happen(Event.CONNECTION_LOST)
        self.held = self.memory.agent_id if self.memory.session_open else None

    @rule()
    def customer_returns(self) -> None:
        if not self.is_lost or self.ended_by_customer:
            return
        self.is_lost = False
        self._come_back(Event.CUSTOMER_RETURNED)

    @rule()
    def customer_writes(self) -> None:
        if self.ended_by_customer or self.memory.state in OVER:
            return
        if self.is_lost:
            self.customer_returns()
        self._happen(Event.CUSTOMER_WROTE, wrote_at=self.now)

    @rule()
    def customer_ends(self) -> None:
        if not self.ended_by_customer:
            self.ended_by_customer = True
            self._happen(Event.CUSTOMER_ENDED)

    @rule(verb=VERBS, agent=AGENTS)
    def somebody_acts(self, verb: type[commands.AnyCommand], agent: AgentId) -> None:
        force = verb is commands.ForceClose
        command = verb.model_validate(
            {"command_id": new_id(), "agent_id": agent, "as_supervisor": force}
        )
        try:
            check(self.memory, command, self.now)
        except HoldfastError:
            return
        event = event_of(self.memory, command)
        if event is None or is_done_already(self.memory, command):
            return
        self._happen(event, agent_id=agent)
        self.held = self.memory.agent_id if self.memory.state in AWAY else None

    @rule(seconds=st.sampled_from([1, 10, 21, 60, 125, 1000]))
    def time_passes(self, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        while (due := deadlines.earliest(self.memory)) is not None and due[1] <= until:
            self.now = max(due[1], self.now)
            event = deadlines.event_of(self.memory, due[0])
            self.memory = deadlines.without(self.memory, due[0])
            if event is not None:
                self._happen(event)
        self.now = until

    def _come_back(self, event: Event) -> None:
        before = self.memory
        self._happen(event)
        if before.state not in AWAY:
            return
        if self.held is not None:
            assert (self.memory.state, self.memory.agent_id) == (State.ACTIVE, self.held)
        else:
            assert (self.memory.state, self.memory.agent_id) == (State.OPEN, None)

    @invariant()
    def inv7_capacity_is_used_by_whoever_has_it_and_nobody_else(self) -> None:
        memory = self.memory
        if memory.holds_capacity:
            assert memory.agent_id is not None
        if memory.state in (State.OPEN, State.CLOSED):
            assert not memory.holds_capacity
        if memory.state is State.ACTIVE:
            assert memory.holds_capacity
        if memory.state in AWAY:
            assert memory.holds_capacity is (memory.agent_id is not None)

    @invariant()
    def inv8_what_is_over_stays_over(self) -> None:
        assert not self.was_over or self.memory.state in OVER
        self.was_over = self.memory.state in OVER
        assert not self.ended_by_customer or self.was_over

    @invariant()
    def inv5_nobody_waits_for_ever(self) -> None:
        """Who is away is given so long; who waits in a queue, too; who wraps up, too."""
        memory = self.memory
        waits_for = {
            State.DISCONNECTED: Deadline.CONNECTION_GRACE,
            State.RECONNECT_WINDOW: Deadline.RECONNECT_LIMIT,
            State.OPEN: Deadline.OPEN_AUTO_CLOSE,
            State.WRAP_UP: Deadline.WRAP_UP_CLOSE,
        }
        if memory.state in waits_for:
            assert waits_for[memory.state] in memory.deadlines
        if self.is_lost and memory.state is State.OPEN:
            assert Deadline.CONNECTION_GRACE in memory.deadlines
        if self.is_lost:
            assert memory.state is not State.ACTIVE


TestOneChat = OneChat.TestCase
TestOneChat.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
