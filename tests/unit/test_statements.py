"""What PostgreSQL is told often is put together seldom."""

import pkgutil
from importlib import import_module

from psycopg.sql import SQL, Composed

import storage
from storage.statements import LONGEST, compact


def test_a_compact_statement_says_the_same_in_fewer_bytes() -> None:
    written = SQL("""
        SELECT {what}
            FROM things
    """).format(what=SQL("%(a)s"))
    assert compact(written).as_string() == "SELECT %(a)s\nFROM things"


def test_no_statement_is_so_long_that_it_is_searched_for_its_parameters_each_time() -> None:
    long = {name: size for name, size in _sizes().items() if size > LONGEST}
    assert long == {}


def _sizes() -> dict[str, int]:
    """Of all statements that storage keeps under a name."""
    modules = [import_module(f"storage.{each.name}") for each in pkgutil.iter_modules(storage.__path__)]
    return {
        f"{module.__name__}.{name}": len(_text(value).encode())
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, str | SQL | Composed)
    }


def _text(value: str | SQL | Composed) -> str:
    return value if isinstance(value, str) else value.as_string()
