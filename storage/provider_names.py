"""Which of a provider's messages are known to be ours already."""

from typing import Final

from domain.ids import MessageId
from storage.database import Database

# More than a provider is asked to list for one customer.
MOST: Final = 1_000
# Where it really goes: what was diverted stands in a conversation of another channel.
OF_OTHERS: Final = """
    WITH place AS (
        SELECT coalesce(d.via_endpoint_id, c.endpoint_id) AS endpoint_id,
               coalesce(d.via_address_id, c.address_id) AS address_id
        FROM messages this
        JOIN conversations c ON c.conversation_id = this.conversation_id
        LEFT JOIN deliveries d ON d.message_id = this.message_id
        WHERE this.message_id = %(message_id)s
    ), others AS (
        SELECT d.message_id, d.provider_message_id, d.updated_at
        FROM place p
        JOIN conversations same ON same.endpoint_id = p.endpoint_id AND same.address_id = p.address_id
        JOIN messages m ON m.conversation_id = same.conversation_id
        JOIN deliveries d ON d.message_id = m.message_id
        UNION ALL
        SELECT d.message_id, d.provider_message_id, d.updated_at
        FROM place p
        JOIN deliveries d ON d.via_endpoint_id = p.endpoint_id AND d.via_address_id = p.address_id
    )
    SELECT provider_message_id AS name FROM others
    WHERE message_id <> %(message_id)s AND provider_message_id IS NOT NULL
    ORDER BY updated_at DESC
    LIMIT %(limit)s
"""


class ProviderNames:
    """What other messages to the same customer are called at the provider."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_others(self, message_id: MessageId) -> frozenset[str]:
        """Two equal texts look alike at the provider; these are not the one that is looked for."""
        async with self._db.connection() as connection:
            found = await connection.execute(OF_OTHERS, {"message_id": message_id, "limit": MOST})
            return frozenset([row["name"] async for row in found])
