"""What one event may ask and do: the words of the table, in code."""

from datetime import timedelta

from domain.conversations import State
from domain.effects import Close, EnterState, FreeCapacity, Trigger, Unassign
from domain.offers import OfferState
from domain.timers import Deadline
from statemachines.connections import Connections
from statemachines.hands import Hands
from statemachines.queueing import Queueing
from statemachines.windows import Windows


class Step(Windows, Hands, Connections, Queueing):
    """One firing: what conditions may ask, and the effects that callbacks collect.

    The names of its methods are the words of the table's `do`, `when` and `unless`. Those about one
    subject stand in a file of their own; what happens on entering each state stands here.
    """

    def start_waiting(self) -> None:
        self._arm(Deadline.OPEN_AUTO_CLOSE, self.timers.open_auto_close)

    def announce_opt_out(self) -> None:
        self._announce(Trigger.CUSTOMER_OPTED_OUT)

    def enter_open(self) -> None:
        self._enter(State.OPEN)
        self._arm(Deadline.OPEN_AUTO_CLOSE, self.timers.open_auto_close)
        self._queue_again()

    def enter_active(self) -> None:
        self._enter(State.ACTIVE, keep=(Deadline.AGENT_LOST,))
        self._watch_window(self._window_expiry())

    def enter_template_only(self) -> None:
        self._enter(State.TEMPLATE_ONLY, keep=(Deadline.AGENT_LOST,))

    def enter_waiting(self) -> None:
        self._enter(State.WAITING)
        self._ask(FreeCapacity(), Unassign(remember=True))
        self._announce(Trigger.AGENT_LEFT)
        self._arm(Deadline.WAITING_INACTIVITY, self.timers.waiting_inactivity)

    def enter_disconnected(self) -> None:
        self._enter(State.DISCONNECTED, keep=(Deadline.CONNECTION_GRACE, Deadline.AGENT_LOST))

    def enter_reconnect_window(self) -> None:
        self._enter(State.RECONNECT_WINDOW, keep=(Deadline.AGENT_LOST,))
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
        self._settle(OfferState.WITHDRAWN)
        self._withdraw_parked()
        self._disarm(*self.memory.deadlines)
        self._ask(FreeCapacity(), EnterState(state=State.CLOSED))
        self._announce(Trigger.CONVERSATION_CLOSED)
        self._ask(Close(reason=self.event))
