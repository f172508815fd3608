"""/agent/v1/conversations/{id}: help, supervisors, and what is said between agents."""

from typing import Annotated, TypeAlias

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field

from api.agent.routing import RequestId, agent_router
from api.dependencies import AgentCaller, SupervisorCaller, UseEngine
from api.pagination import PageOf
from domain.ids import AgentId, ConversationId, QueueId
from domain.offers import Offer
from domain.participants import Participant, Role
from domain.views import MessageView

router = agent_router("/conversations", "participants")


class AskAgent(BaseModel):
    """Somebody one knows."""

    model_config = ConfigDict(extra="forbid")

    agent_id: AgentId


class AskQueue(BaseModel):
    """Whoever of this queue is free."""

    model_config = ConfigDict(extra="forbid")

    queue_id: QueueId


Helper: TypeAlias = Annotated[
    AskAgent | AskQueue,
    Body(
        openapi_examples={
            "agent": {
                "summary": "An agent",
                "value": {"agent_id": "0197b0a0-0000-7000-8000-000000000002"},
            },
            "queue": {
                "summary": "Whoever of a queue is free",
                "value": {"queue_id": "0197b0a0-0000-7000-8000-000000000001"},
            },
        }
    ),
]


class PrivateMessage(BaseModel):
    """A text for the agents in this conversation. No customer ever sees it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Offer them the larger one."}]}
    )

    text: str = Field(min_length=1, max_length=10_000)


@router.post("/{conversation_id}/consult")
async def consult(
    conversation_id: ConversationId, body: Helper, caller: AgentCaller, engine: UseEngine
) -> Offer:
    """Ask somebody for help with what you have. You keep it; they take part when they accept.

    They accept and decline like every offer, and need no capacity for it.
    """
    if isinstance(body, AskAgent):
        return await engine.consulting.ask_agent(caller, conversation_id, body.agent_id)
    return await engine.consulting.ask_queue(caller, conversation_id, body.queue_id)


@router.post("/{conversation_id}/consult/{agent_id}/end", status_code=204)
async def end_consult(
    conversation_id: ConversationId, agent_id: AgentId, caller: AgentCaller, engine: UseEngine
) -> None:
    """Ask somebody no more, or thank them for their help."""
    await engine.taking_part.dismiss(caller, conversation_id, agent_id)


@router.get("/{conversation_id}/participants")
async def participants(
    conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine
) -> PageOf[Participant]:
    """Who takes part now, beside its agent: all of them."""
    return PageOf(items=await engine.taking_part.present(caller, conversation_id))


@router.post("/{conversation_id}/monitor")
async def monitor(
    conversation_id: ConversationId, caller: SupervisorCaller, engine: UseEngine
) -> PageOf[Participant]:
    """Read along; the customer does not notice, the agent sees it. For supervisors."""
    return PageOf(items=await engine.taking_part.come(caller, conversation_id, Role.MONITOR))


@router.post("/{conversation_id}/join")
async def join(
    conversation_id: ConversationId, caller: SupervisorCaller, engine: UseEngine
) -> PageOf[Participant]:
    """Write to the customer beside the agent. For supervisors."""
    return PageOf(items=await engine.taking_part.come(caller, conversation_id, Role.JOIN))


@router.post("/{conversation_id}/leave", status_code=204)
async def leave(conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine) -> None:
    """Take part no more."""
    await engine.taking_part.leave(caller, conversation_id)


@router.post("/{conversation_id}/private-messages", status_code=201)
async def say(
    conversation_id: ConversationId,
    message: PrivateMessage,
    caller: AgentCaller,
    engine: UseEngine,
    request_id: RequestId,
) -> MessageView:
    """Say something to the agents in this conversation: for its agent and who takes part."""
    return await engine.taking_part.say(caller, conversation_id, message.text, request_id)
