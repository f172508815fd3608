"""The search for what is left of a person finds it wherever it is, and nobody else."""

from typing import Any

import pytest
from psycopg.sql import SQL, Identifier

from domain.erasure import ErasureState
from domain.errors import HoldfastError
from storage.database import Database
from storage.erasures import Erasures
from storage.leftovers import Column, Leftovers, Wanted
from tests.persons import (
    ALICE,
    BARE,
    NEIGHBOUR,
    PHONE,
    USER_ID,
    Traces,
    an_eraser,
    erase,
    requested,
)


class Idle:
    """A collaborator that forgets to do one thing."""

    def __init__(self, real: object, idle: str) -> None:
        self._real = real
        self._idle = idle

    def __getattr__(self, name: str) -> Any:
        return self._nothing if name == self._idle else getattr(self._real, name)

    async def _nothing(self, *_args: object, **_options: object) -> int:
        return 0


@pytest.mark.parametrize(
    ("part", "forgotten", "told"),
    [
        ("_erasures", "detach", "addresses"),
        ("_tombstones", "empty", "messages"),
        ("_tombstones", "forget_notes", "notes"),
        ("_tombstones", "forget_files", "files"),
        ("_mentions", "forget", "quarantined_webhooks.body"),
        ("_mentions", "forget", "parked_callbacks.error_text"),
        ("_mentions", "strike_out", "messages.content"),
        ("_mentions", "strike_out", "notes.text"),
        ("_mentions", "strike_out", "audit_entries.changes"),
        ("_mentions", "strike_out", "accounts.last_error"),
    ],
)
async def test_what_is_forgotten_is_found(left: Traces, part: str, forgotten: str, told: str) -> None:
    eraser, erasure_id = an_eraser(left), await requested(left)
    setattr(eraser, part, Idle(getattr(eraser, part), forgotten))
    for _ in range(20):  # what is forgotten is tried for ever
        await eraser.detach(erasure_id)
        await eraser.erase_some(erasure_id)

    assert await eraser.prove(erasure_id) > 0

    erasure = await Erasures(left.shop.database).get(erasure_id)
    await eraser.give_up(erasure_id)
    given_up = await Erasures(left.shop.database).get(erasure_id)
    assert erasure.certificate is None
    assert (given_up.state, given_up.found.get(told, 0) > 0) == (ErasureState.INCOMPLETE, True)


async def test_wherever_a_number_hides_it_is_found(left: Traces) -> None:
    """The search is told of no table: one that is added tomorrow is searched, too."""
    database, leftovers = left.shop.database, Leftovers(left.shop.database)
    wanted = Wanted.of([PHONE])
    assert wanted is not None
    await erase(an_eraser(left), await requested(left))
    hidden = []
    for column in await leftovers.columns():
        if await hide(database, column, f"see {PHONE}."):
            hidden.append(column.name)
            found = await leftovers.search(column.table, [column], wanted)
            assert found[column.name] > 0, column.name

    tables = {name.partition(".")[0] for name in hidden}
    assert len(hidden) > 40
    assert {"messages", "notes", "contacts", "deliveries", "audit_entries", "erasures"} <= tables


async def hide(database: Database, column: Column, said: str) -> bool:
    """Put it into every row of a column, if the column takes it and there are rows."""
    casts = {"bytea": "convert_to(%(said)s, 'UTF8')", "jsonb": "to_jsonb(%(said)s::text)"}
    casts["ARRAY"] = "ARRAY[%(said)s]"
    query = SQL("UPDATE {} SET {} = {}").format(
        Identifier(column.table),
        Identifier(column.column),
        SQL(casts.get(column.type, "%(said)s")),
    )
    try:
        return await database.execute(query, {"said": said}) > 0
    except HoldfastError:
        return False
    except Exception as error:
        if "violates" in str(error):
            return False
        raise


async def test_every_column_that_can_hold_a_text_is_searched(left: Traces) -> None:
    """By another way through PostgreSQL's catalogue than the search takes."""
    query = """
        SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped
          AND t.typname IN ('text', 'varchar', 'bpchar', 'name', 'json', 'jsonb', 'bytea', '_text')
    """
    async with left.shop.database.connection() as connection:
        rows = await (await connection.execute(query)).fetchall()
    searched = {column.name for column in await Leftovers(left.shop.database).columns()}

    assert {row["name"] for row in rows} - searched == {"erasures.identifiers"}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (f"call {PHONE} now", True),
        ("call +49 151 12345678", True),
        ("call +49 (151) 123-456.78", True),
        (f"WaId={BARE}&x=y", True),
        (f"From=whatsapp%3A%2B{BARE}", True),
        (f"text%20{BARE}", True),
        (USER_ID, True),
        (USER_ID.partition(":")[2].lower(), True),
        (NEIGHBOUR, False),
        (f"{PHONE}9", False),
        (f"1{BARE}", False),
        ("Alice", False),
    ],
)
async def test_a_number_is_found_however_it_is_written_and_no_other(
    database: Database, text: str, *, is_found: bool
) -> None:
    wanted = Wanted.of([ALICE.address, PHONE, BARE, USER_ID, "Alice"])
    assert wanted is not None
    row = await database.one(
        "SELECT %(text)s::text ~* %(wanted)s AS found,"
        " to_jsonb(%(text)s::text)::text ~* %(wanted)s AS quoted",
        {"text": text, "wanted": wanted.in_sql},
    )
    assert row == {"found": is_found, "quoted": is_found}


def test_names_and_short_ids_are_not_searched_for() -> None:
    assert Wanted.of(["Alice", "whatsapp:DE.99x", "bob", "12345"]) is None
