"""What customers took back or changed, brought to its end: its files go, and answers that quote it."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from application.background import in_background
from application.pacing import Pace
from domain.errors import Unavailable
from storage.afterthoughts import Afterthoughts, Applied, MessageName
from storage.blobs import BlobStore
from storage.database import Database
from storage.tombstones import Tombstones

SETTLE_EVERY: Final = timedelta(seconds=5)
SLOWEST: Final = timedelta(minutes=1)
SETTLED_AT_A_TIME: Final = 100


class Settling:
    """Follows the webhook, which changes the message only: the media store may take its time."""

    def __init__(
        self, *, database: Database, blobs: BlobStore, every: timedelta = SETTLE_EVERY
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._afterthoughts = Afterthoughts(database)
        self._tombstones = Tombstones(database)
        self._pace = Pace(every, SLOWEST)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Settle in the background."""
        async with in_background(self._pace.keep(self.settle_some, "afterthoughts")):
            yield

    async def settle_some(self) -> int:
        """Settle what is due; return how many those were. Raise Unavailable if some have to wait."""
        due = await self._afterthoughts.due(SETTLED_AT_A_TIME)
        # All words before the first file: they need no media store.
        failures = await self._each(self._afterthoughts.apply, due)
        failures |= await self._each(self.settle, due)
        if failures:
            kinds = ", ".join(sorted({type(error).__name__ for error in failures.values()}))
            raise Unavailable(f"{len(failures)} of {len(due)} afterthoughts have to wait: {kinds}.")
        return len(due)

    async def settle(self, name: MessageName) -> None:
        """Do what its author wants, to the end, if both are here."""
        applied = await self._afterthoughts.apply(name)
        if applied is not None:
            await self.finish(name, applied)

    async def finish(self, name: MessageName, applied: Applied) -> None:
        """Forget the message's files, and the answers in which it was shown.

        No lock is held meanwhile. Each step may be repeated; the afterthought goes last.
        """
        files = await self._afterthoughts.files(applied.message_id) if applied.has_files else []
        for media_id in files:
            await self._blobs.delete(media_id)  # before its row, which is all that knows of it
        await self._tombstones.forget_answers([str(applied.message_id)])  # reads all of them
        async with self._database.transaction():
            await self._afterthoughts.forget(name, applied.said_at)
            await self._tombstones.forget_files(files)

    async def _each(
        self, step: Callable[[MessageName], Awaitable[object]], names: Sequence[MessageName]
    ) -> dict[MessageName, Exception]:
        """One that fails stops no other, and is behind them next time."""
        failures: dict[MessageName, Exception] = {}
        for name in names:
            try:
                await step(name)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this one's only
                failures[name] = error
                await self._afterthoughts.postpone(name)
        return failures
