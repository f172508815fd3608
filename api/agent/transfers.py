"""/agent/v1/conversations/{id}: handing it over, and a supervisor's word."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from api.agent.routing import RequestId, agent_router
from api.dependencies import AgentCaller, SupervisorCaller, UseEngine
from api.pagination import PageOf, Paging
from application.handing_over import Colleague
from application.transfers import Transfer
from domain.ids import AgentId, ConversationId, QueueId

router = agent_router("/conversations", "transfers")
colleagues_router: APIRouter = agent_router("/colleagues", "transfers")

NoteText: TypeAlias = Annotated[str, Field(min_length=1, max_length=10_000)]


class _Handover(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: NoteText | None = None
    """What they should know. No customer ever sees it."""


class ToQueue(_Handover):
    """To whoever takes it from this queue."""

    queue_id: QueueId


class ToAgent(_Handover):
    """To one person."""

    agent_id: AgentId


Target: TypeAlias = Annotated[
    ToQueue | ToAgent,
    Body(
        openapi_examples={
            "queue": {
                "summary": "To another queue",
                "value": {
                    "queue_id": "0197b0a0-0000-7000-8000-000000000001",
                    "note": "Wants the invoice again.",
                },
            },
            "agent": {
                "summary": "To an agent",
                "value": {"agent_id": "0197b0a0-0000-7000-8000-000000000002"},
            },
        }
    ),
]


@router.post("/{conversation_id}/transfer")
async def transfer(
    conversation_id: ConversationId,
    body: Target,
    caller: AgentCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> Transfer:
    """To a queue that is open, at once; or to an agent, who is asked and may decline.

    Until they accept, it stays with its agent, who is told by the live event `offer_settled`.
    """
    if isinstance(body, ToAgent):
        return await engine.transfers.to_agent(caller, conversation_id, body.agent_id, body.note)
    return await engine.transfers.to_queue(
        caller, conversation_id, body.queue_id, body.note, request_id
    )


@router.post("/{conversation_id}/assign")
async def assign(
    conversation_id: ConversationId,
    body: Target,
    caller: SupervisorCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> Transfer:
    """Give it to an agent who is not asked, whatever they have already; or to a queue.

    For supervisors. What exceeds the agent's capacity is shown as such in its lease.
    """
    if isinstance(body, ToAgent):
        return await engine.transfers.assign(caller, conversation_id, body.agent_id, body.note)
    return await engine.transfers.to_queue(
        caller, conversation_id, body.queue_id, body.note, request_id
    )


@colleagues_router.get("")
async def colleagues(_caller: AgentCaller, engine: UseEngine, page: Paging) -> PageOf[Colleague]:
    """Whom one may ask, and how they are. For queues see `GET /agent/v1/queues`."""
    items, next_cursor = await engine.transfers.colleagues(page.cursor, page.limit)
    return PageOf(items=items, next_cursor=next_cursor)
