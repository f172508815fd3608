"""What is said in a chat: a customer's messages come in, and what they may see goes out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from domain.chats import ChatSession
from domain.errors import ChatEnded, Conflict
from domain.ids import ConversationId, MediaId, MessageId, new_id
from domain.messages import AuthorKind, Content, DeliveryStatus, Media, MessageReceived, Sender
from domain.values import Value
from storage.addresses import AddressBook
from storage.chat_leases import UNSURE
from storage.chats import Chats
from storage.database import Database, Parameters
from storage.hints import EventHint
from storage.intake import (
    FIRST_COPY,
    KEEP_AT_WINDOW,
    KEEP_IN_CHAT,
    IntakeEndpoint,
    Received,
    as_parameters,
)
from storage.messages import ATTACH

ENDED: Final = "This chat has ended. Start a new one."

# What customers see: what they said themselves, and what has left for them. Nothing else, ever.
_SEEN: Final = SQL("""
    SELECT v.message_id, v.seq, v.author, v.content, v.at, m.provider_message_id,
           g.name AS author_name, v.seq <= coalesce(h.read_seq, 0) AS is_read
    FROM message_views v
    JOIN messages m ON m.message_id = v.message_id
    LEFT JOIN chats h ON h.conversation_id = v.conversation_id
    LEFT JOIN agents g ON g.agent_id = v.author_id AND v.author = 'agent'
    WHERE v.conversation_id = %(conversation_id)s AND {which}
      AND NOT v.details @> '{{"audience": "agent"}}'
      AND (v.direction = 'inbound' OR v.delivery ->> 'status' IN ('sent', 'delivered', 'read'))
    ORDER BY v.seq DESC
    LIMIT %(limit)s
""")
PAGE: Final = _SEEN.format(which=SQL("v.seq < %(before)s"))
THESE: Final = _SEEN.format(which=SQL("v.message_id = ANY (%(message_ids)s)"))
# The customer's own connection says how far our messages came: by the same ranks as any provider.
ADVANCE: Final = """
    WITH advanced AS (
        UPDATE deliveries d
        SET status = %(status)s, rank = %(rank)s, updated_at = statement_timestamp()
        FROM messages m
        WHERE m.message_id = d.message_id AND m.conversation_id = %(conversation_id)s
          AND m.seq <= %(seq)s AND d.rank < %(rank)s AND d.status IN ('sent', 'delivered')
        RETURNING d.message_id
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT %(conversation_id)s::uuid, 'message_changed', message_id FROM advanced
    )
    SELECT count(*) AS advanced FROM advanced
"""
# Who asks for what comes after a cursor has everything before it. A message is first told to its
# customer when it has left, which is its first change.
HAS_UP_TO: Final = """
    SELECT max(m.seq) AS seq FROM conversation_events e
    JOIN messages m ON m.message_id = e.message_id
    JOIN deliveries d ON d.message_id = m.message_id
    WHERE e.conversation_id = %(conversation_id)s AND e.type = 'message_changed' AND d.status = 'sent'
      AND (e.xid, e.id)
          <= (split_part(%(cursor)s, '.', 1)::xid8, split_part(%(cursor)s, '.', 2)::bigint)
"""
_LAST: Final = 2**62


class SeenMessage(Value):
    """A message as far as its customer may know of it."""

    message_id: MessageId
    seq: int
    author: AuthorKind
    author_name: str | None
    content: Content
    at: datetime
    provider_message_id: str | None
    is_read: bool

    @property
    def client_id(self) -> UUID | None:
        """By what the customer's browser knows it."""
        name = self.provider_message_id
        return UUID(name.rpartition(":")[2]) if name else None


def provider_message_id(conversation_id: ConversationId, client_id: UUID) -> str:
    """Browsers choose the second half: what they choose shall never name another chat's message."""
    return f"{conversation_id}:{client_id}"


class ChatMessages:
    """The transcript, between a customer and us."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._addresses = AddressBook(db)
        self._chats = Chats(db)
        self._hint = EventHint(db)

    async def keep(
        self,
        session: ChatSession,
        endpoint: IntakeEndpoint,
        conversation_id: ConversationId,
        *,
        client_id: UUID,
        content: Content,
    ) -> Received:
        """Keep it in this chat, once, and tell its workflow.

        Raise NotFound for somebody else's chat, and ChatEnded if it has ended.
        """
        event = MessageReceived(
            provider_message_id=provider_message_id(conversation_id, client_id),
            endpoint_address=str(endpoint.endpoint_id),
            sender=Sender(address=session.visitor.address, display_name=session.visitor.display_name),
            content=content.model_copy(update={"items": ()}) if isinstance(content, Media) else content,
        )
        # Files of chats are in our store already: nobody has to fetch them.
        message = {**as_parameters(endpoint, event), "has_media": False, "window": None}
        facts = {**message, "conversation_id": conversation_id, "message_id": new_id()}
        files = [item.media_id for item in content.items] if isinstance(content, Media) else []
        received = None if files else await self._keep_at_window(session, facts)
        if received is None:
            await self._chats.require_owned(session, conversation_id)
            received = await self._keep(session, event.sender, facts, files)
        self._hint.soon()
        return received

    async def _keep_at_window(self, session: ChatSession, facts: Parameters) -> Received | None:
        """In one round trip, if it is new and its customer is there; most are."""
        at = {"session_id": session.session_id, "unsure": UNSURE}
        try:
            return await self._db.row(Received, KEEP_AT_WINDOW, {**facts, **at})
        except Conflict:  # the same message came at the same time, and was kept before
            return None

    async def _keep(
        self, session: ChatSession, sender: Sender, facts: Parameters, files: Sequence[MediaId]
    ) -> Received:
        async with self._db.transaction():
            endpoint = IntakeEndpoint.model_validate(facts)
            address = await self._addresses.lock(endpoint.channel, sender)
            first = await self._db.row(Received, FIRST_COPY, facts)
            if first is not None:
                return first
            await self._addresses.refresh(address, sender)
            await self._chats.join(session, UUID(str(facts["conversation_id"])))
            received = await self._db.row(Received, KEEP_IN_CHAT, facts)
            if received is None:
                raise ChatEnded(ENDED)
            attached = {**facts, "media_ids": list(files)}
            if files and await self._db.execute(ATTACH, attached) != len(files):
                raise Conflict("A file of this message is gone. Send it again.")
            return received

    async def kept(
        self, session: ChatSession, conversation_id: ConversationId, client_id: UUID
    ) -> MessageId | None:
        """The message that this browser sent under this id before."""
        name = provider_message_id(conversation_id, client_id)
        which = {"endpoint_id": session.widget_id, "provider_message_id": name}
        first = await self._db.row(Received, FIRST_COPY, which)
        return first.message_id if first else None

    async def page(
        self, conversation_id: ConversationId, *, before: int | None, limit: int
    ) -> tuple[list[SeenMessage], bool]:
        """The newest before that `seq`, in order, and whether there are older ones."""
        which = {
            "conversation_id": conversation_id,
            "before": before or _LAST,
            "limit": limit + 1,
        }
        rows = await self._db.rows(SeenMessage, PAGE, which)
        return list(reversed(rows[:limit])), len(rows) > limit

    async def these(
        self, conversation_id: ConversationId, message_ids: Collection[MessageId]
    ) -> dict[MessageId, SeenMessage]:
        """Those of them that the customer may see."""
        which = {
            "conversation_id": conversation_id,
            "message_ids": list(message_ids),
            "limit": len(message_ids),
        }
        rows = await self._db.rows(SeenMessage, THESE, which)
        return {row.message_id: row for row in rows}

    async def has_up_to(self, conversation_id: ConversationId, cursor: str) -> int | None:
        """The last message of ours that somebody with this cursor has, unless that is known."""
        which = {"conversation_id": conversation_id, "cursor": cursor}
        row = await self._db.one(HAS_UP_TO, which)
        return row["seq"] if row else None

    async def advance(self, conversation_id: ConversationId, seq: int, status: DeliveryStatus) -> None:
        """Everything we said up to there came that far."""
        facts = {
            "conversation_id": conversation_id,
            "seq": seq,
            "status": status,
            "rank": status.rank,
        }
        row = await self._db.one(ADVANCE, facts)
        if row and row["advanced"]:
            self._hint.soon()
