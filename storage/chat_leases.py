"""Whether a customer is connected: leases that are renewed, and run out when nobody does.

Whoever takes the first lease of a chat, or sees the last one run out, tells its workflow in the same
transaction, under the conversation's lock. So any number of processes and tabs agree.
"""

from datetime import timedelta
from typing import Final, LiteralString
from uuid import UUID

from domain.conversations import MailKind
from domain.ids import ConversationId
from domain.values import Value
from storage.database import Database, Parameters
from storage.mailbox import Mailbox

# The lock comes before the leases, everywhere: who takes one and who counts them wait for each other.
CHAT_OF_SESSION: Final = """
    SELECT c.conversation_id FROM chat_sessions s
    JOIN conversations c ON c.conversation_id = s.conversation_id
    WHERE s.session_id = %(session_id)s AND c.ended_by IS NULL AND c.state NOT IN ('wrap_up', 'closed')
    FOR NO KEY UPDATE OF c
"""
CHAT: Final = """
    SELECT conversation_id FROM conversations
    WHERE conversation_id = %(conversation_id)s
    FOR NO KEY UPDATE
"""
TAKE: Final = """
    INSERT INTO chat_leases (lease_id, session_id, expires_at)
    VALUES (%(lease_id)s, %(session_id)s, clock_timestamp() + %(lasts)s::interval)
    ON CONFLICT (lease_id) DO UPDATE
    SET expires_at = greatest(chat_leases.expires_at, excluded.expires_at)
"""
# Only until a window has a lease of its own: one that is about to run out is none to rely on.
VOUCH: Final = """
    INSERT INTO chat_leases AS l (lease_id, session_id, expires_at)
    SELECT %(session_id)s::uuid, %(session_id)s::uuid, clock_timestamp() + %(lasts)s::interval
    WHERE NOT EXISTS (
        SELECT FROM chat_leases other
        WHERE other.session_id = %(session_id)s AND other.lease_id <> other.session_id
          AND other.expires_at > clock_timestamp() + %(unsure)s::interval
    )
    ON CONFLICT (lease_id) DO UPDATE SET expires_at = greatest(l.expires_at, excluded.expires_at)
"""
VOUCHED_ENOUGH: Final = "DELETE FROM chat_leases WHERE lease_id = %(session_id)s"
RENEW: Final = """
    UPDATE chat_leases SET expires_at = clock_timestamp() + %(lasts)s::interval
    WHERE lease_id = %(lease_id)s
"""
LET_GO: Final = """
    UPDATE chat_leases SET expires_at = least(expires_at, clock_timestamp() + %(linger)s::interval)
    WHERE lease_id = %(lease_id)s
"""
FOUND: Final = """
    UPDATE chats SET lost_at = NULL WHERE conversation_id = %(conversation_id)s AND lost_at IS NOT NULL
"""
LAPSED: Final = """
    SELECT s.conversation_id, min(l.expires_at) AS since
    FROM chat_leases l JOIN chat_sessions s ON s.session_id = l.session_id
    WHERE l.expires_at <= clock_timestamp() AND s.conversation_id IS NOT NULL
    GROUP BY s.conversation_id ORDER BY since LIMIT %(limit)s
"""
FORGET_LAPSED: Final = """
    DELETE FROM chat_leases l USING chat_sessions s
    WHERE s.session_id = l.session_id AND s.conversation_id = %(conversation_id)s
      AND l.expires_at <= clock_timestamp()
"""
FORGET_IDLE: Final = """
    DELETE FROM chat_leases l USING chat_sessions s
    WHERE s.session_id = l.session_id AND s.conversation_id IS NULL
      AND l.expires_at <= clock_timestamp()
"""
LOSE: Final = """
    UPDATE chats h SET lost_at = clock_timestamp()
    FROM conversations c
    WHERE h.conversation_id = %(conversation_id)s AND c.conversation_id = h.conversation_id
      AND h.lost_at IS NULL AND NOT h.persistent
      AND c.ended_by IS NULL AND c.state NOT IN ('wrap_up', 'closed')
      AND NOT EXISTS (
          SELECT FROM chat_leases l JOIN chat_sessions s ON s.session_id = l.session_id
          WHERE s.conversation_id = %(conversation_id)s
      )
"""


UNSURE: Final = timedelta(seconds=10)
"""Longer than a window that was closed lingers, shorter than the rest of a lease that is renewed."""


class _Lapsed(Value):
    conversation_id: ConversationId


class ChatLeases:
    """The table `chat_leases`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, session_id: UUID, lease_id: UUID, lasts: timedelta) -> ConversationId | None:
        """A window of the customer is open. Returns the chat that they came back to, if any."""
        lease = {"session_id": session_id, "lease_id": lease_id, "lasts": lasts}
        return await self._connect(lease, TAKE, VOUCHED_ENOUGH)

    async def vouch(self, session_id: UUID, lasts: timedelta) -> ConversationId | None:
        """The customer did something, so a window of theirs will open; the same, until it has."""
        return await self._connect({"session_id": session_id, "lasts": lasts, "unsure": UNSURE}, VOUCH)

    async def renew(self, lease_id: UUID, lasts: timedelta) -> bool:
        """False: it ran out, and was seen to. Take another one."""
        return await self._db.execute(RENEW, {"lease_id": lease_id, "lasts": lasts}) > 0

    async def let_go(self, lease_id: UUID, linger: timedelta) -> None:
        """Its holder is gone. It runs out soon, but not at once: pages are left for other pages."""
        await self._db.execute(LET_GO, {"lease_id": lease_id, "linger": linger})

    async def lapsed(self, limit: int) -> list[ConversationId]:
        """Chats with leases that have run out, those that did first at the front."""
        await self._db.execute(FORGET_IDLE)
        rows = await self._db.rows(_Lapsed, LAPSED, {"limit": limit})
        return [row.conversation_id for row in rows]

    async def _connect(self, lease: Parameters, *steps: LiteralString) -> ConversationId | None:
        async with self._db.transaction():
            chat = await self._db.row(_Lapsed, CHAT_OF_SESSION, lease)
            for step in steps:
                await self._db.execute(step, lease)
            if chat is None or not await self._db.execute(FOUND, chat.model_dump()):
                return None
            await Mailbox(self._db).post(chat.conversation_id, MailKind.CUSTOMER_RETURNED)
            return chat.conversation_id

    async def settle(self, conversation_id: ConversationId) -> bool:
        """Delete what has run out; say whether the last one did, so that the connection is lost."""
        chat = {"conversation_id": conversation_id}
        async with self._db.transaction():
            await self._db.execute(CHAT, chat)
            await self._db.execute(FORGET_LAPSED, chat)
            if not await self._db.execute(LOSE, chat):
                return False
            return await Mailbox(self._db).post(conversation_id, MailKind.CONNECTION_LOST)
