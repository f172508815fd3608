"""Operating hours: the week, its exceptions, and what they mean at a given moment."""

from datetime import datetime
from typing import Final

from pydantic import Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Name
from application.configuration.register import Register
from domain.configuration import Caller
from domain.ids import OperatingHoursId, new_id
from domain.operating_hours import Holidays, OperatingHours, Week
from domain.time_zones import TimeZone
from routing.operating_hours import Opening, opening
from storage.database import Database
from storage.operating_hours import OperatingHoursRows

SUBJECT: Final = "operating_hours"


class NewOperatingHours(Draft):
    """Hours to write down."""

    name: Name = Field(examples=["Office"])
    time_zone: TimeZone
    weekly: Week = ()
    holidays: Holidays = ()


class OperatingHoursChange(Draft):
    """What to change. The week and the holidays are each replaced as a whole."""

    name: Name | None = None
    time_zone: TimeZone | None = None
    weekly: Week | None = None
    holidays: Holidays | None = None


class OperatingHoursConfiguration:
    """Keeps hours, and says what they mean."""

    def __init__(self, *, rows: OperatingHoursRows, trail: AuditTrail, database: Database) -> None:
        self._register = Register(SUBJECT, rows, trail, database)

    async def get(self, hours_id: OperatingHoursId) -> OperatingHours:
        """Raise NotFound."""
        return await self._register.get(hours_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[OperatingHours], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewOperatingHours) -> OperatingHours:
        """Write them down."""
        given = {name: getattr(draft, name) for name in NewOperatingHours.model_fields}
        hours = OperatingHours(operating_hours_id=new_id(), created_at=now(), updated_at=now(), **given)
        return await self._register.create(caller, hours.operating_hours_id, hours)

    async def update(
        self,
        caller: Caller,
        hours_id: OperatingHoursId,
        change: OperatingHoursChange,
        expected_version: int,
    ) -> OperatingHours:
        """Change some of it. Raise NotFound or StaleVersion."""
        return await self._register.update(caller, hours_id, change.given(), expected_version)

    async def delete(self, caller: Caller, hours_id: OperatingHoursId, expected_version: int) -> None:
        """Raise NotFound, StaleVersion, or StillInUse while something refers to them."""
        await self._register.delete(caller, hours_id, expected_version)

    async def opening(self, hours_id: OperatingHoursId, at: datetime | None) -> Opening:
        """How it stands at that moment; None: now. Raise NotFound."""
        return opening(await self.get(hours_id), at or now())
