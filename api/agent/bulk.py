"""/agent/v1/conversations/bulk: one action for many conversations."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from api.agent.routing import RequestId, agent_router
from api.dependencies import SupervisorCaller, UseEngine
from api.pagination import PageOf
from application.bulk import Outcome
from application.desk import Action
from domain.commands import End, ForceClose, Release
from domain.ids import AgentId, ConversationId, QueueId

router = agent_router("/conversations", "bulk")

_ACTIONS: Final[dict[str, Action]] = {"end": End, "release": Release, "force_close": ForceClose}


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Assign(_Action):
    """Give them to an agent, who is not asked."""

    kind: Literal["assign"]
    agent_id: AgentId


class Move(_Action):
    """Have them wait in a queue."""

    kind: Literal["transfer"]
    queue_id: QueueId


class Finish(_Action):
    """End them, give them back to their queues, or close them whatever their state."""

    kind: Literal["end", "release", "force_close"]


AnyAction: TypeAlias = Annotated[Assign | Move | Finish, Field(discriminator="kind")]


class Order(BaseModel):
    """What is to be done, and with which conversations."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conversation_ids": ["0197b0a0-0000-7000-8000-000000000003"],
                    "action": {
                        "kind": "assign",
                        "agent_id": "0197b0a0-0000-7000-8000-000000000002",
                    },
                }
            ]
        },
    )

    conversation_ids: Annotated[list[ConversationId], Field(min_length=1, max_length=100)]
    action: AnyAction


@router.post("/bulk")
async def bulk(
    order: Order, caller: SupervisorCaller, engine: UseEngine, request_id: RequestId
) -> PageOf[Outcome]:
    """Each is done, or refused, as if it had been asked for alone. For supervisors."""
    ids, action = order.conversation_ids, order.action
    match action:
        case Assign(agent_id=agent_id):
            items = await engine.bulk.assign(caller, ids, agent_id, request_id)
        case Move(queue_id=queue_id):
            items = await engine.bulk.to_queue(caller, ids, queue_id, request_id)
        case Finish(kind=kind):
            items = await engine.bulk.act(caller, ids, _ACTIONS[kind], request_id)
    return PageOf(items=items)
