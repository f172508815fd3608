"""/config/v1/accounts: the provider apps an admin connects, and their secrets."""

from typing import Annotated, Final

from fastapi import Path, Response

from api.config.routing import config_router
from api.config.schemas import AccountShown, NewSecret
from api.dependencies import ConfigReader, ConfigWriter, SecretsWriter, UseConfiguration
from api.etags import ExpectedVersion, tag
from api.pagination import PageOf, Paging
from application.configuration.accounts import AccountChange, NewAccount
from application.configuration.drafts import SecretName
from domain.ids import AccountId

PATH: Final = "/config/v1/accounts"
router = config_router(PATH, "accounts")
Secret = Annotated[SecretName, Path(examples=["auth_token"])]


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[AccountShown]:
    views, next_cursor = await configuration.accounts.listing(page.cursor, page.limit)
    return PageOf(items=[AccountShown.of(view) for view in views], next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewAccount, caller: ConfigWriter, configuration: UseConfiguration, response: Response
) -> AccountShown:
    """Connect an account. With `secrets` this needs the scope `secrets:write` too.

    It stays disabled until its privacy notice is acknowledged; `notices` say so. Google ended Business
    Messages on 2024-07-31: `deprecated_on` tells that, and `replaced_by` what to connect instead.
    """
    view = await configuration.accounts.create(caller, draft)
    tag(response, view.account, location=f"{PATH}/{view.account.account_id}")
    return AccountShown.of(view)


@router.get("/{account_id}")
async def get(
    account_id: AccountId, _caller: ConfigReader, configuration: UseConfiguration, response: Response
) -> AccountShown:
    view = await configuration.accounts.get(account_id)
    tag(response, view.account)
    return AccountShown.of(view)


@router.patch("/{account_id}")
async def update(
    *,
    account_id: AccountId,
    change: AccountChange,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
    response: Response,
) -> AccountShown:
    view = await configuration.accounts.update(caller, account_id, change, version)
    tag(response, view.account)
    return AccountShown.of(view)


@router.delete("/{account_id}", status_code=204)
async def delete(
    account_id: AccountId,
    version: ExpectedVersion,
    caller: ConfigWriter,
    configuration: UseConfiguration,
) -> None:
    """Disconnect it. Refused while it has endpoints, templates or conversations: see `draining`."""
    await configuration.accounts.delete(caller, account_id, version)


@router.put("/{account_id}/secrets/{name}")
async def set_secret(
    account_id: AccountId,
    name: Secret,
    secret: NewSecret,
    caller: SecretsWriter,
    configuration: UseConfiguration,
) -> AccountShown:
    """Set or rotate a secret. It is encrypted and never shown again."""
    view = await configuration.accounts.set_secret(
        caller, account_id, name, secret.value, keep_previous=secret.keep_previous
    )
    return AccountShown.of(view)


@router.delete("/{account_id}/secrets/{name}", status_code=204)
async def clear_secret(
    account_id: AccountId, name: Secret, caller: SecretsWriter, configuration: UseConfiguration
) -> None:
    await configuration.accounts.clear_secret(caller, account_id, name)
