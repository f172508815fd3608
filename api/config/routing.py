"""What all routers of the config API share."""

from fastapi import APIRouter

from api.errors import PROBLEMS
from api.idempotency import TransactionalRoute


def config_router(path: str, tag: str) -> APIRouter:
    """A router whose POSTs honour `Idempotency-Key`."""
    return APIRouter(prefix=path, tags=[tag], responses=PROBLEMS, route_class=TransactionalRoute)
