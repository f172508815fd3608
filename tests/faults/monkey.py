"""Kills servers of one stack, one or several at once, and waits until they are back. Nothing else."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import combinations, cycle
from random import Random
from typing import Final

from tests.stack import Stack, kill_and_await

SERVERS: Final = ("api", "worker", "temporal", "postgres")
PAIRS: Final = tuple(combinations(SERVERS, 2))
GRACEFUL: Final = ("api", "worker")
"""What a deployment restarts while everything else goes on."""


@dataclass(frozen=True)
class Strike:
    """Who was struck, and how many seconds it took until all of them were ready again."""

    victims: tuple[str, ...]
    back_after: float

    def __str__(self) -> str:
        return f"{'+'.join(self.victims)} back after {self.back_after:.1f} s"


class Monkey:
    """Strikes at random moments; the same seed chooses the same moments."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self._stack = stack
        self._random = Random(f"{seed}/monkey")  # noqa: S311 - dice, not secrets
        self.strikes: list[Strike] = []

    async def rampage(self, rounds: Sequence[Sequence[str]], *, pause: tuple[float, float]) -> None:
        """Kill each round's victims at once, after a pause of random length."""
        for victims in rounds:
            await asyncio.sleep(self._random.uniform(*pause))
            await self.kill(*victims)

    async def kill(self, *victims: str) -> None:
        """`kill -9`, and wait until they are back."""
        await self._strike(victims, signal.SIGKILL)

    @asynccontextmanager
    async def rolling(self, every: float, least: int) -> AsyncIterator[None]:
        """While the block runs, but `least` times, restart API and worker in turn, as deployments do.

        Between two restarts everything is up for `every` seconds, or as long as the last one took.
        """
        enough = asyncio.Event()
        restarting = asyncio.create_task(self._roll(every, least, enough))
        try:
            yield
        finally:
            enough.set()
            await restarting

    async def _roll(self, every: float, least: int, enough: asyncio.Event) -> None:
        for victim in cycle(GRACEFUL):
            pause = max([every, *(strike.back_after for strike in self.strikes[-1:])])
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), pause)
            if enough.is_set() and len(self.strikes) >= least:
                return
            await self._strike((victim,), signal.SIGTERM)

    async def _strike(self, victims: Sequence[str], number: signal.Signals) -> None:
        began = time.monotonic()
        await asyncio.to_thread(kill_and_await, self._stack, *victims, number=number)
        self.strikes.append(Strike(tuple(victims), time.monotonic() - began))
