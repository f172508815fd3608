"""Whether customers want to be written to: what they say to one endpoint, they say to no other."""

from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from domain.channels import ChannelName
from domain.conversations import MailKind
from domain.customer_events import ConsentReported
from domain.ids import ConversationId, EndpointId, MessageId
from domain.values import Value
from storage.addresses import LOCK, KnownAddress
from storage.database import Database
from storage.documents import storable
from storage.mailbox import Mailbox

# True when whoever has this address said to this endpoint that they want nothing.
SAID_NO: Final = SQL("""
    EXISTS (
        SELECT FROM consents o
        WHERE o.endpoint_id = {endpoint} AND o.address_id = {address} AND o.opted_out_at IS NOT NULL
    )
""")
# For queries that have endpoints as `e` and addresses as `a`. Nobody is left of whom was erased.
OPTED_OUT: Final = SQL("(a.value LIKE 'erased:%%' OR {said_no})").format(
    said_no=SAID_NO.format(endpoint=SQL("e.endpoint_id"), address=SQL("a.address_id"))
)
# Writing to an endpoint is a new consent: an earlier opt-out ends with the customer's own next message,
# but not with one that was sent before it. Who opts out at their provider by a word, as STOP, has it
# come as a message too, in either order
# (https://developers.google.com/business-communications/rcs-business-messaging/guides/learn/opt-out).
# Only such an opt-out is of the very moment at which the customer last said anything about it.
_ENDS: Final = SQL("""
    o.opted_out_at IS NOT NULL
    AND coalesce(%(sent_at)s::timestamptz, now()) > o.opted_out_at
        + CASE WHEN o.opted_out_at = o.consent_at THEN interval '1 minute' ELSE interval '0' END
""")
# True when a message to the endpoint would not change whether the address `a` may be written to.
AS_SAID: Final = SQL("""
    NOT EXISTS (
        SELECT FROM consents o
        WHERE o.endpoint_id = %(endpoint_id)s AND o.address_id = a.address_id AND {ends}
    )
""").format(ends=_ENDS)
WROTE: Final = SQL("""
    UPDATE consents o SET opted_out_at = NULL
    WHERE o.endpoint_id = %(endpoint_id)s AND o.address_id = %(address_id)s AND {ends}
""").format(ends=_ENDS)
# A report about a message of ours: they had said so to our endpoint at the provider.
REFUSED: Final = """
    INSERT INTO consents AS o (endpoint_id, address_id, opted_out_at)
    SELECT coalesce(d.via_endpoint_id, c.endpoint_id), coalesce(d.via_address_id, c.address_id), now()
    FROM deliveries d
    JOIN messages m ON m.message_id = d.message_id
    JOIN conversations c ON c.conversation_id = m.conversation_id
    WHERE d.message_id = %(message_id)s
    ON CONFLICT (endpoint_id, address_id) DO UPDATE
    SET opted_out_at = coalesce(o.opted_out_at, excluded.opted_out_at)
"""
# What was said last counts, in whichever order it comes; to write is to allow, too, unless it is the
# word by which one opts out: that comes at the same time.
CHANGE: Final = """
    WITH told AS (
        SELECT %(endpoint_id)s::uuid AS endpoint_id, %(address_id)s::uuid AS address_id,
               coalesce(%(reported_at)s, statement_timestamp()) AS at
    ), before AS (
        SELECT o.opted_out_at FROM consents o JOIN told USING (endpoint_id, address_id)
    ), changed AS (
        INSERT INTO consents AS o (endpoint_id, address_id, opted_out_at, consent_at)
        SELECT endpoint_id, address_id, CASE WHEN %(opted_out)s THEN at END, at FROM told
        WHERE NOT (%(opted_out)s AND EXISTS (
            SELECT FROM conversations c JOIN messages m ON m.conversation_id = c.conversation_id
            WHERE c.endpoint_id = told.endpoint_id AND c.address_id = told.address_id
              AND c.last_inbound_at > told.at AND m.direction = 'inbound'
              AND coalesce(m.sent_at, m.at) > told.at + interval '1 minute'
        ))
        ON CONFLICT (endpoint_id, address_id) DO UPDATE
        SET opted_out_at = CASE
                WHEN %(opted_out)s THEN greatest(o.opted_out_at, excluded.opted_out_at)
            END,
            consent_at = excluded.consent_at
        WHERE o.consent_at IS NULL OR o.consent_at < excluded.consent_at
        RETURNING o.endpoint_id, o.address_id
    ), running AS (
        SELECT c.conversation_id FROM conversations c JOIN changed USING (endpoint_id, address_id)
        WHERE c.state <> 'closed'
          AND NOT EXISTS (SELECT FROM before WHERE opted_out_at IS NOT NULL) = %(opted_out)s
    ), events AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT conversation_id, 'conversation_changed' FROM running
    )
    SELECT conversation_id, pg_notify('holdfast_events', '') FROM running ORDER BY conversation_id
"""


class _Running(Value):
    conversation_id: ConversationId


class Consents:
    """The table `consents`. Whoever changes a row has its address locked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def report(
        self, channel: ChannelName, endpoint_id: EndpointId, event: ConsentReported
    ) -> list[ConversationId]:
        """Apply it, once; return the conversations that got mail."""
        who = {"channel": channel, "value": storable(event.sender.address)}
        async with self._db.transaction():
            known = await self._db.row(KnownAddress, LOCK, who)
            if known is None:
                return []  # who never wrote is not kept: nobody could write to them
            facts = {
                "endpoint_id": endpoint_id,
                "address_id": known.address_id,
                "opted_out": event.opted_out,
                "reported_at": event.reported_at,
            }
            running = [row.conversation_id for row in await self._db.rows(_Running, CHANGE, facts)]
            if not event.opted_out:
                return []
            mailbox = Mailbox(self._db)
            posted = [await mailbox.post(each, MailKind.CUSTOMER_OPTED_OUT) for each in running]
        return [each for each, was_posted in zip(running, posted, strict=True) if was_posted]

    async def wrote(self, endpoint_id: EndpointId, address_id: UUID, sent_at: datetime | None) -> None:
        """Who writes to an endpoint may be written to by it."""
        facts = {"endpoint_id": endpoint_id, "address_id": address_id, "sent_at": sent_at}
        await self._db.execute(WROTE, facts)

    async def refused(self, message_id: MessageId) -> None:
        """The provider says that whom this message was for opted out before."""
        await self._db.execute(REFUSED, {"message_id": message_id})
