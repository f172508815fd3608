"""Keeps one page up to date for as long as it is open."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

import structlog

from application.desk import viewer_of
from application.live_events import Follower, LiveFeed
from domain.configuration import Caller
from domain.errors import HoldfastError, NotAllowed, NotSignedIn
from domain.views import LiveEvent, PresenceChanged

# Texts such as `waiting 3 min` are as old as this at most.
TICK_EVERY: Final = timedelta(seconds=15)
CHECK_SESSION_EVERY: Final = timedelta(minutes=1)
TRY_AGAIN_AFTER: Final = timedelta(seconds=3)

log = structlog.get_logger()


class Watcher(Protocol):
    """A page that is told what happens."""

    async def happened(self, events: Sequence[LiveEvent]) -> None: ...

    def presence_changed(self, change: PresenceChanged) -> None: ...

    async def ticked(self, caller: Caller) -> None:
        """Time went by, and this is still who sits there."""

    def cut_off(self, *, is_cut_off: bool) -> None:
        """What is shown may be out of date."""

    def signed_out(self) -> None:
        """The session has ended."""


class Live:
    """Follows the live feed from `cursor` on; what was missed while it was away comes first."""

    def __init__(
        self,
        feed: LiveFeed,
        identify: Callable[[], Awaitable[Caller]],
        watcher: Watcher,
        cursor: str,
    ) -> None:
        self._feed = feed
        self._identify = identify
        self._watcher = watcher
        self._cursor = cursor

    async def run(self) -> None:
        """Until it is cancelled, or the session ends."""
        while True:
            try:
                await self._follow()
            except (NotSignedIn, NotAllowed):
                return self._watcher.signed_out()
            except HoldfastError as error:
                log.warning("a console lost the live feed; trying again", why=str(error))
            except Exception:
                log.exception("a console failed to follow the live feed")
            self._watcher.cut_off(is_cut_off=True)
            await asyncio.sleep(TRY_AGAIN_AFTER.total_seconds())

    async def _follow(self) -> None:
        caller = await self._identify()
        async with self._feed.follow(viewer_of(caller), self._cursor) as follower:
            self._watcher.cut_off(is_cut_off=False)
            await self._tell(follower, caller)

    async def _tell(self, follower: Follower, caller: Caller) -> None:
        clock = asyncio.get_running_loop().time
        tick_at = check_at = clock()
        while True:
            told = await follower.next()
            if events := [event for event in told if isinstance(event, LiveEvent)]:
                await self._watcher.happened(events)
            for change in told:
                if isinstance(change, PresenceChanged):
                    self._watcher.presence_changed(change)
            self._cursor = follower.cursor
            if clock() >= check_at:
                check_at = clock() + CHECK_SESSION_EVERY.total_seconds()
                caller = await self._identify()
                follower.viewer = viewer_of(caller)
            if clock() >= tick_at:
                tick_at = clock() + TICK_EVERY.total_seconds()
                await self._watcher.ticked(caller)
