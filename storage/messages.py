"""Transcripts, and answers on their way to their conversation."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.conversations import State
from domain.errors import Conflict, ConversationClosed, InvalidInput, NotFound
from domain.ids import AccountId, ConversationId, EndpointId, MessageId
from domain.messages import AuthorKind, Content, DeliveryStatus, files_of
from domain.values import Value
from domain.views import MessageView
from storage.contents import content_document
from storage.database import Database
from storage.paging import LARGEST_PAGE
from storage.standby import ASK


class NewOutbound(Value):
    """An answer that its conversation has not agreed to yet."""

    message_id: MessageId
    conversation_id: ConversationId
    author: AuthorKind
    author_id: UUID | None = None
    content: Content
    status: DeliveryStatus = DeliveryStatus.QUEUED
    parked_until: datetime | None = None


class Unconfirmed(Value):
    """An answer of which nobody knows whether its conversation took it over."""

    conversation_id: ConversationId
    message_id: MessageId
    author: AuthorKind
    author_id: UUID | None = None
    is_template: bool
    parked_until: datetime | None = None


class _Place(Value):
    state: State
    endpoint_id: EndpointId
    account_id: AccountId


TRANSCRIPT: Final = """
    SELECT * FROM message_views
    WHERE conversation_id = %(conversation_id)s AND seq > %(after_seq)s
    ORDER BY seq
    LIMIT %(limit)s
"""
ONE: Final = "SELECT * FROM message_views WHERE message_id = %(message_id)s"
PLACE: Final = """
    SELECT c.state, c.endpoint_id, e.account_id
    FROM conversations c JOIN endpoints e ON e.endpoint_id = c.endpoint_id
    WHERE c.conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE OF c
"""
ADD: Final = """
    WITH conversation AS (
        UPDATE conversations SET last_seq = last_seq + 1
        WHERE conversation_id = %(conversation_id)s
        RETURNING last_seq
    ), message AS (
        INSERT INTO messages
            (message_id, conversation_id, endpoint_id, seq, direction, author, author_id, content, at)
        SELECT %(message_id)s::uuid, %(conversation_id)s::uuid, %(endpoint_id)s::uuid, last_seq,
               'outbound', %(author)s::text, %(author_id)s::uuid, %(content)s::jsonb,
               statement_timestamp()
        FROM conversation
    ), delivery AS (
        INSERT INTO deliveries (message_id, account_id, status, rank, parked_until)
        VALUES (%(message_id)s, %(account_id)s, %(status)s, %(rank)s, %(parked_until)s)
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        VALUES (%(conversation_id)s, 'message_added', %(message_id)s)
    )
    SELECT pg_notify('holdfast_events', '')
"""
ATTACH: Final = """
    UPDATE media SET message_id = %(message_id)s, position = array_position(%(media_ids)s, media_id)
    WHERE media_id = ANY(%(media_ids)s) AND conversation_id = %(conversation_id)s
      AND message_id IS NULL AND state = 'stored'
"""
WITHDRAWABLE: Final = """
    SELECT m.conversation_id FROM messages m JOIN deliveries d ON d.message_id = m.message_id
    WHERE m.message_id = %(message_id)s AND NOT d.handed_over AND d.attempts = 0
    FOR UPDATE OF d
"""
# In order: each row would be held back by the ones before it.
TAKE_BACK: Final = (
    "DELETE FROM deliveries WHERE message_id = %(message_id)s",
    "DELETE FROM conversation_events WHERE message_id = %(message_id)s",
    "UPDATE media SET message_id = NULL WHERE message_id = %(message_id)s",
    "DELETE FROM messages WHERE message_id = %(message_id)s",
)
TELL_TAKEN_BACK: Final = """
    WITH told AS (
        INSERT INTO conversation_events (conversation_id, type, data)
        VALUES (%(conversation_id)s, 'conversation_changed',
                jsonb_build_object('taken_back', %(message_id)s::uuid))
    )
    SELECT pg_notify('holdfast_events', '')
"""
HANDED_OVER: Final = "UPDATE deliveries SET handed_over = true WHERE message_id = %(message_id)s"
UNCONFIRMED: Final = """
    SELECT m.conversation_id, m.message_id, m.author, m.author_id,
           m.content ->> 'kind' = 'template' AS is_template,
           CASE WHEN d.status = 'parked' THEN d.parked_until END AS parked_until
    FROM deliveries d JOIN messages m ON m.message_id = d.message_id
    WHERE NOT d.handed_over AND d.status IN ('queued', 'parked', 'unknown')
      AND d.created_at <= clock_timestamp() - %(older_than)s::interval
    ORDER BY d.created_at, m.seq
    LIMIT %(limit)s
"""
UNCONFIRMED_BEFORE: Final = """
    SELECT 1 FROM messages this
    JOIN messages m ON m.conversation_id = this.conversation_id AND m.seq < this.seq
    JOIN deliveries d ON d.message_id = m.message_id
    WHERE this.message_id = %(message_id)s
      AND NOT d.handed_over AND d.status IN ('queued', 'parked', 'unknown')
    LIMIT 1
"""


class Messages:
    """Everything that was said. Inbound messages are written by intake."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def transcript(
        self, conversation_id: ConversationId, after_seq: int = 0, limit: int = 100
    ) -> list[MessageView]:
        """In the order of the conversation. Go on with the last `seq`."""
        which = {
            "conversation_id": conversation_id,
            "after_seq": after_seq,
            "limit": min(limit, LARGEST_PAGE),
        }
        return await self._db.rows(MessageView, TRANSCRIPT, which)

    async def get(self, message_id: MessageId) -> MessageView:
        view = await self._find(message_id)
        if view is None:
            raise NotFound(f"There is no message {message_id}.")
        return view

    async def add_outbound(self, message: NewOutbound) -> MessageView:
        """Keep an answer before anything is done with it. Repeating it changes nothing."""
        async with self._db.transaction():
            which = {"conversation_id": message.conversation_id}
            place = await self._db.row(_Place, PLACE, which)
            if place is None:
                raise NotFound(f"There is no conversation {message.conversation_id}.")
            known = await self._find(message.message_id)
            if known is None:
                await self._add(message, place)
                known = await self.get(message.message_id)
        if known.conversation_id != message.conversation_id:
            raise Conflict("This message id belongs to another conversation. Use a new one.")
        return known

    async def take_back(self, message_id: MessageId) -> bool:
        """The conversation refused it: as if it had never been. False when it was taken over."""
        which = {"message_id": message_id}
        async with self._db.transaction():
            row = await self._db.one(WITHDRAWABLE, which)
            if row is None:
                return False
            for statement in TAKE_BACK:
                await self._db.execute(statement, which)
            await self._db.execute(TELL_TAKEN_BACK, {**which, **row})
        return True

    async def handed_over(self, message_id: MessageId) -> None:
        """The conversation has it now; nobody else needs to look after it."""
        await self._db.execute(HANDED_OVER, {"message_id": message_id})

    async def unconfirmed(self, older_than: timedelta, limit: int) -> list[Unconfirmed]:
        """Answers whose handing over was never confirmed, in the order they were given."""
        which = {"older_than": older_than, "limit": limit}
        return await self._db.rows(Unconfirmed, UNCONFIRMED, which)

    async def stands_by(self, conversation_id: ConversationId) -> bool:
        """Another system answers this customer at the moment."""
        return await self._db.one(ASK, {"conversation_id": conversation_id}) is not None

    async def has_unconfirmed_before(self, message_id: MessageId) -> bool:
        """Handing this one over now would overtake an earlier one of the same conversation."""
        return await self._db.one(UNCONFIRMED_BEFORE, {"message_id": message_id}) is not None

    async def _find(self, message_id: MessageId) -> MessageView | None:
        return await self._db.row(MessageView, ONE, {"message_id": message_id})

    async def _add(self, message: NewOutbound, place: _Place) -> None:
        if place.state is State.CLOSED:
            raise ConversationClosed("This conversation is closed. A new message starts a new one.")
        facts = {
            **message.model_dump(exclude={"content"}),
            "content": content_document(message.content),
            "rank": message.status.rank,
            "endpoint_id": place.endpoint_id,
            "account_id": place.account_id,
        }
        await self._db.execute(ADD, facts)
        if files := files_of(message.content):
            await self._attach(message, [item.media_id for item in files])

    async def _attach(self, message: NewOutbound, media_ids: list[UUID]) -> None:
        facts = {
            "message_id": message.message_id,
            "conversation_id": message.conversation_id,
            "media_ids": media_ids,
        }
        if await self._db.execute(ATTACH, facts) != len(media_ids):
            raise InvalidInput(
                "Upload each file to this conversation first, and use it in one message."
            )
