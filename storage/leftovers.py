"""The search for what is left of a person: in every column of every table that can hold a text.

Columns are read from PostgreSQL's own catalogue, so a table that is added later is searched too.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from psycopg.sql import SQL, Composed, Identifier

from domain.ids import ContactId
from domain.values import Value
from storage.database import Database

# Everything but what holds a number, a time or an id of ours.
COLUMNS: Final = """
    SELECT c.table_name AS "table", c.column_name AS "column", c.data_type AS type
    FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_catalog, table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
      AND c.data_type NOT IN (
          'uuid', 'smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'boolean',
          'date', 'timestamp with time zone', 'interval', 'xid8'
      )
      AND c.udt_name <> '_uuid'  -- an array of ids of ours
      AND (c.table_name, c.column_name) <> ('erasures', 'identifiers')
    ORDER BY c.table_name, c.ordinal_position
"""
STILL_KEPT: Final = """
    SELECT
        (SELECT count(*) FROM contacts WHERE contact_id = %(contact_id)s
            AND (display_name IS NOT NULL OR erased_at IS NULL)) AS names,
        (SELECT count(*) FROM addresses WHERE contact_id = %(contact_id)s
            AND (value NOT LIKE 'erased:%%' OR phone IS NOT NULL OR other_ids <> '{}')) AS addresses,
        (SELECT count(*) FROM contact_ids WHERE contact_id = %(contact_id)s) AS ids,
        (SELECT count(*) FROM consent_questions JOIN addresses USING (address_id)
            WHERE contact_id = %(contact_id)s) AS consents,
        (SELECT count(*) FROM preferred_agents WHERE contact_id = %(contact_id)s) AS preferences,
        (SELECT count(*) FROM conversations WHERE contact_id = %(contact_id)s
            AND state <> 'closed') AS running_conversations,
        (SELECT count(*) FROM messages m JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s
            AND (m.content ->> 'kind' IS DISTINCT FROM 'erased' OR m.details <> '{}')) AS messages,
        (SELECT count(*) FROM notes JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s) AS notes,
        (SELECT count(*) FROM media JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s) AS files,
        (SELECT count(*) FROM chats h JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s
            AND (h.pre_chat <> '{}' OR h.context <> '{}' OR h.pages <> '[]'
                 OR h.post_chat <> '{}')) AS chats,
        (SELECT count(*) FROM chat_sessions s JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s AND s.address NOT LIKE 'erased:%%') AS sessions,
        (SELECT count(*) FROM routing_decisions JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s) AS decisions,
        (SELECT count(*) FROM offers o JOIN conversations c USING (conversation_id)
            WHERE c.contact_id = %(contact_id)s AND o.reason IS NOT NULL) AS reasons
"""
_AS_TEXT: Final = {"bytea": SQL("encode({}, 'escape')")}
# Reading a large table takes longer than anything else that we ask; nobody waits for it.
_PATIENTLY: Final = "SET LOCAL statement_timeout = '15min'"

# A telephone number, however it is punctuated and whatever stands before it.
_NUMBER: Final = re.compile(r"(?:[a-z_]+:)?\+?(\d{7,18})", re.ASCII)
_PREFIX: Final = re.compile(r"^[a-z_]+:", re.ASCII)
_FEWEST_DIGITS: Final = 7
_BETWEEN: Final = "[ ()./-]{0,2}"
# Where a number may begin: not within a longer one. In JSON and in addresses of web pages, the
# letters and digits before it may be an escaped character.
_BEFORE_IN_SQL: Final = r"(^|[^0-9]|%[0-9A-Fa-f]{2}|\\u[0-9a-f]{4})"
_AFTER_IN_SQL: Final = "($|[^0-9])"
_BEFORE: Final = r"(?:(?<![0-9])|(?<=%[0-9A-Fa-f]{2}))"
_AFTER: Final = "(?![0-9])"


class Column(Value):
    """One column that can hold a text."""

    table: str
    column: str
    type: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def as_text(self) -> Composed:
        return _AS_TEXT.get(self.type, SQL("{}::text")).format(Identifier(self.column))


class Wanted(Value):
    """By what somebody is looked for: for PostgreSQL, and for Python.

    Names, and ids short enough to be a word, are not searched for: they would be found in what
    others said. They are erased where they are kept.
    """

    in_sql: str
    in_python: str

    @classmethod
    def of(cls, identifiers: Iterable[str]) -> "Wanted | None":
        """None when there is nothing distinctive."""
        texts = {text for text in map(_distinctive, identifiers) if text}
        if not texts:
            return None
        ordered = sorted(texts, key=lambda text: (-len(text), text))
        return cls(
            in_sql="|".join(_in_sql(text) for text in ordered),
            in_python="|".join(_in_python(text) for text in ordered),
        )


def _distinctive(identifier: str) -> str | None:
    number = _NUMBER.fullmatch(identifier)
    if number:
        return number[1]
    bare = _PREFIX.sub("", identifier)
    return bare if sum(map(str.isdigit, bare)) >= _FEWEST_DIGITS else None


def _in_sql(text: str) -> str:
    if text.isdigit():
        return f"{_BEFORE_IN_SQL}{_BETWEEN.join(text)}{_AFTER_IN_SQL}"
    return re.escape(text)


def _in_python(text: str) -> str:
    return f"{_BEFORE}{_BETWEEN.join(text)}{_AFTER}" if text.isdigit() else re.escape(text)


class Leftovers:
    """Looks everywhere; changes nothing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def still_kept(self, contact_id: ContactId) -> dict[str, int]:
        """What is kept of a person, by what it is, whatever it says."""
        row = await self._db.one(STILL_KEPT, {"contact_id": contact_id})
        return dict(row or {})

    async def columns(self) -> list[Column]:
        """Every column that is searched."""
        return await self._db.rows(Column, COLUMNS)

    async def search(self, table: str, columns: Sequence[Column], wanted: Wanted) -> dict[str, int]:
        """For each column of one table: how many rows name somebody."""
        counts = SQL(", ").join(
            SQL("count(*) FILTER (WHERE {text} ~* %(wanted)s) AS {name}").format(
                text=column.as_text, name=Identifier(column.name)
            )
            for column in columns
        )
        query = SQL("SELECT {counts} FROM {table}").format(counts=counts, table=Identifier(table))
        async with self._db.transaction() as connection:
            await connection.execute(_PATIENTLY)
            row = await self._db.one(query, {"wanted": wanted.in_sql})
        return dict(row or {})
