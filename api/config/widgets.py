"""/config/v1/widgets: the chats that shops put into their pages."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.config.schemas import WidgetShown
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.widgets import NewWidget, WidgetChange
from domain.ids import EndpointId

PATH: Final = "/config/v1/widgets"
router = config_router(PATH, "widgets")


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[WidgetShown]:
    use = configuration.widgets
    found, next_cursor = await use.listing(page.cursor, page.limit)
    items = [WidgetShown.of(each, use.snippet(each)) for each in found]
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewWidget, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> WidgetShown:
    widget = await configuration.widgets.create(caller, draft)
    tag(response, widget, location=f"{PATH}/{widget.widget_id}")
    return WidgetShown.of(widget, configuration.widgets.snippet(widget))


@router.get("/{widget_id}")
async def get(
    widget_id: EndpointId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> WidgetShown:
    widget = await configuration.widgets.get(widget_id)
    tag(response, widget)
    return WidgetShown.of(widget, configuration.widgets.snippet(widget))


@router.patch("/{widget_id}")
async def update(
    *,
    widget_id: EndpointId,
    change: WidgetChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> WidgetShown:
    widget = await configuration.widgets.update(caller, widget_id, change, version)
    tag(response, widget)
    return WidgetShown.of(widget, configuration.widgets.snippet(widget))


@router.delete("/{widget_id}", status_code=204)
async def delete(
    widget_id: EndpointId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    await configuration.widgets.delete(caller, widget_id, version)
