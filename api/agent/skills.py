"""/agent/v1/conversations/{id}/skills: what whoever gets the conversation must be able to do."""

from pydantic import BaseModel, ConfigDict, field_validator

from api.agent.routing import agent_router
from api.dependencies import AgentCaller, UseEngine
from domain.ids import ConversationId
from domain.routing_rules import Skills
from domain.views import ConversationView

router = agent_router("/conversations/{conversation_id}/skills", "conversations")


class Needed(BaseModel):
    """Skills by their names, each with the level that is needed at least."""

    model_config = ConfigDict(extra="forbid")

    skills: Skills

    @field_validator("skills")
    @classmethod
    def _each_once(cls, skills: Skills) -> Skills:
        if len({skill.name.casefold() for skill in skills}) < len(skills):
            raise ValueError("name each skill once")
        return skills


@router.put("")
async def put(
    conversation_id: ConversationId, needed: Needed, caller: AgentCaller, engine: UseEngine
) -> ConversationView:
    """Replace what it needs. For its agent and for supervisors; why is kept with the routing."""
    return await engine.skill_updates.put(caller, conversation_id, needed.skills)
