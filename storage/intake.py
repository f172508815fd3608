"""Intake: a customer's message becomes durable, once, in one transaction, before anybody answers."""

from datetime import timedelta
from typing import Final

from domain.channels import ChannelName
from domain.errors import Conflict
from domain.ids import (
    AccountId,
    ConversationId,
    EndpointId,
    MessageId,
    QueueId,
    WorkstreamId,
    new_id,
)
from domain.messages import Media, MessageReceived
from domain.values import Value
from storage.addresses import AddressBook, KnownAddress
from storage.contents import content_document, media_document
from storage.database import Connection, Database
from storage.documents import document, storable


class IntakeEndpoint(Value):
    """Where a message came in, and where its conversation starts."""

    endpoint_id: EndpointId
    account_id: AccountId
    channel: ChannelName
    workstream_id: WorkstreamId
    queue_id: QueueId
    language: str
    enabled: bool


class _HasIt(Exception):
    """The message is known, but its sender is not (any more): nothing of it is kept again."""

    def __init__(self, first: "Received") -> None:
        super().__init__()
        self.first = first


class Received(Value):
    """What became of a message. `opened`: it started a conversation."""

    conversation_id: ConversationId
    message_id: MessageId
    is_new: bool
    opened: bool = False


ENDPOINT: Final = """
    SELECT e.endpoint_id, e.account_id, e.channel, e.workstream_id, e.language, e.enabled,
           w.fallback_queue_id AS queue_id
    FROM endpoints e
    JOIN workstreams w ON w.workstream_id = e.workstream_id
    WHERE e.account_id = %(account_id)s AND e.address = %(address)s AND e.deleted_at IS NULL
"""
FIRST_COPY: Final = """
    SELECT conversation_id, message_id, false AS is_new
    FROM messages
    WHERE endpoint_id = %(endpoint_id)s AND provider_message_id = %(provider_message_id)s
      AND direction = 'inbound'
"""
# The lock waits for a close that is under way; when that succeeds, no row is left.
RUNNING: Final = """
    SELECT conversation_id FROM conversations
    WHERE endpoint_id = %(endpoint_id)s AND address_id = %(address_id)s AND state <> 'closed'
    FOR NO KEY UPDATE
"""
OPEN: Final = """
    INSERT INTO conversations
        (conversation_id, channel, endpoint_id, address_id, contact_id, workstream_id, queue_id,
         language)
    VALUES (%(conversation_id)s, %(channel)s, %(endpoint_id)s, %(address_id)s, %(contact_id)s,
            %(workstream_id)s, %(queue_id)s, %(language)s)
"""
# statement_timestamp(): the transaction may have begun before the lock was ours, so that now() could
# put a later message before an earlier one.
KEEP: Final = """
    WITH conversation AS (
        UPDATE conversations
        SET last_seq = last_seq + 1, mailbox_seq = mailbox_seq + 1,
            last_inbound_at = statement_timestamp(),
            window_expires_at = statement_timestamp() + %(window)s::interval
        WHERE conversation_id = %(conversation_id)s
        RETURNING last_seq, mailbox_seq
    ), message AS (
        INSERT INTO messages
            (message_id, conversation_id, endpoint_id, seq, direction, author, author_id, content,
             details, reply_to, provider_message_id, sent_at, at)
        SELECT %(message_id)s::uuid, %(conversation_id)s::uuid, %(endpoint_id)s::uuid, last_seq,
               'inbound', 'customer', %(contact_id)s::uuid, %(content)s::jsonb, %(details)s::jsonb,
               coalesce(
                   (SELECT m.message_id FROM messages m
                    WHERE m.endpoint_id = %(endpoint_id)s AND m.provider_message_id = %(reply_to)s::text
                      AND m.direction = 'inbound'),
                   (SELECT d.message_id FROM deliveries d
                    WHERE d.account_id = %(account_id)s AND d.provider_message_id = %(reply_to)s::text)
               ),
               %(provider_message_id)s::text, %(sent_at)s::timestamptz, statement_timestamp()
        FROM conversation
    ), mail AS (
        INSERT INTO mailbox (conversation_id, position, kind, message_id, has_media, at)
        SELECT %(conversation_id)s::uuid, mailbox_seq, 'customer_wrote', %(message_id)s::uuid,
               %(has_media)s::boolean, statement_timestamp()
        FROM conversation
    ), files AS (
        INSERT INTO media (media_id, conversation_id, message_id, position, state, mime_type, file_name,
                           source_url, reason)
        SELECT f.media_id, %(conversation_id)s::uuid, %(message_id)s::uuid, f.position, f.state,
               f.mime_type, f.file_name, f.source_url, f.reason
        FROM jsonb_to_recordset(%(media)s::jsonb) AS f (
            media_id uuid, position integer, state text, mime_type text, file_name text,
            source_url text, reason text
        )
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        VALUES (%(conversation_id)s, 'message_added', %(message_id)s)
    )
    SELECT pg_notify('holdfast_events', '')
"""


class Intake:
    """The front door of every message."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._addresses = AddressBook(db)

    async def endpoint(self, account_id: AccountId, address: str) -> IntakeEndpoint | None:
        where = {"account_id": account_id, "address": storable(address)}
        return await self._db.row(IntakeEndpoint, ENDPOINT, where)

    async def receive(
        self, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
    ) -> Received:
        """Keep a message and tell its conversation; a message we have already changes nothing."""
        try:
            async with self._db.transaction() as connection:
                return await self._receive(connection, endpoint, event, window)
        except _HasIt as known:
            return known.first
        except Conflict:
            # The same message came over two addresses at once, and the other transaction won.
            first = await self._first_copy(endpoint, event)
            if first is None:
                raise
            return first

    async def _receive(
        self,
        connection: Connection,
        endpoint: IntakeEndpoint,
        event: MessageReceived,
        window: timedelta | None,
    ) -> Received:
        address = await self._addresses.lock(endpoint.channel, event.sender)
        first = await self._first_copy(endpoint, event)
        if first is not None and address.is_new:
            raise _HasIt(first)
        if first is not None:
            return first
        await self._addresses.refresh(address, event.sender)
        conversation_id, opened = await self._conversation(connection, endpoint, address)
        message_id = new_id()
        keep = {
            **_message(endpoint, event),
            "conversation_id": conversation_id,
            "message_id": message_id,
            "contact_id": address.contact_id,
            "window": window,
        }
        await connection.execute(KEEP, keep)
        return Received(
            conversation_id=conversation_id, message_id=message_id, is_new=True, opened=opened
        )

    async def _first_copy(self, endpoint: IntakeEndpoint, event: MessageReceived) -> Received | None:
        where = {
            "endpoint_id": endpoint.endpoint_id,
            "provider_message_id": storable(event.provider_message_id),
        }
        return await self._db.row(Received, FIRST_COPY, where)

    async def _conversation(
        self, connection: Connection, endpoint: IntakeEndpoint, address: KnownAddress
    ) -> tuple[ConversationId, bool]:
        where = {"endpoint_id": endpoint.endpoint_id, "address_id": address.address_id}
        running = await (await connection.execute(RUNNING, where)).fetchone()
        if running is not None:
            return running["conversation_id"], False
        conversation_id = new_id()
        facts = {**endpoint.model_dump(), **address.model_dump(), "conversation_id": conversation_id}
        await connection.execute(OPEN, facts)
        return conversation_id, True


def _message(endpoint: IntakeEndpoint, event: MessageReceived) -> dict[str, object]:
    return {
        "endpoint_id": endpoint.endpoint_id,
        "account_id": endpoint.account_id,
        "provider_message_id": storable(event.provider_message_id),
        "reply_to": storable(event.reply_to),
        "sent_at": event.sent_at,
        "content": content_document(event.content),
        "details": document(event.details),
        "has_media": isinstance(event.content, Media),
        "media": media_document(event.content),
    }
