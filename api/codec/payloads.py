"""/codec: the two questions of a Temporal codec server (https://docs.temporal.io/codec-server)."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.codec.session import PATH, PayloadReader
from api.dependencies import UseServices
from api.errors import PROBLEMS
from application.payloads import EncodedPayload

router = APIRouter(prefix=PATH, tags=["operators"], responses=PROBLEMS)


class Payloads(BaseModel):
    """Payloads as the Temporal UI and its command line send them, which leaves an empty list out."""

    payloads: list[EncodedPayload] = Field(default_factory=list, max_length=1_000)


@router.post("/decode")
async def decode(body: Payloads, caller: PayloadReader, services: UseServices) -> Payloads:
    """Open payloads of workflows. Needs the scope `operator`; each call is in the audit log."""
    return Payloads(payloads=await services.payloads.decode(caller, body.payloads))


@router.post("/encode")
async def encode(body: Payloads, caller: PayloadReader, services: UseServices) -> Payloads:
    """Seal what an operator sends to a workflow by hand."""
    return Payloads(payloads=await services.payloads.encode(caller, body.payloads))
