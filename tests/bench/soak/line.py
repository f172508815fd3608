"""A WebSocket that is cut and comes back by itself, as browsers do: it resumes where it broke off."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

Frame: TypeAlias = dict[str, Any]
BEAT: Final = 15.0
FIRST: Final = 0.5
LONGEST: Final = 30.0


def delay(failures: int) -> float:
    """Seconds until the next try, as in the widget: a crowd that hurries keeps itself out."""
    longest = min(FIRST * 2 ** min(failures, 16), LONGEST)
    return random.uniform(longest / 2, longest)  # noqa: S311 - dice, not secrets


@asynccontextmanager
async def lines() -> AsyncIterator[Callable[["Line"], None]]:
    """What it yields opens a line; while the block runs, each is open, or soon open again."""
    running: list[asyncio.Task[None]] = []
    try:
        yield lambda line: running.append(asyncio.create_task(line.follow()))
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Line:
    """`dial` connects from a cursor on and says who is there; `take` is told every frame."""

    def __init__(self, dial: Callable[[str | None], connect], take: Callable[[Frame], None]) -> None:
        self.cursor: str | None = None
        self.hello: Callable[[str | None], Frame] | None = None
        """What is said first, and whether anything is said at all: agents only listen."""
        self.cuts = 0
        self.sent_away: Counter[int | None] = Counter()
        """How often the server ended it, by its code."""
        self.is_there = asyncio.Event()
        self._dial = dial
        self._take = take
        self._socket: ClientConnection | None = None
        self._absent_since = time.monotonic()
        self._absences: list[tuple[float, float]] = []
        self._cut_for: float | None = None
        self._failures = 0

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(OSError, TimeoutError, WebSocketException):
                await self._once()
            if self.is_there.is_set():
                self._gone()
                self.sent_away[self._socket.close_code if self._socket else None] += 1
            await asyncio.sleep(self._pause())

    def cut(self, seconds: float) -> None:
        """Without a goodbye; nobody comes back before so many seconds."""
        if self._socket is None or not self.is_there.is_set():
            return
        self.cuts += 1
        self._gone()
        self._cut_for = seconds
        self._socket.transport.abort()

    def was_there(self, since: float, until: float) -> bool:
        """All the time between."""
        absences = [*self._absences]
        if not self.is_there.is_set():
            absences.append((self._absent_since, until))
        return not any(gone <= until and back >= since for gone, back in absences)

    async def say(self, frame: Frame) -> None:
        """If there is anybody to hear it."""
        if self._socket is not None and self.is_there.is_set():
            with suppress(WebSocketException):
                await self._socket.send(json.dumps(frame))

    def _pause(self) -> float:
        if self._cut_for is not None:
            pause, self._cut_for = self._cut_for, None
            return pause
        self._failures += 1
        return delay(self._failures - 1)

    async def _once(self) -> None:
        async with self._dial(self.cursor) as socket:
            self._socket = socket
            if self.hello is not None:
                await socket.send(json.dumps(self.hello(self.cursor)))
            self._read(await socket.recv())
            self._absences.append((self._absent_since, time.monotonic()))
            self.is_there.set()
            self._failures = 0
            beating = asyncio.create_task(self._beat())
            try:
                async for text in socket:
                    self._read(text)
            finally:
                beating.cancel()

    async def _beat(self) -> None:
        while self.hello is not None:
            await asyncio.sleep(BEAT)
            await self.say({"type": "ping"})

    def _read(self, text: str | bytes) -> None:
        frame = json.loads(text)
        self.cursor = frame.get("cursor") or self.cursor
        self._take(frame)

    def _gone(self) -> None:
        self.is_there.clear()
        self._absent_since = time.monotonic()
