"""Whatever happens in whatever order: the promises of one customer's conversations."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain import commands
from domain.conversations import Event, Memory, State
from domain.effects import Close
from domain.errors import HoldfastError, Refused
from domain.ids import new_id
from domain.timers import TimerPolicy
from statemachines import deadlines
from statemachines.commands import check, event_of, is_done_already
from statemachines.machine import fire
from tests.builders import ALICE, BOB, NOON, a_memory

WINDOW = timedelta(hours=24)
TIMERS = TimerPolicy(wrap_up_capacity=timedelta(minutes=10))
AGENTS = st.sampled_from([ALICE, BOB])
VERBS = st.sampled_from(
    [commands.Pick, commands.End, commands.CloseSession, commands.Release, commands.ForceClose]
)


class Conversation:
    """A row and a workflow: `posted` is what PostgreSQL gave out, `handled` what the workflow read."""

    def __init__(self, now: datetime) -> None:
        self.memory: Memory = a_memory(last_inbound_at=now, window_expires_at=now + WINDOW)
        self.mail: list[tuple[int, datetime]] = []
        self.posted = 0
        self.handled = 0
        self.closed = False

    def post(self, now: datetime) -> None:
        self.posted += 1
        self.mail.append((self.posted, now))

    def happen(self, event: Event, now: datetime, **facts: object) -> None:
        decision = fire(self.memory, event, now=now, timers=TIMERS, **facts)  # type: ignore[arg-type]
        if any(isinstance(effect, Close) for effect in decision.effects):
            if self.handled < self.posted:
                self.memory = deadlines.postpone_closing(self.memory, event, now)
                return
            self.closed = True
        self.memory = decision.memory


class OneCustomer(RuleBasedStateMachine):
    """A customer writes, agents act, mail is dispatched late and twice, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.conversations: list[Conversation] = []
        self.written = 0
        self.last_written = NOON

    @property
    def current(self) -> Conversation | None:
        open_ones = [each for each in self.conversations if not each.closed]
        return open_ones[0] if open_ones else None

    @rule()
    def customer_writes(self) -> None:
        if self.current is None:
            self.conversations.append(Conversation(self.now))
        assert self.current is not None
        self.current.post(self.now)
        self.written += 1
        self.last_written = self.now

    @rule(again=st.booleans())
    def mail_is_dispatched(self, again: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        if self.current is None:
            return
        conversation, batch = self.current, list(self.current.mail)
        for position, at in [*batch, *(batch if again else [])]:
            if position > conversation.handled:
                conversation.happen(Event.CUSTOMER_WROTE, self.now, wrote_at=at)
                conversation.handled = position
        conversation.mail.clear()

    @rule(verb=VERBS, agent=AGENTS, force=st.booleans())
    def somebody_acts(
        self,
        verb: type[commands.AnyCommand],
        agent: object,
        force: bool,  # noqa: FBT001 - drawn by hypothesis
    ) -> None:
        if self.current is None:
            return
        memory = self.current.memory
        command = verb.model_validate(
            {"command_id": new_id(), "agent_id": agent, "as_supervisor": force}
        )
        try:
            check(memory, command, self.now)
            event = event_of(memory, command)
            if event is not None and not is_done_already(memory, command):
                self.current.happen(event, self.now, agent_id=command.agent_id)
        except HoldfastError:
            assert self.current.memory is memory  # a refusal changes nothing

    @rule(hours=st.integers(min_value=0, max_value=60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for _ in range(20):
            due = deadlines.earliest(self.current.memory) if self.current else None
            if self.current is None or due is None or due[1] > self.now:
                return
            event = deadlines.event_of(self.current.memory, due[0])
            self.current.memory = deadlines.without(self.current.memory, due[0])
            try:
                if event is not None:
                    self.current.happen(event, due[1])
            except Refused:
                continue
            if due[0] is deadlines.Deadline.CLOSE_RETRY:
                return  # it waits for mail, which only the dispatcher brings

    @invariant()
    def inv1_every_message_is_read_or_on_its_way_to_an_unclosed_conversation(self) -> None:
        assert sum(each.posted for each in self.conversations) == self.written
        for each in self.conversations:
            assert each.handled == each.posted or not each.closed

    @invariant()
    def inv4_free_text_may_leave_only_within_the_window(self) -> None:
        if self.current is None:
            return
        send = commands.Send(
            command_id=new_id(), agent_id=ALICE, message_id=new_id(), as_supervisor=True
        )
        try:
            check(self.current.memory, send, self.now)
        except HoldfastError:
            return
        assert self.now < self.last_written + WINDOW

    @invariant()
    def inv6_at_most_one_conversation_is_open(self) -> None:
        assert sum(not each.closed for each in self.conversations) <= 1

    @invariant()
    def inv7_capacity_is_used_only_in_somebodys_hands(self) -> None:
        for each in self.conversations:
            memory = each.memory
            if memory.holds_capacity:
                assert memory.agent_id is not None
            if memory.state in (State.OPEN, State.WAITING, State.CLOSED):
                assert not memory.holds_capacity


TestOneCustomer = OneCustomer.TestCase
TestOneCustomer.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
