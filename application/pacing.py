"""How often a sweep looks: less often while it is of no use, and at once when it is again."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, NoReturn

import structlog

from domain.errors import HoldfastError

USUAL: Final = timedelta(seconds=1)
SLOWEST: Final = timedelta(seconds=8)
# Processes started together shall not sweep together.
JITTER: Final = 0.2

log = structlog.get_logger()


class Pace:
    """An interval that doubles with each failure, up to a limit, and recovers with one success."""

    def __init__(self, usual: timedelta = USUAL, slowest: timedelta = SLOWEST) -> None:
        self._usual = usual.total_seconds()
        self._slowest = max(slowest.total_seconds(), self._usual)
        self._recovered = asyncio.Event()
        self.seconds = self._usual

    def slower(self) -> None:
        """It failed."""
        self.seconds = min(self.seconds * 2, self._slowest)

    def normal(self) -> None:
        """It worked: if it did not before, look again at once."""
        if self.seconds > self._usual:
            self.seconds = self._usual
            self._recovered.set()

    async def rest(self) -> None:
        """Wait for one interval, or until things work again."""
        pause = self.seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - not a secret
        with contextlib.suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it may swallow the cancellation that ends us
            # (https://github.com/python/cpython/issues/86296).
            async with asyncio.timeout(pause):
                await self._recovered.wait()
        self._recovered.clear()

    async def keep(self, sweep: Callable[[], Awaitable[object]], name: str) -> NoReturn:
        """Sweep for ever. A sweep that fails is repeated; nothing it can raise ends this."""
        while True:
            await self.rest()
            try:
                await sweep()
            except HoldfastError as error:
                self.slower()
                log.warning("a sweep failed", sweep=name, why=str(error))
            except Exception:
                self.slower()
                log.exception("a sweep failed in a way nobody planned for", sweep=name)
