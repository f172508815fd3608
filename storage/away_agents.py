"""Conversations whose workflows have yet to be told that their agent is away, or is back.

Who is away is one truth, what each workflow was told another; a sweep brings them together, under the
lock of the one conversation. So they are told in turns, whatever races, and also of agents who were
given something while they were away.
"""

from typing import Final

from domain.conversations import MailKind
from domain.ids import AgentId, ConversationId
from domain.values import Value
from storage.database import Database
from storage.mailbox import Mailbox

# Whoever may not work any more does not come back, whether they ever had a window or not.
_WHO: Final = "agents a LEFT JOIN agent_presences p ON p.agent_id = a.agent_id"
_IS_AWAY: Final = "(p.lost_at IS NOT NULL OR NOT a.enabled)"
_IS_UNTOLD: Final = f"""
    {_IS_AWAY} AND c.away_agent_id IS DISTINCT FROM c.agent_id
    AND c.state IN ('active', 'template_only', 'disconnected', 'reconnect_window')
"""
_IS_OUTDATED: Final = f"NOT {_IS_AWAY} AND c.state <> 'closed'"
UNTOLD: Final = f"""
    SELECT c.conversation_id FROM {_WHO}
    JOIN conversations c ON c.agent_id = a.agent_id
    WHERE {_IS_UNTOLD}
    ORDER BY p.lost_at LIMIT %(limit)s
"""  # noqa: S608 - all parts stand above
OUTDATED: Final = f"""
    SELECT c.conversation_id FROM {_WHO}
    JOIN conversations c ON c.away_agent_id = a.agent_id
    WHERE {_IS_OUTDATED}
    LIMIT %(limit)s
"""  # noqa: S608 - all parts stand above
MARK_AWAY: Final = f"""
    UPDATE conversations c SET away_agent_id = c.agent_id
    FROM {_WHO}
    WHERE c.conversation_id = %(conversation_id)s AND a.agent_id = c.agent_id AND {_IS_UNTOLD}
    RETURNING a.agent_id
"""  # noqa: S608 - all parts stand above
MARK_BACK: Final = f"""
    UPDATE conversations c SET away_agent_id = NULL
    FROM {_WHO}
    WHERE c.conversation_id = %(conversation_id)s AND a.agent_id = c.away_agent_id AND {_IS_OUTDATED}
    RETURNING a.agent_id
"""  # noqa: S608 - all parts stand above


class _Conversation(Value):
    conversation_id: ConversationId


class _Agent(Value):
    agent_id: AgentId


class AwayAgents:
    """What workflows were told of their agents (`conversations.away_agent_id`)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._mailbox = Mailbox(db)

    async def untold(self, limit: int) -> list[ConversationId]:
        """Conversations whose agent is away, unknown to their workflow."""
        rows = await self._db.rows(_Conversation, UNTOLD, {"limit": limit})
        return [row.conversation_id for row in rows]

    async def outdated(self, limit: int) -> list[ConversationId]:
        """Conversations whose workflow believes an agent away who is not."""
        rows = await self._db.rows(_Conversation, OUTDATED, {"limit": limit})
        return [row.conversation_id for row in rows]

    async def tell(self, conversation_id: ConversationId) -> bool:
        """Post what its workflow has to know now. False: nothing, another process was first."""
        which = {"conversation_id": conversation_id}
        async with self._db.transaction():
            if agent := await self._db.row(_Agent, MARK_AWAY, which):
                kind = MailKind.AGENT_AWAY
            elif agent := await self._db.row(_Agent, MARK_BACK, which):
                kind = MailKind.AGENT_RETURNED
            else:
                return False
            return await self._mailbox.post(conversation_id, kind, agent_id=agent.agent_id)
