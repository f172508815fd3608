"""What runs with every message must not read whole tables. PostgreSQL's planner is the witness."""

from typing import Any, LiteralString

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from domain.ids import new_id
from storage import (
    addresses,
    afterthoughts,
    announcements,
    assignment_decisions,
    beginnings,
    callbacks,
    chat_feed,
    chat_leases,
    chat_messages,
    chats,
    consents,
    conversations,
    diversions,
    events,
    intake,
    mailbox,
    media,
    messages,
    openings,
    outbox,
    profiles,
    projections,
    provider_names,
    reply_tokens,
    routing_decisions,
    standby,
    system_messages,
    typing_signals,
)
from storage.database import Database, Query
from tests.integration.house import House

GROWING = frozenset(
    {
        "addresses",
        "consent_questions",
        "contact_ids",
        "contacts",
        "conversation_events",
        "conversations",
        "deliveries",
        "mailbox",
        "media",
        "messages",
        "parked_callbacks",
        "routing_decisions",
    }
)
# Forty thousand messages of twenty thousand customers, of whom every twentieth is being served.
FILL: LiteralString = """
    CREATE TEMP TABLE customer AS
    SELECT n, gen_random_uuid() AS contact_id, gen_random_uuid() AS address_id,
           gen_random_uuid() AS conversation_id
    FROM generate_series(1, 20000) n;

    INSERT INTO contacts (contact_id, display_name) SELECT contact_id, n::text FROM customer;

    INSERT INTO addresses (address_id, contact_id, channel, value)
    SELECT address_id, contact_id, 'whatsapp', 'whatsapp:+' || n FROM customer;

    INSERT INTO contact_ids (channel, kind, value, contact_id)
    SELECT 'whatsapp', 'phone', '+' || n, contact_id FROM customer;

    INSERT INTO conversations
        (conversation_id, channel, endpoint_id, address_id, contact_id, workstream_id, queue_id,
         language, state, closed_at, last_seq)
    SELECT conversation_id, 'whatsapp', e.endpoint_id, address_id, contact_id, e.workstream_id,
           q.queue_id, 'en', CASE WHEN n % 20 = 0 THEN 'open' ELSE 'closed' END,
           CASE WHEN n % 20 = 0 THEN NULL ELSE now() END, 2
    FROM customer, endpoints e, queues q;

    INSERT INTO messages
        (message_id, conversation_id, endpoint_id, seq, direction, author, content,
         provider_message_id, at)
    SELECT gen_random_uuid(), conversation_id, endpoint_id, seq,
           CASE WHEN seq % 2 = 0 THEN 'outbound' ELSE 'inbound' END,
           CASE WHEN seq % 2 = 0 THEN 'agent' ELSE 'customer' END, '{"kind": "text", "text": "x"}',
           CASE WHEN seq % 2 = 1 THEN 'SM' || n || '-' || seq END, now()
    FROM customer, endpoints, generate_series(1, 2) seq;

    INSERT INTO deliveries (message_id, account_id, status, rank, provider_message_id, handed_over)
    SELECT message_id, account_id, 'read', 7, message_id::text, true FROM messages, accounts
    WHERE direction = 'outbound';

    INSERT INTO media (media_id, conversation_id, message_id, state, mime_type)
    SELECT gen_random_uuid(), conversation_id, message_id, 'failed', 'image/png'
    FROM messages WHERE seq = 1;

    INSERT INTO conversation_events (conversation_id, type, message_id)
    SELECT conversation_id, 'message_added', message_id FROM messages;

    INSERT INTO mailbox (conversation_id, position, kind, at)
    SELECT conversation_id, position, 'customer_wrote', now()
    FROM customer, generate_series(1, 2) position;

    INSERT INTO consent_questions
        (address_id, conversation_id, message_id, text_version, language, yes_words, no_words)
    SELECT address_id, conversation_id, gen_random_uuid(), 1, 'en', '{yes}', '{no}' FROM customer;

    INSERT INTO parked_callbacks (account_id, provider_message_id, status, rank)
    SELECT account_id, 'PM' || n, 'sent', 4 FROM customer, accounts;

    INSERT INTO routing_decisions (decision_id, conversation_id, explanation)
    SELECT gen_random_uuid(), conversation_id, '{}' FROM customer;

    ANALYZE;
"""


SLOW: LiteralString = "SELECT 1 FROM messages WHERE author_id = %(message_id)s"
"""Reads the whole table: a witness that calls it fast would call anything fast."""


async def test_what_runs_with_every_message_uses_an_index_and_what_has_none_is_noticed(
    house: House,
) -> None:
    async with house.db.transaction() as connection:
        await connection.execute(FILL)
        facts = await _facts(house)
        read = {name: await _tables_read_whole(house.db, query, facts) for name, query in HOT.items()}
        assert await _tables_read_whole(house.db, SLOW, {"message_id": new_id()}) == {"messages"}

    assert {name: tables for name, tables in read.items() if tables} == {}


HOT: dict[str, Query] = {
    "the chat of a session": chat_leases.CHAT_OF_SESSION,
    "the chat of a customer": chats.UNFINISHED,
    "whose chat it is": chats.OWNED,
    "a chat as its customer sees it": chats.VIEW,
    "keeping a message in a chat": intake.KEEP_IN_CHAT,
    "a page of a chat": chat_messages.PAGE,
    "messages of a chat": chat_messages.THESE,
    "how far messages of a chat came": chat_messages.ADVANCE,
    "what a customer has": chat_messages.HAS_UP_TO,
    "in which chats something happened": chat_feed.CHANGED,
    "what happened in one chat": chat_feed.AFTER,
    "the address of a sender": addresses.LOCK,
    "a person under another address": addresses.RECOGNISE,
    "refreshing an address": addresses.REFRESH,
    "an earlier copy of a message": intake.FIRST_COPY,
    "the running conversation": beginnings.RUNNING,
    "where a conversation begins": beginnings.PLACE,
    "why a conversation is where it is": routing_decisions.LISTING,
    "to whom a conversation was offered": assignment_decisions.LISTING,
    "keeping a message": intake.KEEP,
    "pending mail": mailbox.PENDING,
    "stranded mail": mailbox.STRANDED,
    "discarding mail": mailbox.DISCARD,
    "posting mail": mailbox.POST,
    "claiming": outbox.CLAIM,
    "who answers a customer": standby.ASK,
    "beginning an attempt": outbox.BEGIN_ATTEMPT,
    "finding what a report is about": callbacks.FIND,
    "advancing a delivery": callbacks.ADVANCE,
    "unparking reports": callbacks.UNPARK,
    "a page of a transcript": messages.TRANSCRIPT,
    "one message": messages.ONE,
    "unconfirmed answers": messages.UNCONFIRMED,
    "an unconfirmed answer before": messages.UNCONFIRMED_BEFORE,
    "taking an answer back": messages.TAKE_BACK[3],
    "one conversation": conversations.ONE,
    "running conversations": conversations.RUNNING,
    "closed conversations": conversations.AMONG_ALL,
    "projecting": projections.PROJECT,
    "closing": projections.CLOSE,
    "live events": events.AFTER,
    "other messages to a customer": provider_names.OF_OTHERS,
    "pending files": media.PENDING,
    "an afterthought of a message": afterthoughts.IS_KEPT,
    "applying an afterthought": afterthoughts.APPLY,
    "afterthoughts that are due": afterthoughts.DUE,
    "a consent": consents.CHANGE,
    "taking a reply token": reply_tokens.TAKE,
    "keeping a reply token": reply_tokens.KEEP,
    "somebody types": typing_signals.TELL,
    "what is said at a trigger": announcements.CONFIGURED,
    "where something is said": system_messages.PLACE,
    "saying something": system_messages.SAY,
    "what is still to leave": system_messages.STILL_TO_LEAVE,
    "what is said at the beginning": openings.POLICY,
    "asking for consent": openings.KEEP_QUESTION,
    "other ways to a customer": diversions.WAYS,
    "a name to ask for": profiles.CLAIM,
    "a name that was told": profiles.KEEP,
}


async def _facts(house: House) -> dict[str, Any]:
    row = await house.db.one(
        "SELECT m.message_id, m.conversation_id, c.address_id, c.contact_id, c.endpoint_id"
        " FROM messages m JOIN conversations c USING (conversation_id) WHERE m.seq = 2 LIMIT 1"
    )
    latest = await house.db.one("SELECT max(id) - 10 AS id, '1' AS xid FROM conversation_events")
    assert row is not None
    assert latest is not None
    return {
        **row,
        **latest,
        "after": None,
        "account_id": house.account.account_id,
        "workstream_id": house.workstream.workstream_id,
        "agent_id": house.alice.agent_id,
        "after_seq": 0,
        "answer": "yes",
        "at": None,
        "author": "customer",
        "before": None,
        "channel": "whatsapp",
        "content": Jsonb({}),
        "details": Jsonb({}),
        "address": "whatsapp:+17",
        "cursor": "1.1",
        "ended_by": None,
        "error_code": None,
        "error_text": None,
        "flag": "1",
        "good_for": "50 seconds",
        "handled": 1,
        "has_media": False,
        "traceparent": None,
        "holds_capacity": False,
        "ids": Jsonb({"phone": "+17"}),
        "kind": "customer_wrote",
        "language": "en",
        "leaves": True,
        "lease_id": new_id(),
        "limit": 50,
        "message_ids": [row["message_id"]],
        "media": Jsonb([]),
        "mine": False,
        "name": "Anna",
        "no": ["no"],
        "older_than": "1 minute",
        "opted_out": True,
        "other_ids": Jsonb({}),
        "phone": None,
        "preferred_agent_id": None,
        "provider_message_id": "SM17-1",
        "queue_id": None,
        "queued_rank": 1,
        "rank": 4,
        "reason": "x",
        "reply_to": "SM18-1",
        "reported_at": None,
        "revision": 1,
        "rows": 100,
        "sees_all": False,
        "sent_at": None,
        "seq": 2,
        "session_id": new_id(),
        "widget_id": row["endpoint_id"],
        "state": "open",
        "states": ["open", "closed"],
        "status": "sent",
        "up_to": 1,
        "sender": "whatsapp:+17",
        "text_version": 1,
        "token": "t",
        "triggers": ["conversation_opened"],
        "value": "whatsapp:+17",
        "window": None,
        "word": "typing",
        "yes": ["yes"],
    }


async def _tables_read_whole(db: Database, query: Query, facts: dict[str, Any]) -> set[str]:
    explained = SQL("EXPLAIN (FORMAT JSON) ") + (SQL(query) if isinstance(query, str) else query)
    row = await db.one(explained, facts)
    assert row is not None
    return {
        node["Relation Name"] for node in _nodes(row["QUERY PLAN"][0]["Plan"]) if _reads_whole(node)
    }


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in _nodes(part))]


def _reads_whole(node: dict[str, Any]) -> bool:
    return node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING
