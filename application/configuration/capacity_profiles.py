"""Capacity profiles: limits of their own for kinds of work."""

from typing import Final

from pydantic import Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name
from application.configuration.register import Register
from domain.capacity import CapacityProfile, CapacityReset, WorkLimit
from domain.configuration import Caller
from domain.ids import CapacityProfileId, new_id
from storage.capacity_profiles import CapacityProfiles
from storage.database import Database

SUBJECT: Final = "capacity_profile"


class NewCapacityProfile(Draft):
    """A limit to set. `reset` stays as it is."""

    name: Name = Field(examples=["Chats"])
    work_limit: WorkLimit = Field(examples=[3])
    blocks_assignment: bool = True
    """When it is used up, its agent is offered nothing at all."""
    reset: CapacityReset = "immediate"
    """`end_of_day`: what was taken comes back with the next day only."""


class CapacityProfileChange(Draft):
    """What to change of a profile; agents with a limit of their own keep that."""

    name: Name | None = None
    work_limit: WorkLimit | None = None
    blocks_assignment: bool | None = None


class CapacityProfileConfiguration:
    """Keeps profiles."""

    def __init__(self, *, profiles: CapacityProfiles, trail: AuditTrail, database: Database) -> None:
        self._register = Register(SUBJECT, profiles, trail, database)

    async def get(self, profile_id: CapacityProfileId) -> CapacityProfile:
        """Raise NotFound."""
        return await self._register.get(profile_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[CapacityProfile], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewCapacityProfile) -> CapacityProfile:
        """Set one."""
        profile = CapacityProfile(
            profile_id=new_id(), created_at=now(), updated_at=now(), **draft.model_dump()
        )
        return await self._register.create(caller, profile.profile_id, profile)

    async def update(
        self,
        caller: Caller,
        profile_id: CapacityProfileId,
        change: CapacityProfileChange,
        expected_version: int,
    ) -> CapacityProfile:
        """Change some of it. A lower limit takes nothing away from anybody; it holds for what comes."""
        return await self._register.update(caller, profile_id, change.given(), expected_version)

    async def delete(
        self, caller: Caller, profile_id: CapacityProfileId, expected_version: int
    ) -> None:
        """Remove it. Raise StillInUse while agents, workstreams or conversations have it."""
        await self._register.delete(caller, profile_id, expected_version)
