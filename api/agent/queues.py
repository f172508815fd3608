"""/agent/v1/queues: where conversations wait, and who is there to take them."""

from fastapi import APIRouter

from api.dependencies import AgentCaller, UseEngine
from api.errors import PROBLEMS
from api.pagination import PageOf, Paging
from domain.queue_views import QueueView

router = APIRouter(prefix="/agent/v1/queues", tags=["queues"], responses=PROBLEMS)


@router.get("")
async def listing(caller: AgentCaller, engine: UseEngine, page: Paging) -> PageOf[QueueView]:
    """All of them, for example to choose where to transfer a conversation."""
    items, next_cursor = await engine.queues.listing(caller, page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)
