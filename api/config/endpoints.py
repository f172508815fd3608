"""/config/v1/accounts/{account_id}/endpoints: the numbers of an account."""

from typing import Final

from fastapi import Response

from api.config.routing import config_router
from api.config.schemas import EndpointShown
from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.endpoints import EndpointChange, NewEndpoint
from domain.ids import AccountId, EndpointId

PATH: Final = "/config/v1/accounts/{account_id}/endpoints"
router = config_router(PATH, "endpoints")


@router.get("")
async def listing(
    account_id: AccountId, _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[EndpointShown]:
    found, next_cursor = await configuration.endpoints.listing(account_id, page.cursor, page.limit)
    return PageOf(items=[EndpointShown.of(each) for each in found], next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    account_id: AccountId,
    draft: NewEndpoint,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> EndpointShown:
    endpoint = await configuration.endpoints.create(caller, account_id, draft)
    tag(response, endpoint, location=f"{PATH.format(account_id=account_id)}/{endpoint.endpoint_id}")
    return EndpointShown.of(endpoint)


@router.get("/{endpoint_id}")
async def get(
    account_id: AccountId,
    endpoint_id: EndpointId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
    response: Response,
) -> EndpointShown:
    endpoint = await configuration.endpoints.get(account_id, endpoint_id)
    tag(response, endpoint)
    return EndpointShown.of(endpoint)


@router.patch("/{endpoint_id}")
async def update(
    *,
    account_id: AccountId,
    endpoint_id: EndpointId,
    change: EndpointChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> EndpointShown:
    endpoint = await configuration.endpoints.update(caller, account_id, endpoint_id, change, version)
    tag(response, endpoint)
    return EndpointShown.of(endpoint)


@router.delete("/{endpoint_id}", status_code=204)
async def delete(
    account_id: AccountId,
    endpoint_id: EndpointId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    """Remove it. Refused while conversations run on it: see `draining`."""
    await configuration.endpoints.delete(caller, account_id, endpoint_id, version)
