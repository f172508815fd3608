"""Standing by: another system answers a customer, as their newest message says; nobody here does."""

from typing import Final

from psycopg.sql import SQL

STANDBY: Final = "standby"
REASON: Final = (
    "Another system answers this customer at the moment. Wait until they write to this one again."
)
# For queries that have conversations as `c`.
STANDS_BY: Final = SQL("""coalesce((
        SELECT newest.details->>'mode' = 'standby' FROM messages newest
        WHERE newest.conversation_id = c.conversation_id AND newest.direction = 'inbound'
        ORDER BY newest.seq DESC
        LIMIT 1
    ), false)""")
ASK: Final = SQL("""
    SELECT 1 AS found FROM conversations c
    WHERE c.conversation_id = %(conversation_id)s AND {stands_by}
""").format(stands_by=STANDS_BY)
