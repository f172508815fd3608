"""Intake: a customer's message becomes durable, once, in one transaction, before anybody answers."""

from datetime import timedelta
from typing import Final

from psycopg.sql import SQL

from domain.channels import ChannelName
from domain.errors import Conflict, NotFound, Unavailable
from domain.ids import AccountId, ConversationId, EndpointId, MessageId, new_id
from domain.messages import Media, MessageReceived
from domain.notices import answer_in
from domain.values import Value
from domain.words import words_of
from storage.addresses import AS_KNOWN, AddressBook, KnownAddress, description
from storage.beginnings import Beginnings, NoRules, Placer
from storage.consents import AS_SAID, Consents
from storage.contents import content_document, media_document
from storage.database import Database, Parameters
from storage.documents import document, storable
from storage.hints import EventHint
from storage.openings import Openings
from storage.shelf import Shelf
from storage.statements import compact

# A change of an endpoint takes effect, and a removed one takes no more messages, within this time.
ENDPOINT_KEPT_FOR: Final = timedelta(seconds=5)


class IntakeEndpoint(Value):
    """Where a message came in."""

    endpoint_id: EndpointId
    account_id: AccountId
    channel: ChannelName
    customers_may_send_files: bool = True


class EndpointGone(NotFound):
    """The endpoint was removed a moment ago, or takes no new conversations: nothing was kept."""


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
    SELECT endpoint_id, account_id, channel, customers_may_send_files FROM endpoints
    WHERE account_id = %(account_id)s AND address = %(address)s AND deleted_at IS NULL
"""
FIRST_COPY: Final = """
    SELECT conversation_id, message_id, false AS is_new
    FROM messages
    WHERE endpoint_id = %(endpoint_id)s AND provider_message_id = %(provider_message_id)s
      AND direction = 'inbound'
"""
# All that most messages need, in one statement and so in one transaction: their sender is as known,
# their conversation runs, and they are new. Otherwise it does nothing, and returns no row.
# Locks are taken in the order of `_prepare_and_keep`: the address, then the conversation. The time is
# taken once the address is ours, so that no later message comes before an earlier one. The window
# counts from when the customer wrote: one that is found late does not open it anew, nor shorten it.
# A word is an answer to the consent question until one of us has written: then it may answer them.
_KEEP: Final = SQL("""
    WITH known AS (
        SELECT a.address_id, a.contact_id FROM addresses a
        WHERE a.channel = %(channel)s AND a.value = %(sender)s AND {as_known} AND {as_said}
        FOR NO KEY UPDATE OF a
    ), arrived AS MATERIALIZED (
        SELECT address_id, contact_id, clock_timestamp() AS now FROM known
    ), sender AS (
        SELECT *, least(%(sent_at)s::timestamptz, now) AS wrote_at FROM arrived
    ), conversation AS (
        UPDATE conversations c
        SET last_seq = last_seq + 1, mailbox_seq = mailbox_seq + 1,
            last_inbound_at = CASE WHEN last_seq = 0 THEN sender.wrote_at
                                   ELSE greatest(last_inbound_at, sender.wrote_at) END,
            window_expires_at =
                CASE WHEN window_expires_at IS NULL OR sender.wrote_at >= last_inbound_at
                     THEN greatest(window_expires_at, sender.wrote_at + %(window)s::interval)
                     ELSE window_expires_at END
        FROM sender
        WHERE c.endpoint_id = %(endpoint_id)s AND c.address_id = sender.address_id
          AND {takes_it}
          AND NOT EXISTS (
              SELECT FROM messages m
              WHERE m.endpoint_id = %(endpoint_id)s AND m.direction = 'inbound'
                AND m.provider_message_id = %(provider_message_id)s
          )
        RETURNING c.conversation_id, c.last_seq, c.mailbox_seq, sender.contact_id, sender.now
    ), message AS (
        INSERT INTO messages
            (message_id, conversation_id, endpoint_id, seq, direction, author, author_id, content,
             details, reply_to, provider_message_id, sent_at, at)
        SELECT %(message_id)s::uuid, conversation_id, %(endpoint_id)s::uuid, last_seq,
               'inbound', 'customer', contact_id, %(content)s::jsonb, %(details)s::jsonb,
               coalesce(
                   (SELECT m.message_id FROM messages m
                    WHERE m.endpoint_id = %(endpoint_id)s AND m.provider_message_id = %(reply_to)s::text
                      AND m.direction = 'inbound'),
                   (SELECT d.message_id FROM deliveries d
                    WHERE d.account_id = %(account_id)s AND d.provider_message_id = %(reply_to)s::text)
               ),
               %(provider_message_id)s::text, %(sent_at)s::timestamptz, now
        FROM conversation
    ), mail AS (
        INSERT INTO mailbox (conversation_id, position, kind, message_id, has_media, traceparent, at)
        SELECT conversation_id, mailbox_seq, 'customer_wrote', %(message_id)s::uuid,
               %(has_media)s::boolean, %(traceparent)s::text, now
        FROM conversation
    ), files AS (
        INSERT INTO media (conversation_id, message_id, media_id, position, state, mime_type, file_name,
                           source_url, reason)
        SELECT conversation_id, %(message_id)s::uuid, f.*
        FROM conversation, jsonb_to_recordset(%(media)s::jsonb) AS f (
            media_id uuid, position integer, state text, mime_type text, file_name text,
            source_url text, reason text
        )
    ), answered AS (
        UPDATE consent_questions q
        SET answer = CASE WHEN %(answer)s = ANY (q.yes_words) THEN 'given' ELSE 'refused' END,
            answered_at = conversation.now, answer_message_id = %(message_id)s::uuid
        FROM sender, conversation
        WHERE q.address_id = sender.address_id AND q.conversation_id = conversation.conversation_id
          AND q.answer IS NULL AND %(answer)s::text = ANY (q.yes_words || q.no_words)
          AND NOT EXISTS (
              SELECT FROM messages m
              WHERE m.conversation_id = q.conversation_id AND m.author IN ('agent', 'bot')
          )
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT conversation_id, 'message_added', %(message_id)s::uuid FROM conversation
    )
    SELECT conversation_id, %(message_id)s::uuid AS message_id, true AS is_new FROM conversation
""")
KEEP: Final = compact(
    _KEEP.format(as_known=AS_KNOWN, as_said=AS_SAID, takes_it=SQL("c.state <> 'closed'"))
)
# A chat that ended stays ended: what was meant for it begins no other one.
_IN_CHAT: Final = """
    c.conversation_id = %(conversation_id)s AND c.ended_by IS NULL
    AND c.state NOT IN ('wrap_up', 'closed')
"""
KEEP_IN_CHAT: Final = compact(_KEEP.format(as_known=AS_KNOWN, as_said=AS_SAID, takes_it=SQL(_IN_CHAT)))
# The same where nothing has to be done beside: the customer is at an open window. Its lease is good
# for a while yet, so nobody finds them lost before this has ended.
_AT_WINDOW: Final = """
    AND EXISTS (
        SELECT FROM chat_leases JOIN chat_sessions USING (session_id) JOIN chats USING (conversation_id)
        WHERE session_id = %(session_id)s AND conversation_id = c.conversation_id
          AND lost_at IS NULL AND lease_id <> session_id
          AND expires_at > clock_timestamp() + %(unsure)s::interval
    )
"""
KEEP_AT_WINDOW: Final = compact(
    _KEEP.format(as_known=AS_KNOWN, as_said=AS_SAID, takes_it=SQL(_IN_CHAT + _AT_WINDOW))
)


class Intake:
    """The front door of every message."""

    def __init__(self, db: Database, placer: Placer | None = None) -> None:
        self._db = db
        self._beginnings = Beginnings(db, placer or NoRules())
        self._addresses = AddressBook(db)
        self._consents = Consents(db)
        self._hint = EventHint(db)
        self._openings = Openings(db)
        self._endpoints = Shelf[tuple[AccountId, str], IntakeEndpoint]()

    async def endpoint(self, account_id: AccountId, address: str) -> IntakeEndpoint | None:
        """The account's endpoint with this address. A new one is found at once."""
        kept = self._endpoints.find((account_id, address), ENDPOINT_KEPT_FOR)
        if kept:
            return kept.thing
        where = {"account_id": account_id, "address": storable(address)}
        endpoint = await self._db.row(IntakeEndpoint, ENDPOINT, where)
        if endpoint:
            self._endpoints.put((account_id, address), endpoint)
        return endpoint

    async def receive(
        self, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
    ) -> Received:
        """Keep a message and tell its conversation; a message we have already changes nothing.

        Raise EndpointGone if the endpoint was removed since it was found, or drains.
        """
        message = {
            **as_parameters(endpoint, event),
            "window": window,
            "traceparent": self.traceparent(),
        }
        try:
            kept = await self._keep(message) or await self._prepare_and_keep(endpoint, event, message)
        except _HasIt as known:
            return known.first
        except EndpointGone:
            self._endpoints.forget((endpoint.account_id, event.endpoint_address))
            raise
        except Conflict:
            # The same message came at the same time, and the other transaction won.
            first = await self._first_copy(message)
            if first is None:
                raise
            return first
        self._hint.soon()
        return kept

    def traceparent(self) -> str | None:
        """What names the span of the message that comes in. Here nobody traces."""
        return None

    async def _keep(self, message: Parameters) -> Received | None:
        return await self._db.row(Received, KEEP, {**message, "message_id": new_id()})

    async def _prepare_and_keep(
        self, endpoint: IntakeEndpoint, event: MessageReceived, message: Parameters
    ) -> Received:
        """With what the message lacks: its sender, what is new about them, their conversation."""
        async with self._db.transaction():
            address = await self._addresses.lock(endpoint.channel, event.sender)
            first = await self._first_copy(message)
            if first is not None and address.is_new:
                raise _HasIt(first)
            if first is not None:
                return first
            await self._addresses.refresh(address, event.sender)
            await self._consents.wrote(endpoint.endpoint_id, address.address_id, event.sent_at)
            opened = await self._open_conversation(endpoint, address, event)
            kept = await self._keep(message)
            if kept is None:
                raise Unavailable("The message found no conversation. Nothing was kept; try again.")
            if opened:
                await self._openings.opened(kept.conversation_id)
            return kept.model_copy(update={"opened": opened})

    async def _first_copy(self, message: Parameters) -> Received | None:
        return await self._db.row(Received, FIRST_COPY, message)

    async def _open_conversation(
        self, endpoint: IntakeEndpoint, address: KnownAddress, event: MessageReceived
    ) -> bool:
        """Say whether one was needed. Raise EndpointGone if there is no place for one."""
        if await self._beginnings.is_running(endpoint.endpoint_id, address):
            return False
        opened = await self._beginnings.begin(
            endpoint.endpoint_id, address, text=words_of(event.content), details=event.details
        )
        if opened is None:
            raise EndpointGone("The endpoint takes no new conversations. Nothing was kept.")
        return True


def as_parameters(endpoint: IntakeEndpoint, event: MessageReceived) -> dict[str, object]:
    return {
        **endpoint.model_dump(),
        **description(event.sender),
        "sender": storable(event.sender.address),
        "provider_message_id": storable(event.provider_message_id),
        "reply_to": storable(event.reply_to),
        "sent_at": event.sent_at,
        "content": content_document(event.content),
        "details": document(event.details),
        "has_media": isinstance(event.content, Media),
        "media": media_document(event.content),
        "answer": storable(answer_in(event.content)),
        "traceparent": None,
    }
