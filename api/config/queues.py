"""/config/v1/queues: where conversations wait."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.queues import NewQueue, QueueChange
from domain.configuration import Queue
from domain.ids import QueueId

PATH: Final = "/config/v1/queues"
router = config_router(PATH, "queues")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[Queue]:
    items, next_cursor = await configuration.queues.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewQueue, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> Queue:
    queue = await configuration.queues.create(caller, draft)
    tag(response, queue, location=f"{PATH}/{queue.queue_id}")
    return queue


@router.get("/{queue_id}")
async def get(
    queue_id: QueueId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> Queue:
    queue = await configuration.queues.get(queue_id)
    tag(response, queue)
    return queue


@router.patch("/{queue_id}")
async def update(
    *,
    queue_id: QueueId,
    change: QueueChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Queue:
    queue = await configuration.queues.update(caller, queue_id, change, version)
    tag(response, queue)
    return queue


@router.delete("/{queue_id}", status_code=204)
async def delete(
    queue_id: QueueId, version: ExpectedVersion, caller: ConfigWriter, configuration: UseConfiguration
) -> None:
    await configuration.queues.delete(caller, queue_id, version)
