"""Passwords of people: argon2, off the event loop, and never more at once than memory allows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from domain.errors import TooManyRequests

# Each argon2 run takes 64 MiB and a core: a flood of sign-ins must not take the machine.
AT_ONCE: Final = 4
MAX_WAITING: Final = 100
PAUSE: Final = timedelta(seconds=2)
MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 256


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash.recommended()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """What may be stored."""
        async with self._slot():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Takes as long for an unknown person as for a known one, so timing names nobody."""
        async with self._slot():
            correct = await asyncio.to_thread(self._verify, password, stored or self._nobodys)
        return correct and stored is not None

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._waiting >= MAX_WAITING:
            raise TooManyRequests("Too many people are signing in at once. Try again.", PAUSE)
        self._waiting += 1
        try:
            async with self._slots:
                yield
        finally:
            self._waiting -= 1

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(password, stored)
        except UnknownHashError:
            return False
