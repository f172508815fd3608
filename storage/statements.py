"""Statements as they are sent: whatever need not be worked out each time they run."""

from typing import Final

from psycopg.sql import SQL, Composed

LONGEST: Final = 4096
"""Bytes. psycopg searches a longer statement for its parameters each time it runs
(`MAX_CACHED_STATEMENT_LENGTH`); of a shorter one it remembers where they are."""


def compact(statement: Composed) -> SQL:
    """Put together once, and without its indentation, which is a quarter of it."""
    lines = (line.strip() for line in statement.as_string().splitlines())
    return SQL("\n".join(line for line in lines if line))
