"""/agent/v1/conversations/{id}/typing and /read: what customers are shown beside messages."""

from pydantic import BaseModel, ConfigDict

from api.agent.routing import agent_router
from api.dependencies import AgentCaller, UseEngine
from domain.ids import ConversationId, MessageId

router = agent_router("/conversations", "conversations")


class ReadUpTo(BaseModel):
    """The last message that was read, whoever wrote it."""

    model_config = ConfigDict(extra="forbid")

    message_id: MessageId


@router.post("/{conversation_id}/typing", status_code=204)
async def typing(conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine) -> None:
    """Show the customer that an answer is being written, where the channel can.

    Repeat it every few seconds while that is true. Whether the provider took it is not told.
    """
    await engine.signals.typing(caller, conversation_id)


@router.post("/{conversation_id}/read", status_code=204)
async def read(
    conversation_id: ConversationId, body: ReadUpTo, caller: AgentCaller, engine: UseEngine
) -> None:
    """Everything up to this message was read. Where the channel can, the customer is shown it."""
    await engine.signals.read(caller, conversation_id, body.message_id)
