"""The conversation that is open on a page: what is loaded of it, kept up to date by live events."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.chats import ChatFacts
from domain.ids import MessageId
from domain.messages import AuthorKind, Direction
from domain.views import ConversationView, LiveEvent, LiveEventType, MessageView

# A page holds this much of a conversation; older messages are loaded on demand, and let go again.
STRETCH: Final = 100
MOST: Final = 1_000
# A provider that tells of typing need not tell of its end.
TYPING_SHOWN: Final = timedelta(seconds=15)


class Opened:
    """One stretch of messages without gaps, up to the newest."""

    def __init__(
        self,
        view: ConversationView,
        messages: Sequence[MessageView],
        notices: Sequence[LiveEvent] = (),
        chat: ChatFacts | None = None,
    ) -> None:
        self.view = view
        self.chat = chat
        self._messages = {message.message_id: message for message in messages}
        self._notices = {notice.cursor: notice for notice in notices}
        self._typing_until: datetime | None = None

    def is_typing(self, now: datetime) -> bool:
        """Whether the customer seems to be writing."""
        return self._typing_until is not None and now < self._typing_until

    @property
    def messages(self) -> list[MessageView]:
        """In the order of the conversation."""
        return sorted(self._messages.values(), key=lambda message: message.seq)

    @property
    def notices(self) -> list[LiveEvent]:
        return list(self._notices.values())

    @property
    def first_seq(self) -> int:
        """Where the stretch begins."""
        return min((message.seq for message in self._messages.values()), default=1)

    @property
    def has_earlier(self) -> bool:
        """Messages are numbered from one; one that was taken back leaves a gap, which is harmless."""
        return self.first_seq > 1 and len(self._messages) < MOST

    @property
    def last_seq(self) -> int:
        return max((message.seq for message in self._messages.values()), default=0)

    @property
    def agent_ids(self) -> set[UUID]:
        """Everybody of us who wrote something here."""
        return {
            message.author_id
            for message in self._messages.values()
            if message.author is AuthorKind.AGENT and message.author_id
        }

    def prepend(self, earlier: Sequence[MessageView]) -> None:
        """Messages from before the stretch."""
        for message in earlier:
            self._messages.setdefault(message.message_id, message)

    def put(self, messages: Sequence[MessageView]) -> None:
        """New or changed ones."""
        for message in messages:
            if message.seq >= self.first_seq or not self._messages:
                self._messages[message.message_id] = message
        self._let_go()

    def apply(self, event: LiveEvent) -> None:
        """What just happened. Applying it twice is the same as once."""
        if event.conversation_id != self.view.conversation_id:
            return
        if event.conversation is not None:
            self.view = event.conversation
        if event.message is not None:
            self.put([event.message])
            if event.message.direction is Direction.INBOUND:
                self._typing_until = None
        if event.type is LiveEventType.CUSTOMER_TYPING:
            self._typing_until = event.at + TYPING_SHOWN if event.data.get("is_typing") else None
        if event.type is LiveEventType.ANNOUNCED:
            self._notices[event.cursor] = event
        if taken_back := event.data.get("taken_back"):
            self._messages.pop(_id(taken_back), None)

    def _let_go(self) -> None:
        for message in self.messages[: max(0, len(self._messages) - MOST)]:
            del self._messages[message.message_id]


def _id(value: object) -> MessageId:
    return UUID(str(value))
