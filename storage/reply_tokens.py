"""The right to answer a customer's message for free: short-lived, for one use, shown to nobody."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from domain.ids import EndpointId, MessageId
from domain.values import Value
from storage.database import Database
from storage.documents import storable

# LINE takes a token for a minute (https://developers.line.biz/en/reference/messaging-api/#send-reply-message);
# what is older than this would often end on its way there.
GOOD_FOR: Final = timedelta(seconds=50)

KEEP: Final = """
    INSERT INTO reply_tokens (endpoint_id, address_id, token)
    SELECT m.endpoint_id, c.address_id, %(token)s
    FROM messages m JOIN conversations c ON c.conversation_id = m.conversation_id
    WHERE m.message_id = %(message_id)s
    ON CONFLICT DO NOTHING
"""
# Whoever deletes it has it: two messages never use the same one. That this attempt has no other key
# is on record with it.
TAKE: Final = """
    WITH taken AS (
        DELETE FROM reply_tokens WHERE (endpoint_id, address_id, token) = (
            SELECT endpoint_id, address_id, token FROM reply_tokens
            WHERE endpoint_id = %(endpoint_id)s AND address_id = %(address_id)s
              AND at > statement_timestamp() - %(good_for)s::interval
            ORDER BY at DESC LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING token
    )
    UPDATE deliveries d SET reply_attempt = d.attempts FROM taken
    WHERE d.message_id = %(message_id)s
    RETURNING taken.token
"""
PURGE: Final = "DELETE FROM reply_tokens WHERE at < now() - %(older_than)s::interval"


class Correspondent(Value):
    """A person, as they write to one endpoint."""

    endpoint_id: EndpointId
    address_id: UUID


class ReplyTokens:
    """The table `reply_tokens`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, message_id: MessageId, token: str) -> None:
        """It came with this message."""
        await self._db.execute(KEEP, {"message_id": message_id, "token": storable(token)})

    async def take(self, who: Correspondent, message_id: MessageId) -> str | None:
        """The newest one that is still good, for the attempt that begins. None: there is none."""
        facts = {**who.model_dump(), "message_id": message_id, "good_for": GOOD_FOR}
        row = await self._db.one(TAKE, facts)
        return row["token"] if row else None

    async def purge(self) -> int:
        """Forget those that nobody used in time."""
        return await self._db.execute(PURGE, {"older_than": GOOD_FOR})
