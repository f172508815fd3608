"""Who takes part in conversations: they come, they leave, and help ends with whom it was for."""

from typing import Final

from domain.conversations import MailKind, State
from domain.effects import Trigger
from domain.ids import AgentId, ConversationId, new_id
from domain.participants import MOST_PARTICIPANTS, Participant, Role
from domain.values import Value
from storage.announcements import Announcements
from storage.database import Database
from storage.mailbox import Mailbox

LOCK: Final = """
    SELECT state FROM conversations
    WHERE conversation_id = %(conversation_id)s AND state <> 'closed'
    FOR NO KEY UPDATE
"""
COME: Final = """
    WITH part AS (
        INSERT INTO conversation_participants AS p
            (participant_id, conversation_id, agent_id, role, invited_by)
        VALUES (%(participant_id)s, %(conversation_id)s, %(agent_id)s, %(role)s, %(invited_by)s)
        ON CONFLICT (conversation_id, agent_id) WHERE left_at IS NULL
        DO UPDATE SET role = excluded.role WHERE p.role <> excluded.role
        RETURNING conversation_id
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type)
        SELECT conversation_id, 'conversation_changed' FROM part
    )
    SELECT pg_notify('holdfast_events', '') FROM part
"""
# Whoever leaves learns that they see it no more; the others look who is left.
LEAVE: Final = """
    WITH gone AS (
        UPDATE conversation_participants SET left_at = statement_timestamp()
        WHERE conversation_id = %(conversation_id)s AND left_at IS NULL
          AND role = ANY (%(roles)s)
          AND (%(agent_id)s::uuid IS NULL OR agent_id = %(agent_id)s)
        RETURNING conversation_id, agent_id, role
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, left_agent_id)
        SELECT conversation_id, 'conversation_changed', agent_id FROM gone
    )
    SELECT role, pg_notify('holdfast_events', '') FROM gone
"""
PRESENT: Final = """
    SELECT p.conversation_id, p.agent_id, a.name AS agent_name, p.role, p.invited_by, p.joined_at,
           p.left_at
    FROM conversation_participants p JOIN agents a ON a.agent_id = p.agent_id
    WHERE p.conversation_id = %(conversation_id)s AND p.left_at IS NULL
    ORDER BY p.participant_id LIMIT %(limit)s
"""
ANNOUNCE: Final = """
    INSERT INTO conversation_events (conversation_id, type, data)
    VALUES (%(conversation_id)s, 'announced', jsonb_build_object('trigger', %(trigger)s::text))
"""
_ALL: Final = tuple(Role)


class _Gone(Value):
    role: Role


class Participants:
    """The table `conversation_participants`. Changes belong into a transaction of the caller."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._announcements = Announcements(db)
        self._mailbox = Mailbox(db)

    async def lock(self, conversation_id: ConversationId) -> State | None:
        """Nothing else happens to it until the transaction ends. None: it is closed, or is none."""
        row = await self._db.one(LOCK, {"conversation_id": conversation_id})
        return State(row["state"]) if row else None

    async def present(self, conversation_id: ConversationId) -> list[Participant]:
        """Who takes part now."""
        which = {"conversation_id": conversation_id, "limit": MOST_PARTICIPANTS}
        return await self._db.rows(Participant, PRESENT, which)

    async def come(
        self,
        conversation_id: ConversationId,
        agent_id: AgentId,
        role: Role,
        invited_by: AgentId | None = None,
    ) -> bool:
        """From now on they take part like this. False: they did already."""
        part = {
            "participant_id": new_id(),
            "conversation_id": conversation_id,
            "agent_id": agent_id,
            "role": role,
            "invited_by": invited_by,
        }
        return await self._db.execute(COME, part) > 0

    async def leave(self, conversation_id: ConversationId, agent_id: AgentId) -> Role | None:
        """They take part no more. None: they did not."""
        gone = await self._leave(conversation_id, _ALL, agent_id)
        return gone[0].role if gone else None

    async def end_help(self, conversation_id: ConversationId) -> bool:
        """Whoever asked for it has the conversation no more, or has ended it."""
        return bool(await self._leave(conversation_id, (Role.CONSULT,)))

    async def end_all(self, conversation_id: ConversationId) -> None:
        """It is closed."""
        await self._leave(conversation_id, _ALL)

    async def announce(self, conversation_id: ConversationId, trigger: Trigger) -> None:
        """People are told, and the customer, too, if that is configured. Ring for its mail then."""
        facts = {"conversation_id": conversation_id, "trigger": trigger}
        await self._db.execute(ANNOUNCE, facts)
        cause = str(new_id())
        for message_id in await self._announcements.announce(conversation_id, (trigger,), cause):
            await self._mailbox.post(conversation_id, MailKind.SYSTEM_WROTE, message_id)

    async def _leave(
        self, conversation_id: ConversationId, roles: tuple[Role, ...], agent_id: AgentId | None = None
    ) -> list[_Gone]:
        which = {
            "conversation_id": conversation_id,
            "roles": [role.value for role in roles],
            "agent_id": agent_id,
        }
        return await self._db.rows(_Gone, LEAVE, which)
