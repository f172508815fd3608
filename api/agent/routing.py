"""What all routers of the agent API share."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.errors import PROBLEMS
from api.idempotency import RepeatableRoute, repeatable_id

RequestId = Annotated[UUID, Depends(repeatable_id)]
"""Names what a request does: the same whenever it is repeated with its Idempotency-Key."""


def agent_router(path: str, tag: str) -> APIRouter:
    """A router whose POSTs honour `Idempotency-Key`."""
    prefix = f"/agent/v1{path}"
    return APIRouter(prefix=prefix, tags=[tag], responses=PROBLEMS, route_class=RepeatableRoute)
