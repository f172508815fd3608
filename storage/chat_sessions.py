"""Who is at the other end of a chat: sessions of customers. Of a token only a digest is kept."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.channels import ChannelName
from domain.chats import ChatSession, Visitor
from domain.ids import AccountId, ConversationId, EndpointId
from domain.values import Value
from storage.database import Database
from storage.documents import document, storable

IDLE_FOR: Final = timedelta(days=30)
"""A browser that was away for longer is somebody new. Longer than any chat waits for its customer."""
VOUCHED_FOR: Final = timedelta(hours=24)
"""After that the shop has to say again who it is."""

WIDGET: Final = """
    SELECT endpoint_id, account_id, channel, customers_may_send_files, name, language, enabled
    FROM endpoints
    WHERE endpoint_id = %(widget_id)s AND channel = 'live_chat' AND deleted_at IS NULL
"""
ADD: Final = """
    INSERT INTO chat_sessions
        (session_id, token_hash, widget_id, address, authenticated, display_name, email, phone, context)
    VALUES (%(session_id)s, %(token_hash)s, %(widget_id)s, %(address)s, %(authenticated)s,
            %(display_name)s, %(email)s, %(phone)s, %(context)s)
"""
FIND: Final = """
    SELECT s.session_id, s.widget_id, s.conversation_id, s.address, s.authenticated, s.display_name,
           s.email, s.phone, s.context, s.last_seen_at < now() - interval '1 minute' AS is_stale
    FROM chat_sessions s JOIN endpoints e ON e.endpoint_id = s.widget_id
    WHERE s.token_hash = %(token_hash)s AND s.revoked_at IS NULL AND e.deleted_at IS NULL
      AND s.last_seen_at > now() - %(idle_for)s::interval
      AND (NOT s.authenticated OR s.created_at > now() - %(vouched_for)s::interval)
"""
# To the minute is exact enough, and keeps a busy session from being written with every request.
TOUCH: Final = """
    UPDATE chat_sessions SET last_seen_at = now() WHERE session_id = %(session_id)s
"""
ATTACH: Final = """
    UPDATE chat_sessions SET conversation_id = %(conversation_id)s
    WHERE session_id = %(session_id)s AND conversation_id IS DISTINCT FROM %(conversation_id)s
"""
REVOKE: Final = """
    UPDATE chat_sessions SET revoked_at = coalesce(revoked_at, now()) WHERE session_id = %(session_id)s
"""
PURGE: Final = """
    DELETE FROM chat_sessions
    WHERE last_seen_at < now() - %(idle_for)s::interval
"""


class ChatWidget(Value):
    """A widget, as far as a chat needs to know it."""

    endpoint_id: EndpointId
    account_id: AccountId
    channel: ChannelName
    customers_may_send_files: bool
    name: str
    language: str
    enabled: bool


class _Row(Visitor):
    session_id: UUID
    widget_id: EndpointId
    conversation_id: ConversationId | None
    is_stale: bool


class ChatSessions:
    """The table `chat_sessions`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def widget(self, widget_id: EndpointId) -> ChatWidget | None:
        """None: there is none, or none any more."""
        return await self._db.row(ChatWidget, WIDGET, {"widget_id": widget_id})

    async def add(self, session: ChatSession, token_hash: bytes) -> None:
        told = session.visitor.model_dump(exclude={"context"})
        visitor = {key: storable(value) for key, value in told.items()}
        visitor["context"] = document(session.visitor.context)
        place = {"session_id": session.session_id, "widget_id": session.widget_id}
        await self._db.execute(ADD, {**visitor, **place, "token_hash": token_hash})

    async def find(self, token_hash: bytes) -> ChatSession | None:
        """The session with this token, if it is good now."""
        which = {"token_hash": token_hash, "idle_for": IDLE_FOR, "vouched_for": VOUCHED_FOR}
        row = await self._db.row(_Row, FIND, which)
        if row is None:
            return None
        if row.is_stale:
            await self._db.execute(TOUCH, {"session_id": row.session_id})
        return ChatSession(
            session_id=row.session_id,
            widget_id=row.widget_id,
            visitor=Visitor.model_validate(row.model_dump()),
            conversation_id=row.conversation_id,
        )

    async def attach(self, session_id: UUID, conversation_id: ConversationId) -> bool:
        """From now on it takes part in this chat. False: it did before."""
        facts = {"session_id": session_id, "conversation_id": conversation_id}
        return await self._db.execute(ATTACH, facts) > 0

    async def revoke(self, session_id: UUID) -> None:
        """Its token opens nothing any more."""
        await self._db.execute(REVOKE, {"session_id": session_id})

    async def purge(self) -> int:
        """Forget browsers that were not here for long."""
        return await self._db.execute(PURGE, {"idle_for": IDLE_FOR})
