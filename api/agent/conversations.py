"""/agent/v1/conversations: what an agent sees, takes and lets go of."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from api.agent.routing import RequestId, agent_router
from api.dependencies import AgentCaller, SupervisorCaller, UseEngine
from api.pagination import PageOf, Paging
from application.reasons import Reason
from application.reconnect_offers import ReconnectOffer
from domain.assignments import Explanation
from domain.commands import CloseSession, End, ForceClose, Release
from domain.conversations import State
from domain.ids import ConversationId, QueueId
from domain.messages import Note
from domain.views import ConversationView, Order

router = agent_router("/conversations", "conversations")


class NewNote(BaseModel):
    """A private remark. No customer ever sees it."""

    text: str = Field(min_length=1, max_length=10_000)


@router.get("")
async def listing(
    *,
    caller: AgentCaller,
    engine: UseEngine,
    page: Paging,
    state: Annotated[list[State], Query(max_length=8)] = [],  # noqa: B006 - FastAPI copies it
    queue_id: QueueId | None = None,
    mine: bool = False,
    order: Order = Order.NEWEST,
) -> PageOf[ConversationView]:
    """Without `state`: everything that is not closed. `order` holds for what is not closed."""
    items, next_cursor = await engine.desk.listing(
        caller,
        states=state,
        queue_id=queue_id,
        mine=mine,
        order=order,
        cursor=page.cursor,
        limit=page.limit,
    )
    return PageOf(items=items, next_cursor=next_cursor)


@router.get("/{conversation_id}")
async def get(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine
) -> ConversationView:
    return await engine.desk.get(caller, conversation_id)


@router.post("/{conversation_id}/end")
async def end(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine, request_id: RequestId
) -> ConversationView:
    """The matter is settled: wrap up."""
    return await engine.desk.act(caller, conversation_id, End, request_id)


@router.post("/{conversation_id}/close-session")
async def close_session(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine, request_id: RequestId
) -> ConversationView:
    """Leave: closes a wrap-up, puts an active conversation to waiting."""
    return await engine.desk.act(caller, conversation_id, CloseSession, request_id)


@router.post("/{conversation_id}/release")
async def release(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine, request_id: RequestId
) -> ConversationView:
    """Give the conversation back to its queue."""
    return await engine.desk.act(caller, conversation_id, Release, request_id)


@router.post("/{conversation_id}/force-close")
async def force_close(
    conversation_id: ConversationId,
    caller: SupervisorCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> ConversationView:
    """Close it, whatever state it is in. For supervisors."""
    return await engine.desk.act(caller, conversation_id, ForceClose, request_id)


@router.post("/{conversation_id}/reconnect-link")
async def reconnect_link(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine
) -> ReconnectOffer:
    """A link by which the customer of a live chat comes back to it, from any device."""
    return await engine.chat.offers.offer(caller, conversation_id)


@router.get("/{conversation_id}/routing")
async def routing(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine, page: Paging
) -> PageOf[Reason]:
    """Why it is in its queue and to whom it was offered: what was considered, what became of it."""
    reasons = engine.reasons
    items, next_cursor = await reasons.listing(caller, conversation_id, page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.get("/{conversation_id}/routing/now")
async def routing_now(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine
) -> Explanation:
    """Of one that waits: who could be asked for it now, and what is in the way of others."""
    return await engine.reasons.now(caller, conversation_id)


@router.get("/{conversation_id}/notes")
async def notes(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine, page: Paging
) -> PageOf[Note]:
    items, next_cursor = await engine.desk.notes(caller, conversation_id, page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("/{conversation_id}/notes", status_code=201)
async def add_note(
    conversation_id: ConversationId, note: NewNote, caller: AgentCaller, engine: UseEngine
) -> Note:
    return await engine.desk.note(caller, conversation_id, note.text)
