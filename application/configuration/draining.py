"""Accounts and endpoints that are to go once their last conversation is over."""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from application.configuration.audit import AuditTrail, now
from application.configuration.register import Register
from domain.configuration import Caller
from domain.values import Value
from domain.versioned import Drainable
from storage.database import Database
from storage.resources import RUNNING_CONVERSATIONS, Resource

Thing = TypeVar("Thing", bound=Drainable)


class Drain(Value):
    """How far something is on its way out. It goes a day after its last conversation."""

    draining_since: datetime | None
    """None: it stays."""
    running_conversations: int


class Draining(Generic[Thing]):
    """Has one kind of thing take no new conversations, so that it can go without cutting one off."""

    def __init__(
        self, subject: str, rows: Resource[Thing], trail: AuditTrail, database: Database
    ) -> None:
        self._rows = rows
        self._register = Register(subject, rows, trail, database)

    async def get(self, thing_id: UUID) -> Drain:
        """Raise NotFound."""
        thing = await self._rows.get(thing_id)
        uses = await self._rows.uses(thing_id)
        return Drain(
            draining_since=thing.draining_since,
            running_conversations=uses.get(RUNNING_CONVERSATIONS, 0),
        )

    async def begin(self, caller: Caller, thing_id: UUID) -> Drain:
        """Repeated, it goes on since when it began."""
        thing = await self._rows.get(thing_id)
        if thing.draining_since is None:
            await self._change(caller, thing_id, thing, now())
        return await self.get(thing_id)

    async def cancel(self, caller: Caller, thing_id: UUID) -> Drain:
        """It stays, and takes new conversations again."""
        thing = await self._rows.get(thing_id)
        if thing.draining_since is not None:
            await self._change(caller, thing_id, thing, None)
        return await self.get(thing_id)

    async def _change(
        self, caller: Caller, thing_id: UUID, thing: Thing, since: datetime | None
    ) -> None:
        change = {"draining_since": since}
        await self._register.update(caller, thing_id, change, thing.version)
