"""Words of the table about the service window, and about replies that wait for it to open."""

from datetime import datetime

from domain.conversations import Event, State
from domain.effects import ExpireParked, OpenWindow, ReleaseParked, SetDeadline, Trigger, WithdrawParked
from domain.service_window import is_window_open, window_after
from domain.timers import Deadline
from statemachines.firing import Firing


class Windows(Firing):
    """Whether the agent may write freely, and what waits until they may."""

    def window_is_open(self) -> bool:
        return is_window_open(self.memory.window_expires_at, self.now)

    def window_is_renewed(self) -> bool:
        """A message that was found late may have been written before the window closed."""
        return is_window_open(self._window_after(), self.now)

    def open_window(self) -> None:
        expires_at = self._window_after()
        is_first = self.memory.window_expires_at is None
        newest = self.wrote_at if is_first else max(self.wrote_at, self.memory.last_inbound_at)
        self._ask(OpenWindow(wrote_at=newest, expires_at=expires_at))
        if self.state is State.ACTIVE:
            self._watch_window(expires_at)
        if self.state is State.OPEN:
            self._arm(Deadline.OPEN_AUTO_CLOSE, self.timers.open_auto_close)
            self._stay_open()

    def close_window(self) -> None:
        self._ask(OpenWindow(wrote_at=self.memory.last_inbound_at, expires_at=self._shut_at()))
        self._disarm(Deadline.SERVICE_WINDOW, Deadline.WINDOW_REMINDER)

    def remind_agent(self) -> None:
        self._disarm(Deadline.WINDOW_REMINDER)
        self._announce(Trigger.WINDOW_CLOSING)

    def release_parked(self) -> None:
        if self.memory.parked and is_window_open(self._window_expiry(), self.now):
            self._ask(ReleaseParked())
            self._disarm(Deadline.PARKED_REPLY)

    def expire_parked(self) -> None:
        self._ask(ExpireParked(now=self.now))
        self._disarm(Deadline.PARKED_REPLY)
        left = [reply.expires_at for reply in self.memory.parked if reply.expires_at > self.now]
        if left:
            self._ask(SetDeadline(deadline=Deadline.PARKED_REPLY, at=min(left)))
        self._announce(Trigger.PARKED_REPLY_EXPIRED)

    def announce_window_opened(self) -> None:
        self._announce(Trigger.WINDOW_OPENED)

    def announce_window_closed(self) -> None:
        self._announce(Trigger.WINDOW_CLOSED)

    def _stay_open(self) -> None:
        """Unless it was to close whatever the customer writes: by order, or for want of people."""
        if self.memory.closing not in {Event.FORCE_CLOSED, Event.OVERFLOW_ENDED}:
            self._disarm(Deadline.CLOSE_RETRY)

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

    def _window_after(self) -> datetime | None:
        memory = self.memory
        return window_after(
            memory.window_expires_at, memory.last_inbound_at, self.wrote_at, memory.service_window
        )

    def _window_expiry(self) -> datetime | None:
        """The window as this very event leaves it."""
        opened = [effect for effect in self.effects if isinstance(effect, OpenWindow)]
        return opened[-1].expires_at if opened else self.memory.window_expires_at

    def _shut_at(self) -> datetime:
        expires_at = self.memory.window_expires_at
        return self.now if expires_at is None else min(expires_at, self.now)
