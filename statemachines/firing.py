"""One event on its way through the machine: what it knows, and the effects it has collected."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.channels import is_live
from domain.conversations import Event, Memory, State
from domain.effects import Announce, ClearDeadline, Effect, EnterState, SetDeadline, Trigger
from domain.ids import AgentId, QueueId
from domain.offers import OfferTerms
from domain.timers import Deadline, TimerPolicy


@dataclass
class Firing:
    """What all words of the table are made of."""

    state: State
    memory: Memory
    event: Event
    now: datetime
    timers: TimerPolicy
    agent_id: AgentId | None
    wrote_at: datetime
    offer: OfferTerms | None = None
    queue_id: QueueId | None = None
    effects: list[Effect] = field(default_factory=list)

    def is_live(self) -> bool:
        return is_live(self.memory.channel)

    def _ask(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def _announce(self, trigger: Trigger) -> None:
        self._ask(Announce(trigger=trigger))

    def _arm(self, deadline: Deadline, after: timedelta) -> None:
        self._ask(SetDeadline(deadline=deadline, at=self.now + after))

    def _disarm(self, *deadlines: Deadline) -> None:
        self._ask(*(ClearDeadline(deadline=deadline) for deadline in deadlines))

    def _enter(self, state: State, keep: Sequence[Deadline] = ()) -> None:
        """Every deadline belongs to a state, except that of parked replies, and what is to be kept."""
        kept = (Deadline.PARKED_REPLY, *keep, *self._forced_closing())
        self._disarm(*(deadline for deadline in self.memory.deadlines if deadline not in kept))
        self._ask(EnterState(state=state))

    def _forced_closing(self) -> tuple[Deadline, ...]:
        """A supervisor's order to close outlives the customer's message that delayed it."""
        return (Deadline.CLOSE_RETRY,) if self.memory.closing is Event.FORCE_CLOSED else ()
