"""What one event may ask and do: the words of the table, in code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.channels import is_live
from domain.conversations import Event, Memory, State
from domain.effects import (
    Announce,
    Assign,
    ClearDeadline,
    Close,
    Effect,
    EnterState,
    ExpireParked,
    FreeCapacity,
    HoldCapacity,
    OpenWindow,
    ReleaseParked,
    SetDeadline,
    Trigger,
    Unassign,
    WithdrawParked,
)
from domain.ids import AgentId
from domain.service_window import is_window_open, window_expiry
from domain.timers import Deadline, TimerPolicy


@dataclass
class Step:
    """One firing: what conditions may ask, and the effects that callbacks collect.

    The names of its methods are the words of the table's `do`, `when` and `unless`.
    """

    state: State
    memory: Memory
    event: Event
    now: datetime
    timers: TimerPolicy
    agent_id: AgentId | None
    wrote_at: datetime
    effects: list[Effect] = field(default_factory=list)

    # -- when, unless ---------------------------------------------------------------------------

    def is_live(self) -> bool:
        return is_live(self.memory.channel)

    def ends_when_left(self) -> bool:
        """Without its agent it waits for another one, not for its customer."""
        return self.is_live() and not self.memory.persistent

    def window_is_open(self) -> bool:
        return is_window_open(self.memory.window_expires_at, self.now)

    def agent_is_held(self) -> bool:
        return self.memory.session_open

    def connection_is_lost(self) -> bool:
        waits = Deadline.CONNECTION_GRACE in self.memory.deadlines
        return waits or self._is_closing_for_lack_of_customer()

    def may_reconnect(self) -> bool:
        return self.timers.reconnect_limit is not None

    # -- do -------------------------------------------------------------------------------------

    def open_window(self) -> None:
        expires_at = window_expiry(self.wrote_at, self.memory.service_window)
        self._ask(OpenWindow(wrote_at=self.wrote_at, expires_at=expires_at))
        if self.state is State.ACTIVE:
            self._watch_window(expires_at)
        if self.state is State.OPEN:
            self._arm(Deadline.OPEN_AUTO_CLOSE, self.timers.open_auto_close)
            self._stay_open()

    def start_waiting(self) -> None:
        self._arm(Deadline.OPEN_AUTO_CLOSE, self.timers.open_auto_close)

    def close_window(self) -> None:
        self._ask(OpenWindow(wrote_at=self.memory.last_inbound_at, expires_at=self._shut_at()))
        self._disarm(Deadline.SERVICE_WINDOW, Deadline.WINDOW_REMINDER)

    def assign(self) -> None:
        if self.agent_id is None:
            raise ValueError(f"{self.event} needs an agent")
        self._ask(Assign(agent_id=self.agent_id), HoldCapacity())
        self._announce(Trigger.AGENT_ASSIGNED)

    def requeue(self) -> None:
        self._put_back(same_agent=self.timers.same_agent)

    def give_back(self) -> None:
        self._put_back(same_agent=False)

    def let_agent_go(self) -> None:
        self._ask(FreeCapacity(), Unassign())
        self._announce(Trigger.AGENT_LEFT)

    def free_capacity(self) -> None:
        self._ask(FreeCapacity())
        self._disarm(Deadline.WRAP_UP_CAPACITY)

    def start_grace(self) -> None:
        self._arm(Deadline.CONNECTION_GRACE, self.timers.connection_grace)

    def keep_grace(self) -> None:
        if Deadline.CONNECTION_GRACE not in self.memory.deadlines:
            self.start_grace()

    def end_grace(self) -> None:
        self._disarm(Deadline.CONNECTION_GRACE)
        if self._is_closing_for_lack_of_customer():
            self._disarm(Deadline.CLOSE_RETRY)

    def welcome_back(self) -> None:
        self._announce(Trigger.CUSTOMER_RETURNED)

    def remind_agent(self) -> None:
        self._disarm(Deadline.WINDOW_REMINDER)
        self._announce(Trigger.WINDOW_CLOSING)

    def release_parked(self) -> None:
        if self.memory.parked:
            self._ask(ReleaseParked())
            self._disarm(Deadline.PARKED_REPLY)

    def expire_parked(self) -> None:
        self._ask(ExpireParked(now=self.now))
        self._disarm(Deadline.PARKED_REPLY)
        left = [reply.expires_at for reply in self.memory.parked if reply.expires_at > self.now]
        if left:
            self._ask(SetDeadline(deadline=Deadline.PARKED_REPLY, at=min(left)))
        self._announce(Trigger.PARKED_REPLY_EXPIRED)

    def announce_opt_out(self) -> None:
        self._announce(Trigger.CUSTOMER_OPTED_OUT)

    def announce_disconnected(self) -> None:
        self._announce(Trigger.CUSTOMER_DISCONNECTED)

    def announce_window_opened(self) -> None:
        self._announce(Trigger.WINDOW_OPENED)

    def announce_window_closed(self) -> None:
        self._announce(Trigger.WINDOW_CLOSED)

    # -- entering a state -----------------------------------------------------------------------

    def enter_open(self) -> None:
        self._enter(State.OPEN)
        self._arm(Deadline.OPEN_AUTO_CLOSE, self.timers.open_auto_close)

    def enter_active(self) -> None:
        self._enter(State.ACTIVE)
        self._watch_window(self._window_expiry())

    def enter_template_only(self) -> None:
        self._enter(State.TEMPLATE_ONLY)

    def enter_waiting(self) -> None:
        self._enter(State.WAITING)
        self._ask(FreeCapacity(), Unassign(remember=True))
        self._announce(Trigger.AGENT_LEFT)
        self._arm(Deadline.WAITING_INACTIVITY, self.timers.waiting_inactivity)

    def enter_disconnected(self) -> None:
        self._enter(State.DISCONNECTED, keep=(Deadline.CONNECTION_GRACE,))

    def enter_reconnect_window(self) -> None:
        self._enter(State.RECONNECT_WINDOW)
        if self.timers.reconnect_limit is not None:
            self._arm(Deadline.RECONNECT_LIMIT, self.timers.reconnect_limit)

    def enter_wrap_up(self) -> None:
        self._enter(State.WRAP_UP)
        self._withdraw_parked()
        self._announce(Trigger.CONVERSATION_ENDED)
        block = self.timers.wrap_up_capacity
        if block == timedelta(0):
            self._ask(FreeCapacity())
        elif block is not None:
            self._arm(Deadline.WRAP_UP_CAPACITY, block)
        # A block longer than the time to close wins (omnichannel rules, automatic close).
        self._arm(Deadline.WRAP_UP_CLOSE, max(self.timers.wrap_up_close, block or timedelta(0)))

    def enter_closed(self) -> None:
        self._withdraw_parked()
        self._disarm(*self.memory.deadlines)
        self._ask(FreeCapacity(), EnterState(state=State.CLOSED))
        self._announce(Trigger.CONVERSATION_CLOSED)
        self._ask(Close(reason=self.event))

    # -- words used above -----------------------------------------------------------------------

    def _ask(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def _announce(self, trigger: Trigger) -> None:
        self._ask(Announce(trigger=trigger))

    def _enter(self, state: State, keep: Sequence[Deadline] = ()) -> None:
        """Every deadline belongs to a state, except that of parked replies."""
        kept = (Deadline.PARKED_REPLY, *keep, *self._forced_closing())
        self._disarm(*(deadline for deadline in self.memory.deadlines if deadline not in kept))
        self._ask(EnterState(state=state))

    def _forced_closing(self) -> tuple[Deadline, ...]:
        """A supervisor's order to close outlives the customer's message that delayed it."""
        return (Deadline.CLOSE_RETRY,) if self.memory.closing is Event.FORCE_CLOSED else ()

    def _stay_open(self) -> None:
        if not self._forced_closing():
            self._disarm(Deadline.CLOSE_RETRY)

    def _is_closing_for_lack_of_customer(self) -> bool:
        """The grace is over, and only mail on its way has kept the conversation from closing."""
        retries = Deadline.CLOSE_RETRY in self.memory.deadlines
        return retries and self.memory.closing is Event.GRACE_EXPIRED

    def _arm(self, deadline: Deadline, after: timedelta) -> None:
        self._ask(SetDeadline(deadline=deadline, at=self.now + after))

    def _put_back(self, *, same_agent: bool) -> None:
        self._ask(FreeCapacity(), Unassign(remember=same_agent))
        self._announce(Trigger.CONVERSATION_REQUEUED)

    def _disarm(self, *deadlines: Deadline) -> None:
        self._ask(*(ClearDeadline(deadline=deadline) for deadline in deadlines))

    def _withdraw_parked(self) -> None:
        if self.memory.parked:
            self._ask(WithdrawParked())
            self._disarm(Deadline.PARKED_REPLY)

    def _watch_window(self, expires_at: datetime | None) -> None:
        if expires_at is None:
            return
        self._ask(SetDeadline(deadline=Deadline.SERVICE_WINDOW, at=expires_at))
        before = self.timers.window_reminder
        if before is None or expires_at - before <= self.now:
            self._disarm(Deadline.WINDOW_REMINDER)
        else:
            self._ask(SetDeadline(deadline=Deadline.WINDOW_REMINDER, at=expires_at - before))

    def _window_expiry(self) -> datetime | None:
        """The window as this very event leaves it."""
        opened = [effect for effect in self.effects if isinstance(effect, OpenWindow)]
        return opened[-1].expires_at if opened else self.memory.window_expires_at

    def _shut_at(self) -> datetime:
        expires_at = self.memory.window_expires_at
        return self.now if expires_at is None else min(expires_at, self.now)
