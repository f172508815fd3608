"""Agents: the people inside, and how they sign in."""

from typing import Final
from uuid import UUID

from domain.configuration import Agent
from domain.errors import NotFound
from domain.ids import AgentId
from storage.resources import Resource, Statements

AGENTS: Final = Statements(
    insert="""
        INSERT INTO agents (agent_id, name, email, roles, enabled, version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(email)s, %(roles)s, %(enabled)s, 1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT agent_id, name, email, roles, enabled, version, created_at, updated_at
        FROM agents WHERE agent_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT agent_id, name, email, roles, enabled, version, created_at, updated_at
        FROM agents
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR agent_id > %(after)s)
        ORDER BY agent_id LIMIT %(limit)s
    """,
    update="""
        UPDATE agents
        SET name = %(name)s, email = %(email)s, roles = %(roles)s, enabled = %(enabled)s,
            version = version + 1, updated_at = now()
        WHERE agent_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM agents WHERE agent_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE agents a SET deleted_at = now(), enabled = false, password_hash = NULL
        WHERE a.agent_id = %(id)s
          AND NOT EXISTS (SELECT FROM conversations c
                          WHERE c.agent_id = a.agent_id AND c.state <> 'closed')
    """,
    with_it=(
        "DELETE FROM queue_members WHERE agent_id = %(id)s",
        "DELETE FROM sessions WHERE agent_id = %(id)s",
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE agent_id = %(id)s",
    ),
)
BY_EMAIL: Final = """
    SELECT agent_id, name, email, roles, enabled, version, created_at, updated_at
    FROM agents WHERE lower(email) = lower(%(email)s) AND deleted_at IS NULL
"""
# In one order, so that two who hold them never wait for each other.
HOLD_ADMINS: Final = """
    SELECT agent_id FROM agents
    WHERE deleted_at IS NULL AND enabled AND 'admin' = ANY (roles)
    ORDER BY agent_id FOR NO KEY UPDATE
"""
HASH_OF: Final = """
    SELECT password_hash FROM agents WHERE agent_id = %(agent_id)s AND deleted_at IS NULL
"""
SET_HASH: Final = """
    UPDATE agents SET password_hash = %(password_hash)s
    WHERE agent_id = %(agent_id)s AND deleted_at IS NULL
"""


class Agents(Resource[Agent]):
    """The people inside."""

    noun = "agent"
    sql = AGENTS
    model = Agent

    def identity(self, value: Agent) -> UUID:
        return value.agent_id

    def parameters(self, value: Agent) -> dict[str, object]:
        return {**value.model_dump(), "roles": [role.value for role in value.roles]}

    async def by_email(self, email: str) -> Agent | None:
        return await self._db.row(Agent, BY_EMAIL, {"email": email})

    async def hold_admins(self) -> int:
        """How many there are. Until the running transaction ends nobody else changes one of them."""
        return await self._db.execute(HOLD_ADMINS)

    async def password_hash(self, agent_id: AgentId) -> str | None:
        """None: this agent has no password, or does not exist."""
        row = await self._db.one(HASH_OF, {"agent_id": agent_id})
        return row["password_hash"] if row else None

    async def set_password_hash(self, agent_id: AgentId, password_hash: str | None) -> None:
        facts = {"agent_id": agent_id, "password_hash": password_hash}
        if not await self._db.execute(SET_HASH, facts):
            raise NotFound(f"There is no agent {agent_id}.")
