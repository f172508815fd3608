"""A person's number in what others said or in what is kept for a while: struck out, or forgotten."""

import re
from typing import Any, Final

from psycopg.sql import SQL, Identifier

from domain.values import Value
from storage.database import Database
from storage.documents import document
from storage.leftovers import Wanted

STRUCK_OUT: Final = "[erased]"


class Place(Value):
    """A column in which somebody may be named."""

    table: str
    key: str
    column: str
    is_document: bool = False


PLACES: Final = (
    Place(table="messages", key="message_id", column="content", is_document=True),
    Place(table="messages", key="message_id", column="details", is_document=True),
    Place(table="deliveries", key="message_id", column="error_text"),
    Place(table="notes", key="note_id", column="text"),
    Place(table="media", key="media_id", column="file_name"),
    Place(table="media", key="media_id", column="source_url"),
    Place(table="media", key="media_id", column="reason"),
    Place(table="conversation_events", key="id", column="data", is_document=True),
    Place(table="routing_decisions", key="decision_id", column="explanation", is_document=True),
    Place(table="offers", key="offer_id", column="reason"),
    *(
        Place(table="chats", key="conversation_id", column=column, is_document=True)
        for column in ("pre_chat", "context", "pages", "post_chat")
    ),
    Place(table="chat_sessions", key="session_id", column="context", is_document=True),
    *(
        Place(table="chat_sessions", key="session_id", column=column)
        for column in ("display_name", "email", "phone")
    ),
    Place(table="accounts", key="account_id", column="last_error"),
    Place(table="audit_entries", key="entry_id", column="changes", is_document=True),
)
"""Where people write freely, or a provider does."""

FIND: Final = SQL("""
    SELECT {key} AS key, {column} AS said FROM {table}
    WHERE {column}::text ~* %(wanted)s LIMIT %(limit)s
""")
STRIKE_OUT: Final = SQL("UPDATE {table} SET {column} = %(said)s WHERE {key} = %(key)s")
KEPT_FOR_A_WHILE: Final = (
    # The words of a webhook are the customer's; nothing of it is worth keeping without them.
    """
    DELETE FROM quarantined_webhooks
    WHERE encode(body, 'escape') ~* %(wanted)s OR headers::text ~* %(wanted)s OR why ~* %(wanted)s
    """,
    "DELETE FROM idempotency_keys WHERE encode(body, 'escape') ~* %(wanted)s",
    "DELETE FROM afterthoughts WHERE content::text ~* %(wanted)s",
    "DELETE FROM parked_callbacks WHERE error_text ~* %(wanted)s",
)
"""Webhooks nobody could read, answers for repeated requests, reports that wait."""
_PATIENTLY: Final = "SET LOCAL statement_timeout = '15min'"


class Mentions:
    """Everything that names somebody, outside their own conversations.

    Each call belongs into a transaction of its own: it searches a whole table before it writes.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def forget(self, statement: str, wanted: Wanted) -> int:
        """One of KEPT_FOR_A_WHILE."""
        await self._db.execute(_PATIENTLY)
        return await self._db.execute(statement, {"wanted": wanted.in_sql})

    async def strike_out(self, place: Place, wanted: Wanted, limit: int) -> int:
        """Strike out a bounded number of them in one of PLACES; return how many."""
        names = {
            "table": Identifier(place.table),
            "key": Identifier(place.key),
            "column": Identifier(place.column),
        }
        pattern = re.compile(wanted.in_python, re.IGNORECASE)
        facts = {"wanted": wanted.in_sql, "limit": limit}
        async with self._db.connection() as connection:
            await connection.execute(_PATIENTLY)
            rows = await (await connection.execute(FIND.format(**names), facts)).fetchall()
            struck = [(row, _struck_out(row["said"], pattern)) for row in rows]
            # What only PostgreSQL finds would be found for ever; the last search tells of it.
            changed = [(row["key"], said) for row, said in struck if said != row["said"]]
            for key, said in changed:
                value = document(said) if place.is_document else said
                await connection.execute(STRIKE_OUT.format(**names), {"said": value, "key": key})
        return len(changed)


def _struck_out(value: Any, wanted: re.Pattern[str]) -> Any:  # noqa: ANN401 - JSON has no better type
    if isinstance(value, str):
        return wanted.sub(STRUCK_OUT, value)
    if isinstance(value, dict):
        return {name: _struck_out(each, wanted) for name, each in value.items()}
    if isinstance(value, list):
        return [_struck_out(each, wanted) for each in value]
    return value
