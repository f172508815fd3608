"""Other ways to a customer: where else they write to us, and a delivery that goes there."""

from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from domain.channels import ChannelName
from domain.ids import AccountId, EndpointId, MessageId
from domain.messages import DeliveryStatus
from domain.values import Value
from storage.callbacks import DeliveryReports
from storage.consents import SAID_NO
from storage.database import Database

# Only where this very person wrote to this very endpoint: the same contact, or the same telephone
# number by the word of both providers. Their newest conversation there says until when they may be
# answered.
WAYS: Final = SQL("""
    SELECT e.endpoint_id, e.account_id, e.channel, known.address_id, known.window_expires_at
    FROM messages m
    JOIN conversations c ON c.conversation_id = m.conversation_id
    JOIN addresses mine ON mine.address_id = c.address_id
    JOIN workstreams w ON w.workstream_id = c.workstream_id
    JOIN LATERAL unnest(w.fallback_endpoint_ids) WITH ORDINALITY AS wanted (endpoint_id, place) ON true
    JOIN endpoints e ON e.endpoint_id = wanted.endpoint_id
    JOIN accounts t ON t.account_id = e.account_id
    JOIN LATERAL (
        SELECT other.address_id, there.window_expires_at
        FROM addresses other
        JOIN conversations there ON there.address_id = other.address_id
        WHERE other.contact_id IN (
              SELECT mine.contact_id
              UNION ALL
              SELECT i.contact_id FROM contact_ids i
              WHERE i.channel = e.channel AND i.kind = 'phone' AND i.value = mine.phone
          )
          AND other.channel = e.channel AND there.endpoint_id = e.endpoint_id
          AND NOT {said_no_there}
        ORDER BY there.last_inbound_at DESC
        LIMIT 1
    ) AS known ON true
    WHERE m.message_id = %(message_id)s AND m.author IN ('agent', 'bot')
      AND NOT {said_no_here}
      AND e.enabled AND e.deleted_at IS NULL AND e.draining_since IS NULL
      AND t.enabled AND t.deleted_at IS NULL AND t.draining_since IS NULL
    ORDER BY wanted.place
""").format(
    said_no_there=SAID_NO.format(endpoint=SQL("e.endpoint_id"), address=SQL("other.address_id")),
    said_no_here=SAID_NO.format(endpoint=SQL("c.endpoint_id"), address=SQL("c.address_id")),
)
# Once, and only what no provider has or may have.
DIVERT: Final = """
    UPDATE deliveries
    SET via_endpoint_id = %(endpoint_id)s, via_address_id = %(address_id)s,
        account_id = %(account_id)s, unresolved_since = NULL, reply_attempt = NULL,
        error_code = NULL, error_text = NULL, updated_at = statement_timestamp()
    WHERE message_id = %(message_id)s AND via_endpoint_id IS NULL
      AND status = %(queued)s AND provider_message_id IS NULL
"""


class Way(Value):
    """An endpoint to which the customer wrote before."""

    endpoint_id: EndpointId
    account_id: AccountId
    channel: ChannelName
    address_id: UUID
    window_expires_at: datetime | None


class Diversions:
    """Reads where a message may go; changes where it goes, once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._reports = DeliveryReports(db)

    async def ways(self, message_id: MessageId) -> list[Way]:
        """In the order in which the workstream wants them tried; none without its policy."""
        return await self._db.rows(Way, WAYS, {"message_id": message_id})

    async def divert(self, message_id: MessageId, way: Way) -> bool:
        """False when it has left, may have left, or was diverted before."""
        facts = {
            **way.model_dump(),
            "message_id": message_id,
            "queued": DeliveryStatus.QUEUED.value,
        }
        async with self._db.transaction():
            diverted = await self._db.execute(DIVERT, facts) > 0
            if diverted:
                await self._reports.tell(message_id)
        return diverted
