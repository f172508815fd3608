"""/config/v1/operating-hours: when a business answers."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.drafts import Moment
from application.configuration.operating_hours import NewOperatingHours, OperatingHoursChange
from domain.ids import OperatingHoursId
from domain.operating_hours import OperatingHours
from routing.operating_hours import Opening

PATH: Final = "/config/v1/operating-hours"
router = config_router(PATH, "operating hours")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[OperatingHours]:
    items, next_cursor = await configuration.operating_hours.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewOperatingHours, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> OperatingHours:
    hours = await configuration.operating_hours.create(caller, draft)
    tag(response, hours, location=f"{PATH}/{hours.operating_hours_id}")
    return hours


@router.get("/{operating_hours_id}")
async def get(
    operating_hours_id: OperatingHoursId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    response: Response,
) -> OperatingHours:
    hours = await configuration.operating_hours.get(operating_hours_id)
    tag(response, hours)
    return hours


@router.get("/{operating_hours_id}/opening")
async def opening(
    operating_hours_id: OperatingHoursId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    at: Moment = None,
) -> Opening:
    """Whether it is open at that moment (without one: now), and until when that holds."""
    return await configuration.operating_hours.opening(operating_hours_id, at)


@router.patch("/{operating_hours_id}")
async def update(
    *,
    operating_hours_id: OperatingHoursId,
    change: OperatingHoursChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> OperatingHours:
    hours = await configuration.operating_hours.update(caller, operating_hours_id, change, version)
    tag(response, hours)
    return hours


@router.delete("/{operating_hours_id}", status_code=204)
async def delete(
    operating_hours_id: OperatingHoursId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.operating_hours.delete(caller, operating_hours_id, version)
