"""What a running conversation needs somebody to be able to do, when people change it."""

from collections.abc import Sequence
from typing import Final

from domain.errors import InvalidInput
from domain.ids import AgentId, ConversationId, new_id
from domain.skills import RequiredSkill
from storage.database import Database
from storage.documents import document
from storage.skills import HOLD

# What nothing changes is told to nobody. It may be somebody else's by now, or over.
REQUIRE: Final = """
    WITH conversation AS (
        UPDATE conversations SET required_skills = %(skills)s
        WHERE conversation_id = %(conversation_id)s AND state <> 'closed'
          AND (%(agent_id)s::uuid IS NULL OR agent_id = %(agent_id)s)
        RETURNING conversation_id, queue_id, attributes, priority, language
    ), kept AS (
        INSERT INTO routing_decisions (decision_id, conversation_id, explanation)
        SELECT %(decision_id)s, conversation_id, to_jsonb(conversation) - 'conversation_id'
            || jsonb_build_object('by', 'agent', 'why', %(why)s::text,
                                  'required_skills', %(skills)s::jsonb, 'considered', '[]'::jsonb)
        FROM conversation
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT conversation_id, 'conversation_changed' FROM conversation
    )
    SELECT pg_notify('holdfast_events', ''), pg_notify('holdfast_work', queue_id::text)
    FROM conversation
"""


class RequiredSkills:
    """The column `required_skills` of conversations that run."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def require(
        self,
        conversation_id: ConversationId,
        skills: Sequence[RequiredSkill],
        *,
        of_agent: AgentId | None,
        why: str,
    ) -> bool:
        """Replace them, and keep the reason. False: it is closed, or not that agent's (any more)."""
        facts = {
            "conversation_id": conversation_id,
            "skills": document(skills),
            "agent_id": of_agent,
            "decision_id": new_id(),
            "why": why,
        }
        async with self._db.transaction():
            if not await self._db.execute(HOLD, facts):
                raise InvalidInput("One of these skills was changed a moment ago.", field="skills")
            return await self._db.execute(REQUIRE, facts) > 0
