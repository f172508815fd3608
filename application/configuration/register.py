"""One kind of configured thing: each change together with its audit entry, or not at all."""

from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from application.configuration.audit import AuditTrail, differences
from domain.configuration import Caller
from domain.errors import StaleVersion
from domain.versioned import Versioned
from storage.database import Database

Thing = TypeVar("Thing", bound=Versioned)


class Rows(Protocol[Thing]):
    """The repository of one kind of thing."""

    async def create(self, value: Thing) -> Thing:
        """Add it."""

    async def get(self, value_id: UUID) -> Thing:
        """Raise NotFound."""

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Thing], str | None]:
        """One page, oldest first."""

    async def update(self, value: Thing, expected_version: int) -> Thing:
        """Raise NotFound or StaleVersion."""

    async def delete(self, value_id: UUID) -> None:
        """Raise NotFound or StillInUse."""


def changed(value: Thing, changes: dict[str, Any]) -> Thing:
    """The same thing with other values in some fields, checked again as a whole."""
    return type(value).model_validate(dict(value) | changes)


class Register(Generic[Thing]):
    """Keeps one kind of thing. `subject` is its name in the audit log."""

    def __init__(self, subject: str, rows: Rows[Thing], trail: AuditTrail, database: Database) -> None:
        self._subject = subject
        self._rows = rows
        self._trail = trail
        self._database = database

    async def get(self, value_id: UUID) -> Thing:
        """Raise NotFound."""
        return await self._rows.get(value_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Thing], str | None]:
        """One page, oldest first."""
        return await self._rows.listing(cursor, limit)

    async def create(self, caller: Caller, value_id: UUID, value: Thing) -> Thing:
        """Add it."""
        async with self._database.transaction():
            created = await self._rows.create(value)
            await self._record(caller, "created", value_id, None, created)
        return created

    async def update(
        self, caller: Caller, value_id: UUID, changes: dict[str, Any], expected_version: int
    ) -> Thing:
        """Change some fields. Raise StaleVersion when somebody else was first."""
        async with self._database.transaction():
            before = await self._seen(value_id, expected_version)
            after = await self._rows.update(changed(before, changes), expected_version)
            await self._record(caller, "updated", value_id, before, after)
        return after

    async def delete(self, caller: Caller, value_id: UUID, expected_version: int) -> None:
        """Remove it. Raise StillInUse while anything depends on it."""
        async with self._database.transaction():
            before = await self._seen(value_id, expected_version)
            await self._rows.delete(value_id)
            await self._record(caller, "deleted", value_id, before, None)

    async def _seen(self, value_id: UUID, expected_version: int) -> Thing:
        value = await self._rows.get(value_id)
        if value.version != expected_version:
            raise StaleVersion(
                "Somebody else changed this meanwhile. Read it again, then repeat your change.",
                current_version=value.version,
            )
        return value

    async def _record(
        self, caller: Caller, action: str, value_id: UUID, before: Thing | None, after: Thing | None
    ) -> None:
        await self._trail.record(caller, action, self._subject, value_id, differences(before, after))
