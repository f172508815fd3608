"""/config/v1/contacts: what a person outside may ask for, done by somebody who may change things."""

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.agent.routing import RequestId
from api.dependencies import ConfigReader, ConfigWriter, UseEngine
from api.errors import PROBLEMS
from api.idempotency import RepeatableRoute
from application.contact_export import ContactExport
from domain.erasure import Erasure
from domain.ids import ContactId
from storage.contacts import Contact

PATH: Final = "/config/v1/contacts"
# Their answers hold personal data: none is kept for a repeated request.
router = APIRouter(prefix=PATH, tags=["contacts"], responses=PROBLEMS)
repeatable = APIRouter(prefix=PATH, tags=["contacts"], responses=PROBLEMS, route_class=RepeatableRoute)


class Wanted(BaseModel):
    """Whom to look for. In the body, because addresses of requests end in logs."""

    model_config = ConfigDict(extra="forbid")

    identifier: Annotated[str, Field(min_length=4, max_length=300, pattern=r"^[^\x00]*$")] = Field(
        examples=["+49 151 12345678"]
    )


class Found(BaseModel):
    """Everybody who is known by it, or was until they were erased."""

    items: list[Contact]


class ErasureRequest(BaseModel):
    """How to erase."""

    model_config = ConfigDict(extra="forbid")

    close_running: bool = False
    """Close the person's running conversations by force; otherwise they stand in the way."""


@router.post("/search")
async def search(wanted: Wanted, caller: ConfigWriter, engine: UseEngine) -> Found:
    """Find somebody by a number or by another id, exactly."""
    return Found(items=await engine.personal_data.find(caller, wanted.identifier))


@router.post("/{contact_id}/export")
async def export(contact_id: ContactId, caller: ConfigWriter, engine: UseEngine) -> ContactExport:
    """Everything that is kept of a person, in one document."""
    return await engine.personal_data.export(caller, contact_id)


@repeatable.post("/{contact_id}/erasure", status_code=202)
async def erase(
    *,
    contact_id: ContactId,
    request: ErasureRequest,
    caller: ConfigWriter,
    engine: UseEngine,
    request_id: RequestId,
    response: Response,
) -> Erasure:
    """Begin to erase a person. It goes on by itself until nothing is left."""
    response.headers["Location"] = f"{PATH}/{contact_id}/erasure"
    return await engine.personal_data.erase(
        caller, contact_id, request_id, close_running=request.close_running
    )


@repeatable.get("/{contact_id}/erasure")
async def erasure(contact_id: ContactId, _caller: ConfigReader, engine: UseEngine) -> Erasure:
    """How far the erasure is; in the end, its certificate."""
    return await engine.personal_data.erasure(contact_id)
