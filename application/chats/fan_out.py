"""Who has to look when something happens: one listener and one reader per process wake only those."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from application.background import again_and_again, in_background
from domain.ids import ConversationId
from storage.chat_feed import Change, News

PAGE: Final = 1_000
# A wake-up may be lost, an event may not: look anyway.
POLL_EVERY: Final = timedelta(seconds=3)
# An event can be read once every transaction older than its own has ended.
LOOK_AGAIN_AFTER: Final = timedelta(milliseconds=100)
# What happens together is read together.
GATHER_FOR: Final = timedelta(milliseconds=20)


class Bus(Protocol):
    """What carries a hint from one process to all others. PostgreSQL's NOTIFY today."""

    def listen(self) -> AsyncIterator[str]:
        """One item at once, then one after each change. Raise Unavailable when it breaks."""

    async def latest_cursor(self) -> str:
        """Where the stream of events is now."""

    async def changed(self, cursor: str, limit: int) -> list[Change]:
        """In which conversations something happened since then."""


class Bell:
    """Rung for one window. It keeps what is only true for a moment."""

    def __init__(self, session_id: UUID, conversation_id: ConversationId | None) -> None:
        self.session_id = session_id
        self.conversation_id = conversation_id
        self.rung = asyncio.Event()
        self.typing: News | None = None
        self.moved = False
        """Its session takes part in another chat now."""


class FanOut:
    """Costs one query per burst of events and process, however many windows are open."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._by_chat: defaultdict[ConversationId, set[Bell]] = defaultdict(set)
        self._by_session: defaultdict[UUID, set[Bell]] = defaultdict(set)
        self._news = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and read in the background."""
        async with in_background(
            again_and_again(self._listen, "listening for chats"),
            again_and_again(self._read, "reading what happened in chats"),
        ):
            yield

    @contextlib.contextmanager
    def hung(self, bell: Bell) -> Iterator[None]:
        """While this lasts, it is rung."""
        self._hang(bell)
        try:
            yield
        finally:
            self._take_down(bell)

    def rehang(self, bell: Bell, conversation_id: ConversationId | None) -> None:
        """From now on it is about another chat."""
        self._take_down(bell)
        bell.conversation_id = conversation_id
        self._hang(bell)

    def of_session(self, session_id: UUID) -> int:
        """How many windows of this session are open here."""
        return len(self._by_session.get(session_id, ()))

    def _hang(self, bell: Bell) -> None:
        self._by_session[bell.session_id].add(bell)
        if bell.conversation_id is not None:
            self._by_chat[bell.conversation_id].add(bell)

    def _take_down(self, bell: Bell) -> None:
        _discard(self._by_session, bell.session_id, bell)
        if bell.conversation_id is not None:
            _discard(self._by_chat, bell.conversation_id, bell)

    async def _listen(self) -> None:
        async for payload in self._bus.listen():
            self._hear(News.read(payload))

    def _hear(self, news: News) -> None:
        if news.typing_in is not None:
            for bell in self._by_chat.get(news.typing_in, ()):
                bell.typing = news
                bell.rung.set()
        elif news.session_id is not None:
            for bell in self._by_session.get(news.session_id, ()):
                bell.moved = True
                bell.rung.set()
        else:
            self._news.set()

    async def _read(self) -> None:
        cursor = await self._bus.latest_cursor()
        self._ring_everybody()  # of what happened before, nobody here was told
        patience = POLL_EVERY
        while True:
            woken = await self._wait(patience)
            changes = await self._bus.changed(cursor, PAGE)
            self._ring(changes)
            cursor = changes[-1].cursor if changes else cursor
            patience = LOOK_AGAIN_AFTER if woken and not changes else POLL_EVERY
            if len(changes) == PAGE:
                patience = timedelta()

    async def _wait(self, patience: timedelta) -> bool:
        woken = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience.total_seconds()):
                woken = await self._news.wait()
        await asyncio.sleep(GATHER_FOR.total_seconds())
        self._news.clear()
        return woken

    def _ring(self, changes: list[Change]) -> None:
        for conversation_id in {change.conversation_id for change in changes}:
            for bell in self._by_chat.get(conversation_id, ()):
                bell.rung.set()

    def _ring_everybody(self) -> None:
        for bells in self._by_session.values():
            for bell in bells:
                bell.rung.set()


def _discard(bells: defaultdict[UUID, set[Bell]], key: UUID, bell: Bell) -> None:
    bells[key].discard(bell)
    if not bells[key]:
        del bells[key]
