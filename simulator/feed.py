"""Live news for the phone page: told to every listener; slow ones start over."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

News: TypeAlias = dict[str, Any]
QUEUE_LIMIT: Final = 500
HEARTBEAT_SECONDS: Final = 15
GOODBYE: Final[News] = {"kind": "goodbye"}


class Feed:
    """Broadcasts news to open pages."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[News]] = set()

    def tell(self, kind: str, record: BaseModel | None = None, **facts: object) -> None:
        if not self._listeners:
            return
        news: News = {"kind": kind, **facts}
        if record is not None:
            news["record"] = record.model_dump(mode="json")
        for queue in self._listeners:
            _offer(queue, news)

    def close(self) -> None:
        """End every stream; pages come back by themselves."""
        for queue in self._listeners:
            _offer(queue, GOODBYE)

    async def listen(self) -> AsyncIterator[News]:
        queue: asyncio.Queue[News] = asyncio.Queue(QUEUE_LIMIT)
        self._listeners.add(queue)
        try:
            yield {"kind": "hello"}
            while (news := await _next(queue)) is not GOODBYE:
                yield news
        finally:
            self._listeners.discard(queue)


def _offer(queue: asyncio.Queue[News], news: News) -> None:
    """A full queue is emptied: its page is told to load everything again instead."""
    if not queue.full():
        queue.put_nowait(news)
        return
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait({"kind": "reload"})


async def _next(queue: asyncio.Queue[News]) -> News:
    try:
        return await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return {"kind": "heartbeat"}
