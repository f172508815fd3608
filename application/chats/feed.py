"""What a customer's window is told: no gap, nothing but what customers may see."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from prometheus_client import Gauge

from application.chats.chatting import Chatting
from application.chats.cursors import ChatCursor
from application.chats.fan_out import Bell, FanOut
from application.chats.shapes import Shapes
from domain.chats import (
    ChatSession,
    ChatView,
    ConversationFrame,
    Frame,
    MessageFrame,
    ResetFrame,
    TypingFrame,
)
from domain.errors import TooManyRequests
from domain.ids import ConversationId, MessageId
from domain.messages import AuthorKind, DeliveryStatus
from domain.views import LiveEventType
from storage.chat_feed import ChatFeed, Happening, News
from storage.chat_messages import ChatMessages, SeenMessage
from storage.chats import Chats

PAGE: Final = 100
MAX_FOLLOWERS: Final = 5_000
MAX_WINDOWS: Final = 20
# A wake-up may be lost, an event may not; and places in queues change without any event.
LOOK_EVERY: Final = timedelta(seconds=30)
TYPING_SHOWN_FOR: Final = timedelta(seconds=6)
REMEMBERED: Final = 200

FOLLOWERS = Gauge("holdfast_chat_followers", "Windows of customers that follow their chat here.")

_ABOUT_MESSAGES: Final = (LiveEventType.MESSAGE_ADDED, LiveEventType.MESSAGE_CHANGED)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What every follower reads from."""

    feed: ChatFeed
    chats: Chats
    messages: ChatMessages
    chatting: Chatting
    shapes: Shapes


class ChatFollower:
    """One window's place in its chat. Pulled by its reader: what waits is at most one page."""

    def __init__(self, reading: Reading, fan_out: FanOut, bell: Bell, place: str | None) -> None:
        self.greets = True
        """Say how the chat stands, also when nothing has changed."""
        self._reading = reading
        self._fan_out = fan_out
        self._bell = bell
        self._place = place
        self._has_all = place is not None
        self._patience = timedelta()
        self._told: OrderedDict[MessageId, SeenMessage] = OrderedDict()
        self._view: ChatView | None = None
        self._typing = False
        self._shown_seq = 0
        self._confirmed_seq = 0

    @property
    def conversation_id(self) -> ConversationId | None:
        """The chat it follows; None before there is one."""
        return self._bell.conversation_id

    @property
    def cursor(self) -> str | None:
        """From where on to follow next time; None before it has anything."""
        if self.conversation_id is None or self._place is None:
            return None
        return str(ChatCursor(self._place, self.conversation_id))

    async def next(self, at_most: timedelta = LOOK_EVERY) -> list[Frame]:
        """What happened since the last call; waits for it so long at most."""
        await self._wait(at_most)
        self._bell.rung.clear()
        if self._bell.moved:
            await self._move()
        typing = self._typing_frames()
        if self.conversation_id is None:
            return typing
        if not self._has_all or self._place is None:
            return [await self._reset(self.conversation_id), *typing]
        return [*await self._happenings(self.conversation_id, self._place), *typing]

    async def standing(self) -> list[Frame]:
        """How the chat stands while its customer waits in a queue: their place changes by itself."""
        cursor = self.cursor
        if self.conversation_id is None or cursor is None:
            return []
        view = (await self._reading.chats.get(self.conversation_id)).view
        queued = view.queue_position is not None
        return [ConversationFrame(cursor=cursor, conversation=view)] if queued else []

    async def has_everything_so_far(self) -> None:
        """Who asks for what comes after a cursor has what was before it."""
        if self.conversation_id is None or self._place is None:
            return
        messages = self._reading.messages
        self._shown_seq = await messages.has_up_to(self.conversation_id, self._place) or 0
        await self.confirm()

    async def confirm(self) -> None:
        """The window is alive: what it was told before has arrived."""
        if self.conversation_id is not None and self._shown_seq > self._confirmed_seq:
            self._confirmed_seq = self._shown_seq
            status = DeliveryStatus.DELIVERED
            await self._reading.messages.advance(self.conversation_id, self._shown_seq, status)

    async def _wait(self, at_most: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(self._patience, at_most).total_seconds()):
                await self._bell.rung.wait()
        self._patience = TYPING_SHOWN_FOR if self._typing else LOOK_EVERY

    async def _move(self) -> None:
        """The session began, or joined, another chat."""
        self._bell.moved = False
        current = await self._reading.chats.of_session(self._bell.session_id)
        if current not in {None, self.conversation_id}:
            self._fan_out.rehang(self._bell, current)
            self._has_all = False
            self._shown_seq = self._confirmed_seq = 0

    async def _reset(self, conversation_id: ConversationId) -> Frame:
        snapshot = await self._reading.chatting.snapshot(conversation_id)
        self._told.clear()
        cursor = ChatCursor.read(snapshot.cursor)
        self._view, self._place, self._has_all = snapshot.conversation, cursor and cursor.place, True
        self._shown([each.seq for each in snapshot.messages if each.author is not AuthorKind.CUSTOMER])
        return ResetFrame(snapshot=snapshot)

    async def _happenings(self, conversation_id: ConversationId, place: str) -> list[Frame]:
        page = await self._reading.feed.after(conversation_id, place, PAGE)
        frames = await self._messages(conversation_id, page)
        self._place = place = page[-1].cursor if page else place
        if len(page) == PAGE:
            self._patience = timedelta()
        changed = any(each.type not in _ABOUT_MESSAGES for each in page)
        if changed or self._is_queued() or (self._view is None and self.greets):
            frames += await self._conversation(ChatCursor(place, conversation_id))
        return frames

    async def _messages(
        self, conversation_id: ConversationId, page: Sequence[Happening]
    ) -> list[Frame]:
        """Each message once, with the last of its events; in the order of these."""
        last = {each.message_id: each.cursor for each in page if each.message_id is not None}
        if not last:
            return []
        seen = await self._reading.messages.these(conversation_id, last.keys())
        ordered = sorted(seen.values(), key=lambda each: _key(last[each.message_id]))
        news = [each for each in ordered if self._told.get(each.message_id) != each]
        for each in news:
            self._remember(each)
        self._shown([each.seq for each in news if each.author is not AuthorKind.CUSTOMER])
        shape = self._reading.shapes.message
        cursors = {id_: str(ChatCursor(place, conversation_id)) for id_, place in last.items()}
        return [MessageFrame(cursor=cursors[each.message_id], message=shape(each)) for each in news]

    async def _conversation(self, cursor: ChatCursor) -> list[Frame]:
        view = (await self._reading.chats.get(cursor.conversation_id)).view
        if view == self._view:
            return []
        self._view = view
        return [ConversationFrame(cursor=str(cursor), conversation=view)]

    def _is_queued(self) -> bool:
        return self._view is not None and self._view.queue_position is not None

    def _typing_frames(self) -> list[Frame]:
        news, self._bell.typing = self._bell.typing, None
        if news is None and not self._typing:
            return []
        return [self._types(news)]

    def _types(self, news: News | None) -> Frame:
        self._typing = news is not None
        self._patience = TYPING_SHOWN_FOR if self._typing else LOOK_EVERY
        return TypingFrame(is_typing=self._typing, name=news.name if news else None)

    def _remember(self, message: SeenMessage) -> None:
        self._told[message.message_id] = message
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)

    def _shown(self, seqs: Sequence[int]) -> None:
        self._shown_seq = max(self._shown_seq, *seqs, 0)


class CustomerFeed:
    """Lets windows follow their chats, a bounded number of them."""

    def __init__(self, reading: Reading, fan_out: FanOut) -> None:
        self._reading = reading
        self._fan_out = fan_out
        self._followers = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen in the background."""
        async with self._fan_out.running():
            yield

    @contextlib.asynccontextmanager
    async def follow(self, session: ChatSession, cursor: str | None) -> AsyncIterator[ChatFollower]:
        """Follow from this cursor on. One that is not known, too old, or of another chat begins anew.

        Raises TooManyRequests when the house, or this customer, has too many windows open.
        """
        windows = self._fan_out.of_session(session.session_id)
        if self._followers >= MAX_FOLLOWERS or windows >= MAX_WINDOWS:
            raise TooManyRequests("Too many windows are open. Try again later.", LOOK_EVERY)
        # A window that knows nothing is not told of a chat that is over.
        chat = session.conversation_id if cursor else None
        known = ChatCursor.read(cursor) if cursor else None
        bell = Bell(session.session_id, chat)
        bell.moved = True  # it may have, since the session was read
        follower = ChatFollower(self._reading, self._fan_out, bell, await self._good(known, chat))
        with self._counted(), self._fan_out.hung(bell):
            yield follower

    async def _good(self, known: ChatCursor | None, chat: ConversationId | None) -> str | None:
        if known is None or known.conversation_id != chat:
            return None
        return known.place if await self._reading.feed.is_good(known.place) else None

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._followers += 1
        FOLLOWERS.set(self._followers)
        try:
            yield
        finally:
            self._followers -= 1
            FOLLOWERS.set(self._followers)


def _key(place: str) -> tuple[int, int]:
    xid, _, number = place.partition(".")
    return int(xid), int(number)
