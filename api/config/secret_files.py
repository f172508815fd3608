"""/config/v1/accounts/{id}/secrets/{name}/file: a secret that the provider hands out as a file."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.datastructures import UploadFile

from api.config.schemas import AccountShown
from api.dependencies import SecretsWriter, UseConfiguration
from api.errors import PROBLEMS
from application.configuration.drafts import SecretName
from domain.errors import InvalidInput
from domain.ids import AccountId

# A service account's key file has about 2.4 KB.
MAX_FILE: Final = 16 * 1024
MAX_BODY: Final = 64 * 1024
FORM: Final = "multipart/form-data"
_FILE: Final = {"type": "string", "format": "binary"}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file as it is, or a form with the field `file`.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            FORM: {"schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}},
        },
    }
}

router = APIRouter(prefix="/config/v1/accounts", tags=["accounts"], responses=PROBLEMS)
Secret = Annotated[SecretName, Path(examples=["service_account"])]


async def uploaded(request: Request, _caller: SecretsWriter) -> str:
    """The text of the file, whichever way it was sent. Strangers' files are not even read."""
    content = await _content(request)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise InvalidInput("This is not a text file.", field="file") from None
    if not text.strip() or len(content) > MAX_FILE:
        raise InvalidInput(f"Send a file of 1 to {MAX_FILE} bytes.", field="file")
    return text


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return await request.body()
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("Send the file in the form's field `file`.", field="file")
        return await file.read(MAX_FILE + 1)


@router.put("/{account_id}/secrets/{name}/file", openapi_extra=BODY, max_body_size=MAX_BODY)
async def set_secret_file(
    *,
    account_id: AccountId,
    name: Secret,
    file: Annotated[str, Depends(uploaded)],
    keep_previous: bool = False,
    caller: SecretsWriter,
    configuration: UseConfiguration,
) -> AccountShown:
    """Set a secret from a file. It is checked, encrypted and never shown again."""
    view = await configuration.accounts.set_secret(
        caller, account_id, name, file.strip(), keep_previous=keep_previous
    )
    return AccountShown.of(view)
