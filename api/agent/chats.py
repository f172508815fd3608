"""/agent/v1/conversations/{id}/chat: what is known of a live chat beside its transcript."""

from api.agent.routing import agent_router
from api.dependencies import AgentCaller, UseEngine
from domain.chats import ChatFacts
from domain.ids import ConversationId

router = agent_router("/conversations", "conversations")


@router.get("/{conversation_id}/chat")
async def facts(conversation_id: ConversationId, caller: AgentCaller, engine: UseEngine) -> ChatFacts:
    """Answers before and after it, context, pages visited, and since when the customer is away."""
    return await engine.chat.insight.facts(caller, conversation_id)
