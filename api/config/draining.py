"""…/draining of accounts and endpoints: they go once their last conversation is over."""

from fastapi import APIRouter

from api.dependencies import ConfigReader, ConfigWriter, UseConfiguration
from api.errors import PROBLEMS
from application.configuration.draining import Drain
from domain.ids import AccountId, EndpointId

_ACCOUNT = "/config/v1/accounts/{account_id}"
accounts = APIRouter(prefix=f"{_ACCOUNT}/draining", tags=["accounts"], responses=PROBLEMS)
endpoints = APIRouter(
    prefix=f"{_ACCOUNT}/endpoints/{{endpoint_id}}/draining", tags=["endpoints"], responses=PROBLEMS
)


@accounts.get("")
async def account_drain(
    account_id: AccountId, _caller: ConfigReader, configuration: UseConfiguration
) -> Drain:
    """Say whether the account is draining, and how many conversations run on it."""
    return await configuration.account_draining.get(account_id)


@accounts.put("")
async def drain_account(
    account_id: AccountId, caller: ConfigWriter, configuration: UseConfiguration
) -> Drain:
    """Let the account go with its endpoints and templates, once no conversation runs on it.

    From now on its endpoints take no new conversations; those that run go on as before.
    """
    return await configuration.account_draining.begin(caller, account_id)


@accounts.delete("")
async def keep_account(
    account_id: AccountId, caller: ConfigWriter, configuration: UseConfiguration
) -> Drain:
    """Keep the account after all."""
    return await configuration.account_draining.cancel(caller, account_id)


@endpoints.get("")
async def endpoint_drain(
    account_id: AccountId,
    endpoint_id: EndpointId,
    _caller: ConfigReader,
    configuration: UseConfiguration,
) -> Drain:
    """Say whether the endpoint is draining, and how many conversations run on it."""
    await configuration.endpoints.get(account_id, endpoint_id)
    return await configuration.endpoint_draining.get(endpoint_id)


@endpoints.put("")
async def drain_endpoint(
    account_id: AccountId,
    endpoint_id: EndpointId,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> Drain:
    """Let the endpoint go once no conversation runs on it.

    From now on it takes no new ones: what somebody writes who has none is put aside, and the account
    tells so as its last error.
    """
    await configuration.endpoints.get(account_id, endpoint_id)
    return await configuration.endpoint_draining.begin(caller, endpoint_id)


@endpoints.delete("")
async def keep_endpoint(
    account_id: AccountId,
    endpoint_id: EndpointId,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> Drain:
    """Keep the endpoint after all."""
    await configuration.endpoints.get(account_id, endpoint_id)
    return await configuration.endpoint_draining.cancel(caller, endpoint_id)
