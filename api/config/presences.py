"""/config/v1/presences: names of one's own for why somebody is, or is not, there for work."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.presences import NewPresence, PresenceChange
from domain.ids import PresenceId
from domain.presences import Presence

PATH: Final = "/config/v1/presences"
router = config_router(PATH, "presences")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[Presence]:
    items, next_cursor = await configuration.presences.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewPresence, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> Presence:
    presence = await configuration.presences.create(caller, draft)
    tag(response, presence, location=f"{PATH}/{presence.presence_id}")
    return presence


@router.get("/{presence_id}")
async def get(
    presence_id: PresenceId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    response: Response,
) -> Presence:
    presence = await configuration.presences.get(presence_id)
    tag(response, presence)
    return presence


@router.patch("/{presence_id}")
async def update(
    *,
    presence_id: PresenceId,
    change: PresenceChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Presence:
    presence = await configuration.presences.update(caller, presence_id, change, version)
    tag(response, presence)
    return presence


@router.delete("/{presence_id}", status_code=204)
async def delete(
    presence_id: PresenceId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.presences.delete(caller, presence_id, version)
