"""What customers do: begin a chat, write, read, end it, and come back to it."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from application.chats.availability import OpeningTimes
from application.chats.cursors import ChatCursor
from application.chats.questionnaire import Questionnaire
from application.chats.sessions import Admitted, Sessions
from application.chats.shapes import Shapes
from application.customer_events import CustomerEvents
from application.dispatch import Doorbell
from application.intake import OPENED, RECEIVED
from domain.channels import ChannelName
from domain.chats import (
    ChatMessage,
    ChatSession,
    ChatSnapshot,
    ChatStart,
    ChatView,
    Page,
    SessionOpened,
)
from domain.customer_events import TypingReported
from domain.errors import ChatEnded, InvalidInput, NotFound, Refused
from domain.ids import ConversationId
from domain.messages import Content, DeliveryStatus, Text
from storage.chat_feed import ChatFeed
from storage.chat_messages import ENDED, ChatMessages
from storage.chats import Begun, Chats, KnownChat
from storage.conversations import Conversations as ConversationList
from storage.hints import EventHint
from storage.intake import EndpointGone

SNAPSHOT: Final = 50


class Chatting:
    """Everything a customer may do, each in their own chats only."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        opening_times: OpeningTimes,
        questionnaire: Questionnaire,
        chats: Chats,
        messages: ChatMessages,
        feed: ChatFeed,
        listed: ConversationList,
        shapes: Shapes,
        customer_events: CustomerEvents,
        doorbell: Doorbell,
        hint: EventHint,
    ) -> None:
        self._sessions = sessions
        self._opening_times = opening_times
        self._questionnaire = questionnaire
        self._chats = chats
        self._messages = messages
        self._feed = feed
        self._listed = listed
        self._shapes = shapes
        self._customer_events = customer_events
        self._doorbell = doorbell
        self._hint = hint

    async def welcome(self, admitted: Admitted) -> SessionOpened:
        """What a browser is told when its session opens: its chat, or one that it may go on with."""
        session = admitted.session
        known = await self._unfinished(session)
        asks = known is not None and await self._asks_first(session, known)
        return SessionOpened(
            session_token=admitted.token,
            authenticated=session.visitor.authenticated,
            display_name=session.visitor.display_name,
            current=await self.rejoin(session, known.view.conversation_id)
            if known and not asks
            else None,
            reconnectable=known.view if known and asks else None,
        )

    async def start(
        self, session: ChatSession, start: ChatStart, *, start_new: bool
    ) -> tuple[ChatSnapshot, bool]:
        """Begin a chat, or go on with the one that has not ended; say whether it is new.

        Unless one goes on, raises NobodyThere outside the hours of the widget, and InvalidInput for
        answers that do not fit its questions.
        """
        answers = start.pre_chat
        if start_new or await self._chats.unfinished(session) is None:
            await self._opening_times.require_open(session.widget_id)
            answers = await self._questionnaire.before(session.widget_id, answers)
        page = _dated(start.page) if start.page else None
        start = start.model_copy(update={"page": page, "pre_chat": answers})
        try:
            begun = await self._chats.start(session, start, start_new=start_new)
        except EndpointGone as error:
            raise NotFound(str(error)) from error
        await self._announce(session, begun)
        OPENED.labels(ChannelName.LIVE_CHAT).inc(begun.is_new)
        return await self.snapshot(begun.conversation_id), begun.is_new

    async def current(self, session: ChatSession) -> ChatSnapshot | None:
        """The chat that has not ended, unless its customer has to be asked whether to go on with it."""
        known = await self._unfinished(session)
        if known is None or await self._asks_first(session, known):
            return None
        if session.conversation_id != known.view.conversation_id:
            return await self.rejoin(session, known.view.conversation_id)
        return await self.snapshot(known.view.conversation_id)

    async def rejoin(self, session: ChatSession, conversation_id: ConversationId) -> ChatSnapshot:
        """The session takes part in this chat of its customer. Raise ChatEnded when it is over."""
        if not (await self.view(session, conversation_id)).can_write:
            raise ChatEnded(ENDED)
        await self._announce(session, await self._chats.join(session, conversation_id))
        return await self.snapshot(conversation_id)

    async def view(self, session: ChatSession, conversation_id: ConversationId) -> ChatView:
        """One of the customer's own chats."""
        await self._chats.require_owned(session, conversation_id)
        return (await self._chats.get(conversation_id)).view

    async def snapshot(self, conversation_id: ConversationId) -> ChatSnapshot:
        """The newest of it. What happens meanwhile comes after its cursor, if only once more."""
        cursor = ChatCursor(await self._feed.latest_cursor(), conversation_id)
        seen, has_more = await self._messages.page(conversation_id, before=None, limit=SNAPSHOT)
        return ChatSnapshot(
            conversation=(await self._chats.get(conversation_id)).view,
            messages=tuple(self._shapes.message(each) for each in seen),
            has_more=has_more,
            cursor=str(cursor),
        )

    async def messages(
        self, session: ChatSession, conversation_id: ConversationId, before: int | None, limit: int
    ) -> tuple[list[ChatMessage], bool]:
        """Older ones, in order, and whether there are still older ones."""
        await self._chats.require_owned(session, conversation_id)
        seen, has_more = await self._messages.page(conversation_id, before=before, limit=limit)
        return [self._shapes.message(each) for each in seen], has_more

    async def write(
        self, session: ChatSession, conversation_id: ConversationId, client_id: UUID, text: str
    ) -> tuple[ChatMessage, bool]:
        """Keep what the customer says; say whether it is new. Raise ChatEnded when it is too late."""
        if not text.strip():
            raise InvalidInput("Say something.", field="text")
        return await self.keep(session, conversation_id, client_id, Text(text=text))

    async def keep(
        self, session: ChatSession, conversation_id: ConversationId, client_id: UUID, content: Content
    ) -> tuple[ChatMessage, bool]:
        """The same for any content; files are in our store already."""
        endpoint = await self._sessions.endpoint(session.widget_id)
        received = await self._messages.keep(
            session, endpoint, conversation_id, client_id=client_id, content=content
        )
        self._doorbell.ring(conversation_id)
        RECEIVED.labels(ChannelName.LIVE_CHAT, "new" if received.is_new else "repeated").inc()
        if session.conversation_id != conversation_id:
            await self._feed.tell_session(session.session_id)
        seen = await self._messages.these(conversation_id, [received.message_id])
        return self._shapes.message(seen[received.message_id]), received.is_new

    async def typing(
        self, session: ChatSession, conversation_id: ConversationId, *, is_typing: bool
    ) -> None:
        """Shown to agents while it is true."""
        await self._chats.require_owned(session, conversation_id)
        endpoint = await self._sessions.endpoint(session.widget_id)
        event = TypingReported(
            endpoint_address=str(session.widget_id),
            address=session.visitor.address,
            is_typing=is_typing,
        )
        await self._customer_events.take(endpoint, event)

    async def read(self, session: ChatSession, conversation_id: ConversationId, seq: int) -> None:
        """The customer has read everything up to there."""
        await self._chats.require_owned(session, conversation_id)
        await self._messages.advance(conversation_id, seq, DeliveryStatus.READ)

    async def end(self, session: ChatSession, conversation_id: ConversationId) -> ChatView:
        """Over for the customer from now on. Ending what has ended changes nothing."""
        if (await self.view(session, conversation_id)).persistent:
            raise Refused("Only an agent ends this chat.")
        if await self._chats.end(conversation_id):
            self._doorbell.ring(conversation_id)
            self._hint.soon()
        return await self.view(session, conversation_id)

    async def visit(self, session: ChatSession, conversation_id: ConversationId, page: Page) -> None:
        """The customer went to another page of the shop."""
        await self._chats.require_owned(session, conversation_id)
        await self._chats.add_page(conversation_id, _dated(page))

    async def answer_survey(
        self, session: ChatSession, conversation_id: ConversationId, answers: dict[str, str]
    ) -> None:
        """What the customer thought of it. Raise InvalidInput unless it fits the questions."""
        await self._chats.require_owned(session, conversation_id)
        kept = await self._questionnaire.after(session.widget_id, answers)
        await self._chats.answer_survey(conversation_id, kept)

    async def _unfinished(self, session: ChatSession) -> KnownChat | None:
        found = await self._chats.unfinished(session)
        return await self._chats.get(found) if found else None

    async def _asks_first(self, session: ChatSession, known: KnownChat) -> bool:
        """Who lost their connection comes back by itself; in another window they say so first."""
        conversation_id = known.view.conversation_id
        if known.lost_at is None or session.conversation_id == conversation_id:
            return False
        timers = await self._listed.timer_policy(conversation_id)
        return timers.reconnect_limit is not None

    async def _announce(self, session: ChatSession, begun: Begun) -> None:
        for conversation_id in begun.told:
            self._doorbell.ring(conversation_id)
        if begun.told:
            self._hint.soon()
        if session.conversation_id != begun.conversation_id:
            await self._feed.tell_session(session.session_id)


def _dated(page: Page) -> Page:
    """Visited now, whatever the browser's clock says."""
    return page.model_copy(update={"at": datetime.now(UTC)})
