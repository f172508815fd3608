"""Work that can wait lets work go first that cannot, but does not wait for long."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

# However much goes first, a piece of the other work is kept no longer.
PATIENCE: Final = timedelta(milliseconds=50)


class Precedence:
    """Counts what goes first, and keeps the rest until there is none of it, or for a moment."""

    def __init__(self) -> None:
        self._first = 0
        self._nothing_first = asyncio.Event()
        self._nothing_first.set()

    @contextlib.contextmanager
    def first(self) -> Iterator[None]:
        """While this lasts, others wait."""
        self._first += 1
        self._nothing_first.clear()
        try:
            yield
        finally:
            self._first -= 1
            if not self._first:
                self._nothing_first.set()

    async def give_way(self) -> None:
        """Wait until nothing goes first, or nobody can be asked to wait any longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._nothing_first.wait()
