"""What a page reads through the use cases, in bounded pieces."""

from typing import Final
from uuid import UUID

from application.access import Access
from application.chats.insight import Insight
from application.desk import Desk, viewer_of
from application.live_events import LiveFeed
from application.reasons import Reason, Reasons
from application.services import Services
from application.whole_lists import whole
from console.board import MOST
from console.explained import agents_named
from console.opened import STRETCH, Opened
from domain.channels import is_live
from domain.chats import ChatFacts
from domain.configuration import Caller
from domain.errors import NotFound
from domain.ids import ConversationId
from domain.messages import Note
from domain.views import ConversationView, MessageView

_PAGE: Final = 200
_MAX_NOTES: Final = 100
_MAX_NAMES: Final = 500


class Records:
    """Reads for one page. Names of agents are read once."""

    def __init__(self, services: Services) -> None:
        self._access: Access = services.access
        self._desk: Desk = services.engine.desk
        self._insight: Insight = services.engine.chat.insight
        self._reasons: Reasons = services.engine.reasons
        self._feed: LiveFeed = services.engine.live_feed
        self.names: dict[UUID, str] = {}

    async def running(self, caller: Caller) -> list[ConversationView]:
        """Every conversation that is not closed, newest first, up to what a page may hold."""
        found: list[ConversationView] = []
        cursor: str | None = None
        while len(found) < MOST:
            page, cursor = await self._desk.listing(
                caller, states=(), queue_id=None, mine=False, cursor=cursor, limit=_PAGE
            )
            found += page
            if cursor is None:
                break
        return found

    async def opened(self, caller: Caller, conversation_id: ConversationId) -> Opened:
        """A conversation with its latest messages."""
        view = await self._desk.get(caller, conversation_id)
        messages = await self._stretch(caller, conversation_id, view.last_seq - STRETCH)
        notices = await self._feed.announced(viewer_of(caller), conversation_id)
        chat = await self._chat_facts(caller, view) if is_live(view.channel) else None
        opened = Opened(view, messages, notices, chat)
        await self.learn(opened.agent_ids)
        return opened

    async def earlier(self, caller: Caller, opened: Opened) -> None:
        """The messages before those that are loaded."""
        conversation_id = opened.view.conversation_id
        after = opened.first_seq - 1 - STRETCH
        opened.prepend(await self._stretch(caller, conversation_id, after))
        await self.learn(opened.agent_ids)

    async def notes(self, caller: Caller, conversation_id: ConversationId) -> list[Note]:
        """The first hundred."""
        notes, _ = await self._desk.notes(caller, conversation_id, None, _MAX_NOTES)
        await self.learn({note.agent_id for note in notes})
        return notes

    async def reasons(self, caller: Caller, conversation_id: ConversationId) -> list[Reason]:
        """Everything that was decided about it, the oldest first."""
        found = await whole(
            lambda cursor, limit: self._reasons.listing(caller, conversation_id, cursor, limit)
        )
        await self.learn(set(agents_named(found)))
        return found

    async def learn(self, agent_ids: set[UUID]) -> None:
        """Find out the names of these agents."""
        for agent_id in agent_ids - self.names.keys():
            if len(self.names) < _MAX_NAMES:
                try:
                    self.names[agent_id] = (await self._access.agent(agent_id)).name
                except NotFound:
                    continue

    async def _chat_facts(self, caller: Caller, view: ConversationView) -> ChatFacts | None:
        try:
            return await self._insight.facts(caller, view.conversation_id)
        except NotFound:
            return None

    async def _stretch(
        self, caller: Caller, conversation_id: ConversationId, after: int
    ) -> list[MessageView]:
        return await self._desk.transcript(caller, conversation_id, max(0, after), STRETCH)
