"""/config/v1/api-keys: keys for programs.

`Idempotency-Key` is not honoured here on purpose: a kept answer would be a kept secret.
"""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.config.schemas import ApiKeyMade
from api.dependencies import AccessWriter, ConfigReader, UseConfiguration
from api.errors import PROBLEMS
from api.pagination import PageOf, Paging
from application.configuration.api_keys import NewApiKey
from domain.configuration import ApiKey

PATH: Final = "/config/v1/api-keys"
router = APIRouter(prefix=PATH, tags=["api-keys"], responses=PROBLEMS)


@router.get("")
async def listing(
    _caller: ConfigReader, configuration: UseConfiguration, page: Paging
) -> PageOf[ApiKey]:
    items, next_cursor = await configuration.api_keys.listing(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("", status_code=201)
async def create(
    draft: NewApiKey, caller: AccessWriter, configuration: UseConfiguration, response: Response
) -> ApiKeyMade:
    """Make a key. Its token is in this answer and nowhere else."""
    made = await configuration.api_keys.create(caller, draft)
    response.headers["Location"] = f"{PATH}/{made.key.key_id}"
    return ApiKeyMade.of(made)


@router.delete("/{key_id}", status_code=204)
async def revoke(key_id: UUID, caller: AccessWriter, configuration: UseConfiguration) -> None:
    """Close the door for a key, at once and for good."""
    await configuration.api_keys.revoke(caller, key_id)
