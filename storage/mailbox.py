"""The mailbox: what a conversation's workflow has to be told, in order, until it was told."""

from datetime import timedelta
from typing import Final

from pydantic import Field

from domain.conversations import ConversationRecord, Mail, MailKind
from domain.ids import AgentId, ConversationId, MessageId
from domain.offers import OfferTerms
from domain.timers import TimerPolicy
from storage.database import Database

PAGE: Final = 100
"""As many items as are handed over at once."""


class PendingItem(Mail):
    """An item, and what only its dispatch may know of it: Temporal is not told."""

    traceparent: str | None = Field(default=None, exclude=True)
    """Names the span that it came in, if it was traced."""


class PendingMail(ConversationRecord):
    """The first undelivered items of one mailbox, and all of its conversation that a workflow needs."""

    timers: TimerPolicy
    persistent: bool
    endpoint_name: str
    queue_name: str
    preferred_agent_id: AgentId | None
    holds_capacity: bool
    offer: OfferTerms | None
    revision: int
    items: tuple[PendingItem, ...]


# A refusal speaks of the time when its message was written: what the customer wrote since then has
# opened the window again.
PENDING: Final = """
    SELECT c.conversation_id, c.channel, c.endpoint_id, c.contact_id, c.workstream_id, c.queue_id,
           c.agent_id, c.state, c.opened_at, c.last_inbound_at, c.window_expires_at, c.state_changed_at,
           c.closed_at, c.close_reason, c.language, c.preferred_agent_id, c.revision,
           w.timers || CASE WHEN w.persistent THEN '{}' ELSE coalesce(chat.timers, '{}') END
               || coalesce((SELECT timers FROM timers_of_the_organization), '{}')
               || coalesce((SELECT o.timers FROM timers_of_overflow o
                            WHERE o.conversation_id = c.conversation_id), '{}') AS timers,
           w.persistent, c.holds_capacity, (
               SELECT to_jsonb(o) FROM offers o
               WHERE o.conversation_id = c.conversation_id AND o.state = 'open'
                 AND o.purpose <> 'consult'
           ) AS offer,
           e.name AS endpoint_name, q.name AS queue_name, waiting.items
    FROM conversations c
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    JOIN endpoints e ON e.endpoint_id = c.endpoint_id
    LEFT JOIN widgets chat ON chat.endpoint_id = c.endpoint_id
    JOIN queues q ON q.queue_id = c.queue_id
    JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(item) ORDER BY item.position) AS items FROM (
            SELECT i.position, i.kind, i.message_id, i.has_media, i.agent_id, i.traceparent,
                   CASE WHEN i.offer_id IS NOT NULL THEN (
                       SELECT jsonb_build_object(
                           'offer_id', o.offer_id, 'agent_id', o.agent_id, 'purpose', o.purpose,
                           'expires_at', o.expires_at, 'accepted', o.accepted
                       ) FROM offers o WHERE o.offer_id = i.offer_id
                   ) END AS offer,
                   CASE WHEN i.kind = 'window_refused' THEN coalesce(m.at, i.at) ELSE i.at END AS at,
                   CASE WHEN i.kind = 'customer_wrote' AND m.sent_at < i.at THEN m.sent_at END
                       AS wrote_at
            FROM mailbox i
            LEFT JOIN messages m ON m.message_id = i.message_id
            WHERE i.conversation_id = c.conversation_id
            ORDER BY i.position
            LIMIT %(limit)s
        ) AS item
    ) AS waiting ON waiting.items IS NOT NULL
    WHERE c.conversation_id = %(conversation_id)s
"""
DISCARD: Final = """
    DELETE FROM mailbox WHERE conversation_id = %(conversation_id)s AND position <= %(up_to)s
"""
STRANDED: Final = """
    WITH oldest AS (
        SELECT conversation_id, at FROM mailbox
        WHERE at <= clock_timestamp() - %(older_than)s::interval
        ORDER BY at
        LIMIT %(rows)s
    )
    SELECT conversation_id FROM oldest GROUP BY conversation_id ORDER BY min(at) LIMIT %(limit)s
"""
POST: Final = """
    WITH conversation AS (
        UPDATE conversations SET mailbox_seq = mailbox_seq + 1
        WHERE conversation_id = %(conversation_id)s AND state <> 'closed'
        RETURNING mailbox_seq
    )
    INSERT INTO mailbox (conversation_id, position, kind, message_id, agent_id, at)
    SELECT %(conversation_id)s::uuid, mailbox_seq, %(kind)s::text, %(message_id)s::uuid,
           %(agent_id)s::uuid, statement_timestamp()
    FROM conversation
"""
# The workflows may have seen positions that the backup does not know; none has come so far. Nor does
# it know what they were told of their agents.
COUNT_ON: Final = """
    WITH running AS (
        UPDATE conversations SET mailbox_seq = mailbox_seq + %(leap)s, away_agent_id = NULL
        WHERE state <> 'closed'
          AND (%(only)s::uuid IS NULL OR conversation_id = %(only)s)
        RETURNING conversation_id, mailbox_seq
    )
    INSERT INTO mailbox (conversation_id, position, kind, at)
    SELECT conversation_id, mailbox_seq, 'restored', statement_timestamp() FROM running
"""
DEPTH: Final = "SELECT count(*) AS depth FROM mailbox"
OLDEST_AGE: Final = """
    SELECT coalesce(clock_timestamp() - min(at), interval '0') AS age FROM mailbox
"""
_LEAP: Final = 1_000_000
"""More items than a conversation gets between two backups."""
_BURST: Final = 20
"""How many items one conversation may have on average before `stranded` returns fewer than asked."""


class Mailbox:
    """Written by intake and by reports; read by the dispatcher; emptied once the workflow was told."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def pending(self, conversation_id: ConversationId, limit: int = PAGE) -> PendingMail | None:
        """The next items in order, or None when the mailbox is empty."""
        which = {"conversation_id": conversation_id, "limit": limit}
        return await self._db.row(PendingMail, PENDING, which)

    async def discard(self, conversation_id: ConversationId, up_to: int) -> int:
        """The workflow has been told everything up to that position."""
        return await self._db.execute(DISCARD, {"conversation_id": conversation_id, "up_to": up_to})

    async def stranded(self, older_than: timedelta, limit: int) -> list[ConversationId]:
        """Conversations whose mail nobody dispatched, the longest-waiting first."""
        which = {"older_than": older_than, "limit": limit, "rows": limit * _BURST}
        async with self._db.connection() as connection:
            cursor = await connection.execute(STRANDED, which)
            return [row["conversation_id"] for row in await cursor.fetchall()]

    async def count_on(self, only: ConversationId | None = None) -> int:
        """After a restore: let running conversations' positions go on where none has been.

        The mail that says so also starts workflows that were lost. Returns how many those are.
        """
        return await self._db.execute(COUNT_ON, {"leap": _LEAP, "only": only})

    async def depth(self) -> int:
        """How many items wait, in all mailboxes."""
        row = await self._db.one(DEPTH)
        return row["depth"] if row else 0

    async def oldest_age(self) -> timedelta:
        """How long the oldest item has been waiting."""
        row = await self._db.one(OLDEST_AGE)
        return row["age"] if row else timedelta()

    async def post(
        self,
        conversation_id: ConversationId,
        kind: MailKind,
        message_id: MessageId | None = None,
        *,
        agent_id: AgentId | None = None,
    ) -> bool:
        """Add an item. False when the conversation is closed: nobody is there to read it."""
        item = {
            "conversation_id": conversation_id,
            "kind": kind,
            "message_id": message_id,
            "agent_id": agent_id,
        }
        return await self._db.execute(POST, item) > 0
