"""Lists in pages: read one row more than asked for, and say where to go on."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from domain.errors import InvalidInput

Item = TypeVar("Item")

LARGEST_PAGE = 500


def position(cursor: str | None) -> UUID | None:
    """The id that a cursor stands for."""
    try:
        return None if cursor is None else UUID(cursor)
    except ValueError:
        raise InvalidInput("This cursor is not one of ours. Start the list again without it.") from None


def window(limit: int) -> int:
    """How many rows to read for a page of that many."""
    return max(1, min(limit, LARGEST_PAGE)) + 1


def page(rows: list[Item], limit: int, key: Callable[[Item], UUID]) -> tuple[list[Item], str | None]:
    """The rows of this page, and the cursor of the next one."""
    size = window(limit) - 1
    if len(rows) <= size:
        return rows, None
    return rows[:size], str(key(rows[size - 1]))
