"""One at a time per conversation, first come first served, within this process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import UUID


class Turns:
    """A lock per id, kept only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._locks: dict[UUID, asyncio.Lock] = {}
        self._users: dict[UUID, int] = {}

    @contextlib.asynccontextmanager
    async def of(self, subject: UUID) -> AsyncIterator[None]:
        lock = self._locks.setdefault(subject, asyncio.Lock())
        self._users[subject] = self._users.get(subject, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._users[subject] -= 1
            if not self._users[subject]:
                del self._users[subject], self._locks[subject]
