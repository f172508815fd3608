"""What agents in a conversation say to each other. It has no delivery, so nothing can ever leave."""

from typing import Final

from domain.errors import Conflict, Refused
from domain.ids import AgentId, ConversationId, MessageId
from domain.messages import Text
from domain.views import FOR_AGENTS, MessageView
from storage.contents import content_document
from storage.database import Database
from storage.documents import document, storable

# What comes for a conversation that was emptied would stay for ever, as with notes.
ADD: Final = """
    WITH conversation AS (
        UPDATE conversations c SET last_seq = last_seq + 1
        FROM contacts p
        WHERE c.conversation_id = %(conversation_id)s AND p.contact_id = c.contact_id
          AND c.state <> 'closed' AND c.emptied_at IS NULL AND p.erased_at IS NULL
          AND NOT EXISTS (SELECT FROM messages WHERE message_id = %(message_id)s)
        RETURNING c.endpoint_id, c.last_seq
    ), message AS (
        INSERT INTO messages (message_id, conversation_id, endpoint_id, seq, direction, author,
                              author_id, content, details, at)
        SELECT %(message_id)s::uuid, %(conversation_id)s::uuid, endpoint_id, last_seq, 'outbound',
               'agent', %(agent_id)s::uuid, %(content)s::jsonb, %(details)s::jsonb,
               statement_timestamp()
        FROM conversation
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT %(conversation_id)s::uuid, 'message_added', %(message_id)s::uuid FROM conversation
    )
    SELECT pg_notify('holdfast_events', '') FROM conversation
"""
ONE: Final = "SELECT * FROM message_views WHERE message_id = %(message_id)s"


class PrivateMessages:
    """Lines of the transcript that only people inside may see."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(
        self,
        conversation_id: ConversationId,
        message_id: MessageId,
        agent_id: AgentId,
        text: str,
    ) -> MessageView:
        """Repeating it changes nothing. Raise Refused when nothing is said there any more."""
        message = {
            "conversation_id": conversation_id,
            "message_id": message_id,
            "agent_id": agent_id,
            "content": content_document(Text(text=storable(text))),
            "details": document(FOR_AGENTS),
        }
        await self._db.execute(ADD, message)
        said = await self._db.row(MessageView, ONE, {"message_id": message_id})
        if said is None:
            raise Refused("This conversation is closed; leave a note instead.")
        if said.conversation_id != conversation_id:
            raise Conflict("This message id belongs to another conversation. Use a new one.")
        return said
