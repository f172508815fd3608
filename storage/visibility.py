"""Who sees which conversations: the one place that says it, for people and for SQL."""

from typing import Final

from psycopg.sql import SQL

from domain.ids import AgentId
from domain.values import Value


class Viewer(Value):
    """Supervisors see all; agents what is theirs, in a queue of theirs, or what they help with."""

    agent_id: AgentId | None = None
    sees_all: bool = False


# For a conversation `v`; its parameters are the fields of a Viewer. Who reads along or joined does so
# as a supervisor: not being one any more, they see it no more.
IS_VISIBLE: Final = SQL("""(
    %(sees_all)s OR v.agent_id = %(agent_id)s
    OR v.queue_id IN (SELECT queue_id FROM queue_members WHERE agent_id = %(agent_id)s)
    OR v.conversation_id IN (
        SELECT conversation_id FROM conversation_participants
        WHERE agent_id = %(agent_id)s AND left_at IS NULL AND role = 'consult'
    )
)""")
