"""What everything an admin can change has in common: five verbs, and a version that counts up.

A subclass brings its SQL and says how its model fills it; nothing is generated.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Generic, LiteralString, TypeVar
from uuid import UUID

from domain.errors import InvalidInput, NotFound, StaleVersion, StillInUse
from domain.versioned import Versioned
from storage.database import Database
from storage.paging import page, position, window

RUNNING_CONVERSATIONS: Final = "running conversations"
Kept = TypeVar("Kept", bound=Versioned)


@dataclass(frozen=True, kw_only=True)
class Statements:
    """The SQL of one resource. `%(id)s` is its id in all of them."""

    insert: LiteralString
    get: LiteralString
    listing: LiteralString
    update: LiteralString
    lock: LiteralString
    delete: LiteralString
    """Marks the row, unless something in use depends on it."""
    in_use: Mapping[str, LiteralString] = field(default_factory=dict)
    """By what depends on it, in words: a query that counts those."""
    with_it: tuple[LiteralString, ...] = ()
    """What is removed together with it."""
    requires: Mapping[str, LiteralString] = field(default_factory=dict)
    """By field: a query that finds (and holds) what it refers to."""


class Resource(ABC, Generic[Kept]):
    """Create, get, list, update, delete. What was deleted stays only for closed conversations."""

    noun: ClassVar[str]
    sql: ClassVar[Statements]
    model: type[Kept]

    def __init__(self, db: Database) -> None:
        self._db = db

    @abstractmethod
    def identity(self, value: Kept) -> UUID:
        """Its id."""

    def parameters(self, value: Kept) -> dict[str, object]:
        """What its statements need; overridden where a column is JSON or an array."""
        return value.model_dump()

    async def create(self, value: Kept) -> Kept:
        async with self._db.transaction():
            parameters = await self._checked(value)
            await self._db.execute(self.sql.insert, parameters)
            return await self.get(self.identity(value))

    async def get(self, value_id: UUID) -> Kept:
        found = await self._db.row(self.model, self.sql.get, {"id": value_id})
        if found is None:
            raise NotFound(f"There is no {self.noun} {value_id}.")
        return found

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Kept], str | None]:
        """The oldest first."""
        which = {"after": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(self.model, self.sql.listing, which)
        return page(rows, limit, self.identity)

    async def update(self, value: Kept, expected_version: int) -> Kept:
        """Change it, provided that nobody else changed it since that version was read."""
        async with self._db.transaction():
            parameters = await self._checked(value)
            parameters["expected_version"] = expected_version
            changed = await self._db.execute(self.sql.update, parameters)
            now = await self.get(self.identity(value))
        if not changed:
            raise StaleVersion(
                f"Somebody else changed this {self.noun}. Read it again, then repeat your change.",
                version=now.version,
            )
        return now

    async def delete(self, value_id: UUID) -> None:
        """Remove it, unless running conversations or other configuration need it."""
        which = {"id": value_id}
        async with self._db.transaction():
            # Waits for those who are about to refer to it; the next statement then sees them.
            if not await self._db.execute(self.sql.lock, which):
                raise NotFound(f"There is no {self.noun} {value_id}.")
            if not await self._db.execute(self.sql.delete, which):
                raise self._still_in_use(await self.uses(value_id))
            for statement in self.sql.with_it:
                await self._db.execute(statement, which)

    async def uses(self, value_id: UUID) -> dict[str, int]:
        """How many of what depend on it, in words."""
        which = {"id": value_id}
        counted = {what: await self._db.one(query, which) for what, query in self.sql.in_use.items()}
        return {what: row["number"] for what, row in counted.items() if row and row["number"]}

    def _still_in_use(self, uses: Mapping[str, int]) -> StillInUse:
        told = ", ".join(f"{number} {what}" for what, number in uses.items())
        return StillInUse(
            f"This {self.noun} is still in use by"
            f" {told or f'{RUNNING_CONVERSATIONS} or other configuration'}. Move or end those first.",
            **({"in_use": dict(uses)} if uses else {}),
        )

    async def _checked(self, value: Kept) -> dict[str, object]:
        parameters = {**self.parameters(value), "id": self.identity(value)}
        for name, query in self.sql.requires.items():
            if not await self._db.execute(query, parameters):
                raise InvalidInput(f"{name} refers to something that does not exist.", field=name)
        return parameters
