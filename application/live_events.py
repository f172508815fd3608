"""What happens in conversations, told to agents as it happens: no gap, nothing twice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from prometheus_client import Gauge

from application.background import again_and_again, in_background
from application.presence_news import NOTHING, PresenceNews
from application.typing_news import TypingNews
from domain.errors import TooManyRequests
from domain.ids import ConversationId
from domain.views import LiveEvent, PresenceChanged, StreamEvent
from storage.events import LiveEvents
from storage.visibility import Viewer

PAGE: Final = 100
# A wake-up may be lost, an event may not: look anyway.
POLL_EVERY: Final = timedelta(seconds=3)
# An event can be read once every transaction older than its own has ended.
LOOK_AGAIN_AFTER: Final = timedelta(milliseconds=200)
# What happens together is read together.
GATHER_FOR: Final = timedelta(milliseconds=20)
MAX_FOLLOWERS: Final = 2_000

FOLLOWERS = Gauge("holdfast_live_followers", "Agents who follow live events at this process.")


@dataclass(frozen=True)
class News:
    """What is only told as it is now, beside the stream."""

    typing: TypingNews
    presences: PresenceNews

    def hear(self, told: str) -> None:
        self.typing.hear(told)
        self.presences.hear(told)


class Follower:
    """One agent's place in the stream. `viewer` may be replaced when their rights change."""

    def __init__(self, events: LiveEvents, news: News, viewer: Viewer, cursor: str) -> None:
        self.viewer = viewer
        self.cursor = cursor
        self.wake = asyncio.Event()
        self._events = events
        self._news = news
        self._heard_typing = news.typing.last
        self._heard_presences = NOTHING
        self._patience = timedelta()

    async def next(self) -> tuple[StreamEvent, ...]:
        """What happened since the last call, at most a page; waits a little when nothing did."""
        woken = await self._wait()
        batch = await self._events.after(self.cursor, self.viewer, PAGE)
        self.cursor = batch.cursor
        typing, presences = await self._who_is_typing(), await self._whose_presence_changed()
        if batch.more:
            self._patience = timedelta()
        elif woken and not batch.events:
            self._patience = LOOK_AGAIN_AFTER
        else:
            self._patience = POLL_EVERY
        return (*batch.events, *typing, *presences)

    async def _who_is_typing(self) -> tuple[LiveEvent, ...]:
        typing = self._news.typing
        heard, self._heard_typing = self._heard_typing, typing.last
        return await typing.after(heard, self.viewer, self.cursor)

    async def _whose_presence_changed(self) -> tuple[PresenceChanged, ...]:
        presences = self._news.presences
        heard, self._heard_presences = self._heard_presences, presences.last
        return await presences.after(heard, self.viewer, self.cursor)

    async def _wait(self) -> bool:
        woken = False
        if self._patience:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.total_seconds()):
                    woken = await self.wake.wait()
            await asyncio.sleep(GATHER_FOR.total_seconds())
        self.wake.clear()
        return woken


class LiveFeed:
    """One listener per process; its wake-ups reach everybody who follows."""

    def __init__(self, events: LiveEvents, news: News) -> None:
        self._events = events
        self._news = news
        self._followers: set[Follower] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen in the background."""
        async with in_background(again_and_again(self._listen, "listening for live events")):
            yield

    @contextlib.asynccontextmanager
    async def follow(self, viewer: Viewer, cursor: str | None) -> AsyncIterator[Follower]:
        """Follow from this cursor on, or from now. Raises TooManyRequests when the house is full."""
        if len(self._followers) >= MAX_FOLLOWERS:
            raise TooManyRequests("Too many follow live events here. Try again later.", POLL_EVERY)
        cursor = cursor or await self._events.latest_cursor()
        follower = Follower(self._events, self._news, viewer, cursor)
        with self._counted(follower):
            yield follower

    async def announced(self, viewer: Viewer, conversation_id: ConversationId) -> tuple[LiveEvent, ...]:
        """What happened in this conversation so far: the latest page of it, in order."""
        return await self._events.announced(conversation_id, viewer, PAGE)

    @contextlib.contextmanager
    def _counted(self, follower: Follower) -> Iterator[None]:
        self._followers.add(follower)
        FOLLOWERS.set(len(self._followers))
        try:
            yield
        finally:
            self._followers.discard(follower)
            FOLLOWERS.set(len(self._followers))

    async def _listen(self) -> None:
        """While it breaks, followers look by themselves every now and then."""
        self._news.presences.missed()
        async for told in self._events.listen():
            self._news.hear(told)
            self._wake_all()

    def _wake_all(self) -> None:
        for follower in self._followers:
            follower.wake.set()
