"""A word to whoever listens for live events: soon after something was stored, once for many of them."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

from domain.errors import HoldfastError
from storage.database import Database

NOTIFY: Final = "SELECT pg_notify('holdfast_events', '')"
# What is stored together is told together; nobody notices so short a wait.
GATHER_FOR: Final = timedelta(milliseconds=10)


class EventHint:
    """Given beside the transactions that store, not in them.

    PostgreSQL keeps notifications in order, so transactions that notify commit one after the other,
    each waiting for the disk alone. A process may die before it gives its hint: listeners look anyway.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._due = False
        self._giving = set[asyncio.Task[None]]()

    def soon(self) -> None:
        """Call it once something is committed."""
        if not self._due:
            self._due = True
            task = asyncio.create_task(self._give())
            self._giving.add(task)
            task.add_done_callback(self._giving.discard)

    async def _give(self) -> None:
        await asyncio.sleep(GATHER_FOR.total_seconds())
        self._due = False  # what is stored from now on may be too late for this one
        with suppress(HoldfastError):
            await self._db.execute(NOTIFY)
