"""/config/v1/workstreams: how the work of a channel is routed and timed."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.workstreams import CopyName, NewWorkstream, WorkstreamChange
from domain.configuration import Workstream
from domain.ids import WorkstreamId

PATH: Final = "/config/v1/workstreams"
router = config_router(PATH, "workstreams")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[Workstream]:
    items, next_cursor = await configuration.workstreams.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewWorkstream, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> Workstream:
    workstream = await configuration.workstreams.create(caller, draft)
    tag(response, workstream, location=f"{PATH}/{workstream.workstream_id}")
    return workstream


@router.post("/{workstream_id}/copy", status_code=201)
async def copy(
    *,
    workstream_id: WorkstreamId,
    draft: CopyName,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Workstream:
    """Another one like it, with its rules. Endpoints stay where they are."""
    workstream = await configuration.workstreams.copy(caller, workstream_id, draft)
    tag(response, workstream, location=f"{PATH}/{workstream.workstream_id}")
    return workstream


@router.get("/{workstream_id}")
async def get(
    workstream_id: WorkstreamId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    response: Response,
) -> Workstream:
    workstream = await configuration.workstreams.get(workstream_id)
    tag(response, workstream)
    return workstream


@router.patch("/{workstream_id}")
async def update(
    *,
    workstream_id: WorkstreamId,
    change: WorkstreamChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Workstream:
    workstream = await configuration.workstreams.update(caller, workstream_id, change, version)
    tag(response, workstream)
    return workstream


@router.delete("/{workstream_id}", status_code=204)
async def delete(
    workstream_id: WorkstreamId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.workstreams.delete(caller, workstream_id, version)
