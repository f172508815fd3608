"""Whose capacity a chat takes, as PostgreSQL has it."""

import psycopg

from storage.capacity import AUDIT
from tests.e2e.people import eventually
from tests.stack import Stack

HELD = """
    SELECT a.name FROM capacity_leases l JOIN agents a USING (agent_id)
    WHERE l.conversation_id = %(conversation_id)s
"""
ANA = "Ana Agent"


async def is_held_by(stack: Stack, conversation: str, *names: str) -> None:
    """Theirs and nobody else's, soon; and what anybody uses is the sum of what they hold."""
    connecting = psycopg.AsyncConnection.connect(stack.conninfo, autocommit=True)
    async with await connecting as connection:

        async def is_so() -> bool:
            found = await connection.execute(HELD, {"conversation_id": conversation})
            return [name for (name,) in await found.fetchall()] == list(names)

        await eventually(is_so, f"the chat is held by {names or 'nobody'}", within=20)
        wrong = await connection.execute(AUDIT.encode(), {"limit": 1})
        assert await wrong.fetchall() == []
