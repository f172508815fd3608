"""Presences of one's own, such as "Lunch": each counts as one that everybody has."""

from typing import Final

from pydantic import Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name
from application.configuration.register import Register
from application.presences import Choosable
from domain.configuration import Caller
from domain.ids import PresenceId, new_id
from domain.presences import Presence
from storage.database import Database
from storage.presences import Presences

SUBJECT: Final = "presence"


class NewPresence(Draft):
    """A presence to offer. `base` says what it means for work."""

    name: Name = Field(examples=["Lunch"])
    base: Choosable = Field(examples=["away"])


class PresenceChange(Draft):
    """What to change of it. Whoever has it now has it as it is from then on."""

    name: Name | None = None
    base: Choosable | None = None


class PresenceConfiguration:
    """Keeps the presences that admins named."""

    def __init__(self, *, presences: Presences, trail: AuditTrail, database: Database) -> None:
        self._register = Register(SUBJECT, presences, trail, database)

    async def get(self, presence_id: PresenceId) -> Presence:
        """Raise NotFound."""
        return await self._register.get(presence_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Presence], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewPresence) -> Presence:
        """Offer one more."""
        presence = Presence(
            presence_id=new_id(), created_at=now(), updated_at=now(), **draft.model_dump()
        )
        return await self._register.create(caller, presence.presence_id, presence)

    async def update(
        self, caller: Caller, presence_id: PresenceId, change: PresenceChange, expected_version: int
    ) -> Presence:
        """Change some of it."""
        return await self._register.update(caller, presence_id, change.given(), expected_version)

    async def delete(self, caller: Caller, presence_id: PresenceId, expected_version: int) -> None:
        """Raise StillInUse while an agent has it."""
        await self._register.delete(caller, presence_id, expected_version)
