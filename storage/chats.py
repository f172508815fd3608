"""Chats: how one begins and ends, how its customer sees it, and what is known of it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from domain.channels import ChannelName
from domain.chats import ENDED_REASONS, OVER, ChatFacts, ChatSession, ChatStart, ChatView, Page
from domain.conversations import MailKind, State
from domain.errors import NotFound
from domain.ids import ConversationId
from domain.messages import Sender
from domain.values import Value
from storage.addresses import AddressBook, KnownAddress
from storage.beginnings import Beginnings, NoRules, Placer
from storage.chat_leases import CHAT, ChatLeases
from storage.chat_sessions import ChatSessions
from storage.database import Database
from storage.documents import document, storable
from storage.intake import EndpointGone
from storage.mailbox import Mailbox
from storage.openings import Openings
from storage.waits import AHEAD, AVERAGE_WAIT

PAGES_KEPT: Final = 100
SAYS_HELLO_WITHIN: Final = timedelta(seconds=45)
"""Who begins, writes or comes back counts as connected for so long, until their socket says so."""

_UNFINISHED: Final = SQL("""
    SELECT c.conversation_id FROM conversations c JOIN addresses a ON a.address_id = c.address_id
    WHERE c.endpoint_id = %(widget_id)s AND a.channel = 'live_chat' AND a.value = %(address)s
      AND c.state NOT IN ('wrap_up', 'closed') AND c.ended_by IS NULL
    {locked}
""")
UNFINISHED: Final = _UNFINISHED.format(locked=SQL(""))
LOCK_UNFINISHED: Final = _UNFINISHED.format(locked=SQL("FOR NO KEY UPDATE OF c"))
OF_SESSION: Final = """
    SELECT c.conversation_id FROM chat_sessions s
    JOIN conversations c ON c.conversation_id = s.conversation_id
    WHERE s.session_id = %(session_id)s AND c.state NOT IN ('wrap_up', 'closed') AND c.ended_by IS NULL
"""
OWNED: Final = """
    SELECT c.conversation_id FROM conversations c JOIN addresses a ON a.address_id = c.address_id
    WHERE c.conversation_id = %(conversation_id)s AND c.endpoint_id = %(widget_id)s
      AND a.channel = 'live_chat' AND a.value = %(address)s
"""
ADD: Final = """
    INSERT INTO chats (conversation_id, locale, pre_chat, context, pages, persistent)
    SELECT c.conversation_id, %(locale)s, %(pre_chat)s, %(context)s, %(pages)s, w.persistent
    FROM conversations c JOIN workstreams w USING (workstream_id)
    WHERE c.conversation_id = %(conversation_id)s
"""
# How long it takes is said by those who came over the same channel: others answer mail, too.
VIEW: Final = SQL("""
    SELECT c.conversation_id, c.state, c.ended_by, c.close_reason, g.name AS agent_name,
           c.opened_at AS started_at, coalesce(h.persistent, false) AS persistent, h.lost_at,
           CASE WHEN c.state = 'open' AND c.ended_by IS NULL THEN {ahead} + 1 END AS queue_position,
           CASE WHEN c.state = 'open' AND c.ended_by IS NULL THEN {average} END AS average_wait_seconds
    FROM conversations c
    LEFT JOIN chats h ON h.conversation_id = c.conversation_id
    LEFT JOIN agents g ON g.agent_id = c.agent_id
    WHERE c.conversation_id = %(conversation_id)s
""").format(
    ahead=AHEAD,
    average=AVERAGE_WAIT.format(queue=SQL("c.queue_id"), among=SQL("o.channel = c.channel")),
)
END: Final = """
    WITH ended AS (
        UPDATE conversations SET ended_by = 'customer_ended'
        WHERE conversation_id = %(conversation_id)s AND channel = 'live_chat'
          AND ended_by IS NULL AND state NOT IN ('wrap_up', 'closed')
          AND NOT EXISTS (
              SELECT FROM chats h WHERE h.conversation_id = %(conversation_id)s AND h.persistent
          )
        RETURNING conversation_id
    )
    INSERT INTO conversation_events (conversation_id, type)
    SELECT conversation_id, 'conversation_changed' FROM ended
"""
TELL_STARTED: Final = """
    INSERT INTO conversation_events (conversation_id, type)
    VALUES (%(conversation_id)s, 'conversation_changed')
"""
# What comes for a chat that was emptied would stay for ever.
_IS_KEPT: Final = SQL("""
    EXISTS (
        SELECT FROM conversations c
        WHERE c.conversation_id = chats.conversation_id AND c.emptied_at IS NULL
    )
""")
ADD_PAGE: Final = SQL("""
    UPDATE chats
    SET pages = (CASE WHEN jsonb_array_length(pages) >= %(kept)s THEN pages - 0 ELSE pages END)
                || %(page)s
    WHERE conversation_id = %(conversation_id)s AND {is_kept}
""").format(is_kept=_IS_KEPT)
SURVEY: Final = SQL("""
    UPDATE chats SET post_chat = %(answers)s
    WHERE conversation_id = %(conversation_id)s AND {is_kept}
""").format(is_kept=_IS_KEPT)
FACTS: Final = """
    SELECT h.conversation_id, h.locale, h.pre_chat, h.context, h.pages, h.post_chat, h.persistent,
           h.lost_at, coalesce(s.authenticated, false) AS authenticated, s.email, s.phone
    FROM chats h
    LEFT JOIN LATERAL (
        SELECT authenticated, email, phone FROM chat_sessions
        WHERE conversation_id = h.conversation_id
        ORDER BY authenticated DESC, last_seen_at DESC LIMIT 1
    ) AS s ON true
    WHERE h.conversation_id = %(conversation_id)s
"""


_SHOWN: Final = {State.WAITING: State.OPEN}
"""That its agent left it for later is no business of the customer."""


class KnownChat(Value):
    """A chat as its customer sees it, and whether they are connected."""

    view: ChatView
    lost_at: datetime | None


class Begun(Value):
    """The customer's chat, and whether it is a new one. `told`: chats whose workflows have mail."""

    conversation_id: ConversationId
    is_new: bool
    told: tuple[ConversationId, ...] = ()


class _Id(Value):
    conversation_id: ConversationId


class _View(Value):
    conversation_id: ConversationId
    state: State
    ended_by: str | None
    close_reason: str | None
    agent_name: str | None
    started_at: datetime
    persistent: bool
    lost_at: datetime | None
    queue_position: int | None
    average_wait_seconds: int | None


class Chats:
    """The table `chats`, and its conversations."""

    def __init__(self, db: Database, placer: Placer | None = None) -> None:
        self._db = db
        self._addresses = AddressBook(db)
        self._beginnings = Beginnings(db, placer or NoRules())
        self._mailbox = Mailbox(db)
        self._openings = Openings(db)
        self._sessions = ChatSessions(db)
        self._leases = ChatLeases(db)

    async def unfinished(self, session: ChatSession) -> ConversationId | None:
        """The one chat of this customer at this widget that has not ended."""
        row = await self._db.row(_Id, UNFINISHED, _who(session))
        return row.conversation_id if row else None

    async def of_session(self, session_id: UUID) -> ConversationId | None:
        """The chat that this session takes part in, unless it has ended."""
        row = await self._db.row(_Id, OF_SESSION, {"session_id": session_id})
        return row.conversation_id if row else None

    async def require_owned(self, session: ChatSession, conversation_id: ConversationId) -> None:
        """Raise NotFound unless it is a chat of this customer at this widget."""
        if await self._db.one(OWNED, {**_who(session), "conversation_id": conversation_id}) is None:
            raise NotFound("There is no such chat.")

    async def start(self, session: ChatSession, start: ChatStart, *, start_new: bool) -> Begun:
        """Begin one, or find the one that has not ended. Raise EndpointGone without a widget."""
        told: list[ConversationId] = []
        async with self._db.transaction():
            sender = Sender(address=session.visitor.address, display_name=_name(session, start))
            address = await self._addresses.lock(ChannelName.LIVE_CHAT, sender)
            await self._addresses.refresh(address, sender)
            running = await self._db.row(_Id, LOCK_UNFINISHED, _who(session))
            if running is not None and not (start_new and await self._may_end(running)):
                return await self._go_on(session, running.conversation_id)
            if running is not None and await self.end(running.conversation_id):
                told.append(running.conversation_id)
            conversation_id = await self._open(session, start, address)
        return Begun(conversation_id=conversation_id, is_new=True, told=(*told, conversation_id))

    async def join(self, session: ChatSession, conversation_id: ConversationId) -> Begun:
        """The session takes part in this chat, which has not ended: its customer is there again."""
        async with self._db.transaction():
            return await self._go_on(session, conversation_id)

    async def end(self, conversation_id: ConversationId) -> bool:
        """The customer ends it: at once for them, and soon for its workflow.

        False: it had ended, or is persistent.
        """
        which = {"conversation_id": conversation_id}
        async with self._db.transaction():
            if not await self._db.execute(END, which):
                return False
            return await self._mailbox.post(conversation_id, MailKind.CUSTOMER_ENDED)

    async def get(self, conversation_id: ConversationId) -> KnownChat:
        row = await self._db.row(_View, VIEW, {"conversation_id": conversation_id})
        if row is None:
            raise NotFound("There is no such chat.")
        return KnownChat(view=_view(row), lost_at=row.lost_at)

    async def facts(self, conversation_id: ConversationId) -> ChatFacts:
        """What is known of it beside its transcript. Raise NotFound for other conversations."""
        facts = await self._db.row(ChatFacts, FACTS, {"conversation_id": conversation_id})
        if facts is None:
            raise NotFound("This conversation is no live chat.")
        return facts

    async def add_page(self, conversation_id: ConversationId, page: Page) -> None:
        """The customer is on this page now; the oldest make room."""
        facts = {"page": document([page]), "kept": PAGES_KEPT, "conversation_id": conversation_id}
        await self._db.execute(ADD_PAGE, facts)

    async def answer_survey(self, conversation_id: ConversationId, answers: dict[str, str]) -> None:
        """What the customer thought of it; a later answer replaces an earlier one."""
        facts = {"conversation_id": conversation_id, "answers": document(answers)}
        await self._db.execute(SURVEY, facts)

    async def _may_end(self, running: _Id) -> bool:
        """A persistent chat is ended by agents only."""
        return not (await self.get(running.conversation_id)).view.persistent

    async def _go_on(self, session: ChatSession, conversation_id: ConversationId) -> Begun:
        # The chat before its sessions, as everywhere: else two calls of one customer block each other.
        await self._db.execute(CHAT, {"conversation_id": conversation_id})
        await self._sessions.attach(session.session_id, conversation_id)
        back = await self._leases.vouch(session.session_id, SAYS_HELLO_WITHIN)
        told = (conversation_id,) if back else ()
        return Begun(conversation_id=conversation_id, is_new=False, told=told)

    async def _open(
        self, session: ChatSession, start: ChatStart, address: KnownAddress
    ) -> ConversationId:
        # What the shop says counts more than what a page says.
        context = {**start.context, **session.visitor.context}
        conversation_id = await self._beginnings.begin(
            session.widget_id, address, text="", details={**start.pre_chat, **context}
        )
        if conversation_id is None:
            raise EndpointGone("This chat is not offered any more.")
        facts = {
            "conversation_id": conversation_id,
            "locale": storable(start.locale),
            "pre_chat": document(start.pre_chat),
            "context": document(context),
            "pages": document([start.page] if start.page else []),
        }
        await self._db.execute(ADD, facts)
        await self._sessions.attach(session.session_id, conversation_id)
        await self._mailbox.post(conversation_id, MailKind.CHAT_STARTED)
        await self._openings.opened(conversation_id)
        await self._leases.vouch(session.session_id, SAYS_HELLO_WITHIN)
        await self._db.execute(TELL_STARTED, facts)
        return conversation_id


def _who(session: ChatSession) -> dict[str, object]:
    return {"widget_id": session.widget_id, "address": storable(session.visitor.address)}


def _name(session: ChatSession, start: ChatStart) -> str | None:
    """What the shop says counts; else what the customer says of themselves."""
    return session.visitor.display_name or start.pre_chat.get("name") or None


def _view(row: _View) -> ChatView:
    reason = row.ended_by or row.close_reason
    is_over = row.ended_by is not None or row.state in OVER
    # What the customer ended is over for them, even before its workflow knows.
    state = State.WRAP_UP if is_over and row.state not in OVER else _SHOWN.get(row.state, row.state)
    facts = row.model_dump(exclude={"state", "ended_by", "close_reason", "lost_at"})
    # Nobody watches the queue of a chat that may wait for days.
    waits = {"queue_position": None, "average_wait_seconds": None} if row.persistent else {}
    return ChatView(
        **facts | waits,
        state=state,
        can_write=not is_over,
        ended_reason=ENDED_REASONS.get(reason, "agent_ended") if is_over and reason else None,
    )
