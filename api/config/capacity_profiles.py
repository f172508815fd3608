"""/config/v1/capacity-profiles: limits of their own for kinds of work."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.capacity_profiles import CapacityProfileChange, NewCapacityProfile
from domain.capacity import CapacityProfile
from domain.ids import CapacityProfileId

PATH: Final = "/config/v1/capacity-profiles"
router = config_router(PATH, "capacity profiles")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[CapacityProfile]:
    items, next_cursor = await configuration.capacity_profiles.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewCapacityProfile, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> CapacityProfile:
    profile = await configuration.capacity_profiles.create(caller, draft)
    tag(response, profile, location=f"{PATH}/{profile.profile_id}")
    return profile


@router.get("/{profile_id}")
async def get(
    profile_id: CapacityProfileId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    response: Response,
) -> CapacityProfile:
    profile = await configuration.capacity_profiles.get(profile_id)
    tag(response, profile)
    return profile


@router.patch("/{profile_id}")
async def update(
    *,
    profile_id: CapacityProfileId,
    change: CapacityProfileChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> CapacityProfile:
    profile = await configuration.capacity_profiles.update(caller, profile_id, change, version)
    tag(response, profile)
    return profile


@router.delete("/{profile_id}", status_code=204)
async def delete(
    profile_id: CapacityProfileId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.capacity_profiles.delete(caller, profile_id, version)
