"""The one timer of a conversation, lazily re-armed."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class Alarm:
    """At most one pending timer.

    An earlier time replaces it. A later one does not: the old timer rings, its owner looks again and
    arms the next. So a customer's message, which only moves deadlines away, costs no timer events.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._at: datetime | None = None
        self.rang = False

    def arm(self, at: datetime, summary: str) -> None:
        """Ring at that time, or at an earlier one that is set already."""
        if at <= workflow.now():
            self.rang = True
        elif self._at is None or at < self._at:
            self.cancel()
            self._at = at
            self._task = asyncio.create_task(self._ring(at - workflow.now(), summary))

    def acknowledge(self) -> None:
        """Its owner has looked."""
        self.rang = False

    def cancel(self) -> None:
        """Forget the pending timer."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._at = None

    async def _ring(self, after: timedelta, summary: str) -> None:
        await workflow.sleep(after, summary=summary)
        self._task = self._at = None
        self.rang = True
