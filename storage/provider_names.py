"""Which of a provider's messages are known to be ours already."""

from typing import Final

from domain.ids import MessageId
from storage.database import Database

# More than a provider is asked to list for one customer.
MOST: Final = 1_000
OF_OTHERS: Final = """
    SELECT d.provider_message_id AS name
    FROM messages this
    JOIN conversations c ON c.conversation_id = this.conversation_id
    JOIN conversations same ON same.endpoint_id = c.endpoint_id AND same.address_id = c.address_id
    JOIN messages m ON m.conversation_id = same.conversation_id AND m.message_id <> this.message_id
    JOIN deliveries d ON d.message_id = m.message_id
    WHERE this.message_id = %(message_id)s AND d.provider_message_id IS NOT NULL
    ORDER BY d.updated_at DESC
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
