"""Words of the table about a live chat's connection."""

from domain.conversations import Event
from domain.effects import Trigger
from domain.timers import Deadline
from statemachines.firing import Firing


class Connections(Firing):
    """Whether the customer is there."""

    def ends_when_left(self) -> bool:
        """Without its agent it waits for another one, not for its customer, who may end it."""
        return self.is_live() and not self.memory.persistent

    def connection_is_lost(self) -> bool:
        waits = Deadline.CONNECTION_GRACE in self.memory.deadlines
        return waits or self._is_closing_for_lack_of_customer()

    def may_reconnect(self) -> bool:
        return self.timers.reconnect_limit is not None

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

    def announce_disconnected(self) -> None:
        self._announce(Trigger.CUSTOMER_DISCONNECTED)

    def _is_closing_for_lack_of_customer(self) -> bool:
        """The grace is over, and only mail on its way has kept the conversation from closing."""
        retries = Deadline.CLOSE_RETRY in self.memory.deadlines
        return retries and self.memory.closing is Event.GRACE_EXPIRED
