"""/config/v1/automated-messages: what is said by itself when something happens."""

from typing import Final
from uuid import UUID

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.automated_messages import AutomatedMessageChange, NewAutomatedMessage
from domain.automated import AutomatedMessage

PATH: Final = "/config/v1/automated-messages"
router = config_router(PATH, "automated messages")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[AutomatedMessage]:
    items, next_cursor = await configuration.automated_messages.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewAutomatedMessage,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> AutomatedMessage:
    message = await configuration.automated_messages.create(caller, draft)
    tag(response, message, location=f"{PATH}/{message.automated_message_id}")
    return message


@router.get("/{automated_message_id}")
async def get(
    automated_message_id: UUID,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    response: Response,
) -> AutomatedMessage:
    message = await configuration.automated_messages.get(automated_message_id)
    tag(response, message)
    return message


@router.patch("/{automated_message_id}")
async def update(
    *,
    automated_message_id: UUID,
    change: AutomatedMessageChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> AutomatedMessage:
    message = await configuration.automated_messages.update(
        caller, automated_message_id, change, version
    )
    tag(response, message)
    return message


@router.delete("/{automated_message_id}", status_code=204)
async def delete(
    automated_message_id: UUID,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.automated_messages.delete(caller, automated_message_id, version)
