"""Pages of a part of a list. Configuration is small, so the part is picked here and not in SQL."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from application.whole_lists import Listing, whole
from storage.paging import page, position

Thing = TypeVar("Thing")


async def matching(
    listing: Listing[Thing],
    wanted: Callable[[Thing], bool],
    *,
    identity: Callable[[Thing], UUID],
    cursor: str | None,
    limit: int,
) -> tuple[list[Thing], str | None]:
    """One page of those that are wanted."""
    after = position(cursor)
    found = [thing for thing in await whole(listing) if wanted(thing)]
    return page([thing for thing in found if after is None or identity(thing) > after], limit, identity)
