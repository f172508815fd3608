"""Where a conversation's signals go: typing, read marks, who comes and who goes."""

from typing import Final

from psycopg.sql import SQL

from domain.ids import AccountId, ConversationId
from domain.values import Value
from storage.consents import OPTED_OUT
from storage.database import Database
from storage.standby import STANDS_BY

# Nothing passes to somebody who asked us to stop, who was erased, or whom another system answers.
POINT: Final = SQL("""
    SELECT c.conversation_id, c.revision, e.account_id, e.address AS endpoint_address,
           e.settings AS endpoint_settings, a.value AS recipient
    FROM conversations c
    JOIN endpoints e ON e.endpoint_id = c.endpoint_id
    JOIN addresses a ON a.address_id = c.address_id
    WHERE c.conversation_id = %(conversation_id)s
      AND NOT {opted_out} AND NOT {stands_by}
""").format(opted_out=OPTED_OUT, stands_by=STANDS_BY)
NEWEST_OF_CUSTOMER: Final = """
    SELECT seq, provider_message_id FROM messages
    WHERE conversation_id = %(conversation_id)s AND direction = 'inbound' AND seq <= %(seq)s
    ORDER BY seq DESC LIMIT 1
"""


class SignalPoint(Value):
    """Between whom they pass. `revision`: the state of the conversation, counted."""

    conversation_id: ConversationId
    revision: int
    account_id: AccountId
    endpoint_address: str
    endpoint_settings: dict[str, str]
    recipient: str


class CustomersMessage(Value):
    """A message as its provider knows it."""

    seq: int
    provider_message_id: str


class SignalPoints:
    """Looked up only for channels that have signals."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def find(self, conversation_id: ConversationId) -> SignalPoint | None:
        """None: this customer is told nothing."""
        return await self._db.row(SignalPoint, POINT, {"conversation_id": conversation_id})

    async def newest_of_customer(
        self, conversation_id: ConversationId, seq: int
    ) -> CustomersMessage | None:
        """What the customer said last, up to there."""
        which = {"conversation_id": conversation_id, "seq": seq}
        return await self._db.row(CustomersMessage, NEWEST_OF_CUSTOMER, which)
