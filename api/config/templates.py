"""/config/v1/templates: what may be said outside the service window."""

from typing import Annotated, Final

from fastapi import Query, Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.templates import NewTemplate, TemplateChange
from domain.configuration import Template
from domain.ids import AccountId, TemplateId

PATH: Final = "/config/v1/templates"
router = config_router(PATH, "templates")
OfAccount = Annotated[AccountId | None, Query(description="Only those of this account.")]


@router.get("")
async def listing(
    _caller: ConfigReader,
    configuration: UseConfiguration,
    page: Paging,
    account_id: OfAccount = None,
) -> PageOf[Template]:
    items, next_cursor = await configuration.templates.listing(account_id, page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewTemplate, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> Template:
    """Type one in. It may be used once a sync has seen that it is approved."""
    template = await configuration.templates.create(caller, draft)
    tag(response, template, location=f"{PATH}/{template.template_id}")
    return template


@router.get("/{template_id}")
async def get(
    template_id: TemplateId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> Template:
    template = await configuration.templates.get(template_id)
    tag(response, template)
    return template


@router.patch("/{template_id}")
async def update(
    *,
    template_id: TemplateId,
    change: TemplateChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Template:
    template = await configuration.templates.update(caller, template_id, change, version)
    tag(response, template)
    return template


@router.delete("/{template_id}", status_code=204)
async def delete(
    template_id: TemplateId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    """Forget it here; it stays at the provider."""
    await configuration.templates.delete(caller, template_id, version)
