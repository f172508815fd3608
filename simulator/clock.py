"""The simulator's own clock: real time plus an offset, so that 24 hours pass in no time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """Runs with real time, and can be put forward. Sleepers wake when it jumps past their time."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset
        self._jumped = asyncio.Event()

    @property
    def offset(self) -> timedelta:
        return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        self.set_offset(self._offset + by)

    def set_offset(self, offset: timedelta) -> None:
        self._offset = offset
        self._jumped.set()
        self._jumped = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        wake_at = self.now() + timedelta(seconds=seconds)
        while (left := (wake_at - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._jumped.wait(), left)
