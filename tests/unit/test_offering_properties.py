"""Whatever is offered, answered and missed in whatever order: nobody has too much, nothing is stuck."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import commands
from domain.capacity import Demand, Standing, shortage
from domain.conversations import Event, Memory, State
from domain.effects import Close, SettleOffer
from domain.errors import HoldfastError, Refused
from domain.ids import AgentId, new_id
from domain.offers import OfferState, OfferTerms
from domain.timers import TimerPolicy
from statemachines import deadlines, proposals
from statemachines.commands import check, event_of, is_done_already
from statemachines.machine import fire
from tests.builders import ALICE, BOB, NOON, a_memory

TIMERS = TimerPolicy(wrap_up_capacity=timedelta(minutes=10))
AGENTS = (ALICE, BOB)
UNITS, LIMIT = 30, 60
CONVERSATIONS = 4
WHICH = st.integers(0, CONVERSATIONS - 1)
WHO = st.sampled_from(AGENTS)
LETTING_GO = st.sampled_from([commands.End, commands.CloseSession, commands.Release])


class Conversation:
    """What PostgreSQL has of it (`state`, `offer`, `held`), and what its workflow remembers."""

    def __init__(self) -> None:
        self.memory: Memory = a_memory()
        self.mail: list[OfferTerms] = []
        self.state = State.OPEN
        self.offer: OfferTerms | None = None
        self.held: set[AgentId] = set()

    def happen(self, event: Event, **facts: object) -> None:
        now = facts.pop("now")
        decision = fire(self.memory, event, now=now, timers=TIMERS, **facts)  # type: ignore[arg-type]
        if self.mail and any(isinstance(each, Close) for each in decision.effects):
            self.memory = deadlines.postpone_closing(self.memory, event, now)  # type: ignore[arg-type]
            return
        self.memory = decision.memory
        settled = {each.offer_id for each in decision.effects if isinstance(each, SettleOffer)}
        self.project(settled)

    def project(self, settled: set[object]) -> None:
        """As `Leases.follow`: who has it holds it, and whom it is offered to."""
        if self.offer is not None and self.offer.offer_id in settled:
            self.offer = None
        self.state = self.memory.state
        holder = {self.memory.agent_id} if self.memory.holds_capacity else set()
        asked = {self.offer.agent_id} if self.offer else set()
        self.held = {each for each in holder | asked if each is not None}


class Distribution(RuleBasedStateMachine):
    """A distributor offers, agents answer or do not, mail is late, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.all = [Conversation() for _ in range(CONVERSATIONS)]

    def standing(self, agent: AgentId) -> Standing:
        held = sum(agent in each.held for each in self.all)
        return Standing(agent_id=agent, capacity_units=LIMIT, used_units=held * UNITS, sessions=held)

    @rule(which=WHICH, agent=WHO, accepted=st.booleans())
    def something_is_offered(self, which: int, agent: AgentId, accepted: bool) -> None:  # noqa: FBT001
        each = self.all[which]
        fits = shortage(self.standing(agent), Demand(units=UNITS)) is None
        if each.state is State.OPEN and not each.held and fits:
            each.offer = OfferTerms(
                offer_id=new_id(),
                agent_id=agent,
                expires_at=self.now + timedelta(minutes=2),
                accepted=accepted,
            )
            each.held = {agent}
            each.mail.append(each.offer)

    @rule(which=WHICH)
    def mail_is_dispatched(self, which: int) -> None:
        each = self.all[which]
        for terms in each.mail.copy():
            if not proposals.is_known(each.memory, terms):
                self.consider(each, terms)
            each.mail.remove(terms)

    def consider(self, each: Conversation, terms: OfferTerms) -> None:
        event = proposals.event_of(terms)
        try:
            each.happen(event, now=self.now, agent_id=terms.agent_id, offer=terms)
        except Refused:
            assert proposals.fate_of_late(each.memory, terms) in {
                OfferState.ACCEPTED,
                OfferState.WITHDRAWN,
            }
            each.project({terms.offer_id})

    @rule(which=WHICH, agent=WHO, accepts=st.booleans())
    def somebody_answers(self, which: int, agent: AgentId, accepts: bool) -> None:  # noqa: FBT001
        self.mail_is_dispatched(which)
        offer = self.all[which].memory.offer
        kind = commands.Accept if accepts else commands.Decline
        offer_id = offer.offer_id if offer else new_id()
        self.obey(which, kind(command_id=new_id(), agent_id=agent, offer_id=offer_id))

    @rule(which=WHICH, agent=WHO)
    def somebody_picks(self, which: int, agent: AgentId) -> None:
        each = self.all[which]
        asked = each.offer.agent_id if each.offer else agent
        room = agent in each.held or shortage(self.standing(agent), Demand(units=UNITS)) is None
        if asked == agent and room and each.memory.state is State.OPEN:
            self.obey(which, commands.Pick(command_id=new_id(), agent_id=agent))

    @rule(which=WHICH, agent=WHO, kind=LETTING_GO)
    def somebody_lets_go(self, which: int, agent: AgentId, kind: type[commands.AnyCommand]) -> None:
        command = kind.model_validate({"command_id": new_id(), "agent_id": agent})
        self.obey(which, command)

    @rule(which=WHICH)
    def a_supervisor_closes(self, which: int) -> None:
        command = commands.ForceClose(command_id=new_id(), agent_id=ALICE, as_supervisor=True)
        self.obey(which, command)

    @rule(which=WHICH)
    def a_customer_writes(self, which: int) -> None:
        each = self.all[which]
        if each.memory.state is not State.CLOSED:
            each.happen(Event.CUSTOMER_WROTE, now=self.now, wrote_at=self.now)

    def obey(self, which: int, command: commands.AnyCommand) -> None:
        each = self.all[which]
        try:
            check(each.memory, command, self.now)
            event = event_of(each.memory, command)
            if event is not None and not is_done_already(each.memory, command):
                each.happen(event, now=self.now, agent_id=command.agent_id)
        except HoldfastError:
            return

    @rule(minutes=st.integers(0, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for each in self.all:
            for _ in range(20):
                due = deadlines.earliest(each.memory)
                if due is None or due[1] > self.now or due[0] is deadlines.Deadline.CLOSE_RETRY:
                    break
                self.reach(each, due[0])

    def reach(self, each: Conversation, deadline: deadlines.Deadline) -> None:
        event = deadlines.event_of(each.memory, deadline)
        each.memory = deadlines.without(each.memory, deadline)
        try:
            if event is not None:
                each.happen(event, now=self.now)
        except Refused:
            return

    @invariant()
    def inv7_nobody_has_more_than_they_may(self) -> None:
        for agent in AGENTS:
            assert self.standing(agent).used_units <= LIMIT

    @invariant()
    def inv7_whoever_has_it_or_is_asked_holds_it(self) -> None:
        for each in self.all:
            if each.memory.holds_capacity and not each.mail:
                assert each.held == {each.memory.agent_id}
            assert len(each.held) <= 2

    @invariant()
    def what_is_offered_is_known_or_on_its_way(self) -> None:
        for each in self.all:
            if each.offer is not None:
                assert each.offer == each.memory.offer or each.offer in each.mail

    @invariant()
    def whoever_is_asked_has_until_the_countdown_and_no_longer(self) -> None:
        for each in self.all:
            waits = deadlines.Deadline.OFFER_COUNTDOWN in each.memory.deadlines
            assert waits == (each.memory.offer is not None)

    @precondition(lambda self: not any(each.mail for each in self.all))
    @invariant()
    def a_closed_conversation_holds_nobody(self) -> None:
        for each in self.all:
            if each.memory.state is State.CLOSED:
                assert (each.offer, each.held) == (None, set())


TestDistribution = Distribution.TestCase
TestDistribution.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
