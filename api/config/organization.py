"""/config/v1/organization: what holds for the whole organisation."""

from fastapi import Response

from api.config.routing import config_router
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from application.configuration.organization import OrganizationChange
from domain.configuration import Organization

router = config_router("/config/v1/organization", "organization")


@router.get("")
async def get(
    _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> Organization:
    organization = await configuration.organization.get()
    tag(response, organization)
    return organization


@router.patch("")
async def update(
    *,
    change: OrganizationChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> Organization:
    organization = await configuration.organization.update(caller, change, version)
    tag(response, organization)
    return organization
