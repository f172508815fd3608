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

UNTOLD: Final = """
    SELECT c.conversation_id FROM agent_presences p
    JOIN conversations c ON c.agent_id = p.agent_id
    WHERE p.lost_at IS NOT NULL
      AND c.state IN ('active', 'template_only', 'disconnected', 'reconnect_window')
      AND c.away_agent_id IS DISTINCT FROM c.agent_id
    ORDER BY p.lost_at LIMIT %(limit)s
"""
OUTDATED: Final = """
    SELECT c.conversation_id FROM conversations c
    JOIN agent_presences p ON p.agent_id = c.away_agent_id
    WHERE c.away_agent_id IS NOT NULL AND c.state <> 'closed' AND p.lost_at IS NULL
    LIMIT %(limit)s
"""
MARK_AWAY: Final = """
    UPDATE conversations c SET away_agent_id = c.agent_id
    FROM agent_presences p
    WHERE c.conversation_id = %(conversation_id)s AND p.agent_id = c.agent_id
      AND p.lost_at IS NOT NULL AND c.away_agent_id IS DISTINCT FROM c.agent_id
      AND c.state IN ('active', 'template_only', 'disconnected', 'reconnect_window')
    RETURNING p.agent_id
"""
MARK_BACK: Final = """
    UPDATE conversations c SET away_agent_id = NULL
    FROM agent_presences p
    WHERE c.conversation_id = %(conversation_id)s AND c.state <> 'closed'
      AND p.agent_id = c.away_agent_id AND p.lost_at IS NULL
    RETURNING p.agent_id
"""


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
