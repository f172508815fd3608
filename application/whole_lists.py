"""Short lists, read to their end: what an admin configured, page by page."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, TypeVar

Item = TypeVar("Item")
Listing: TypeAlias = Callable[[str | None, int], Awaitable[tuple[list[Item], str | None]]]

PAGE: Final = 200
MAX_PAGES: Final = 100


async def whole(listing: Listing[Item]) -> list[Item]:
    """Everything in a list; far more than anybody configures is left out."""
    found: list[Item] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page, cursor = await listing(cursor, PAGE)
        found += page
        if cursor is None:
            break
    return found


async def find(listing: Listing[Item], wanted: Callable[[Item], bool]) -> Item | None:
    """The first one of that kind."""
    return next((thing for thing in await whole(listing) if wanted(thing)), None)
