"""Agents: the people inside, and how they sign in."""

from typing import Final
from uuid import UUID

from domain.configuration import Agent
from domain.errors import NotFound
from domain.ids import AgentId
from storage.documents import document
from storage.resources import Resource, Statements

SELECT: Final = """
    SELECT a.agent_id, a.name, a.email, a.roles, a.enabled, a.capacity_units, a.default_presence,
           a.version, a.created_at, a.updated_at,
           (SELECT coalesce(jsonb_agg(to_jsonb(s) - 'agent_id' ORDER BY s.skill_id), '[]')
            FROM agent_skills s WHERE s.agent_id = a.agent_id) AS skills,
           (SELECT coalesce(jsonb_agg(to_jsonb(p) - 'agent_id' ORDER BY p.profile_id), '[]')
            FROM agent_capacity_profiles p WHERE p.agent_id = a.agent_id) AS capacity_profiles
    FROM agents a
"""
AGENTS: Final = Statements(
    insert="""
        WITH skills AS (
            INSERT INTO agent_skills (agent_id, skill_id, level)
            SELECT %(id)s::uuid, skill_id, level
            FROM jsonb_to_recordset(%(skills)s) AS s (skill_id uuid, level integer)
        ), profiles AS (
            INSERT INTO agent_capacity_profiles (agent_id, profile_id, work_limit)
            SELECT %(id)s::uuid, profile_id, work_limit
            FROM jsonb_to_recordset(%(profiles)s) AS p (profile_id uuid, work_limit integer)
        )
        INSERT INTO agents (agent_id, name, email, roles, enabled, capacity_units, default_presence,
                            version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(email)s, %(roles)s, %(enabled)s, %(capacity_units)s,
                %(default_presence)s, 1, %(created_at)s, %(created_at)s)
    """,
    get=SELECT + "WHERE a.agent_id = %(id)s AND a.deleted_at IS NULL",
    listing=SELECT
    + """
        WHERE a.deleted_at IS NULL AND (%(after)s::uuid IS NULL OR a.agent_id > %(after)s)
        ORDER BY a.agent_id LIMIT %(limit)s
    """,
    update="""
        WITH agent AS (
            UPDATE agents
            SET name = %(name)s, email = %(email)s, roles = %(roles)s, enabled = %(enabled)s,
                capacity_units = %(capacity_units)s, default_presence = %(default_presence)s,
                version = version + 1, updated_at = now()
            WHERE agent_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
            RETURNING agent_id
        ), unlearned AS (
            DELETE FROM agent_skills s USING agent
            WHERE s.agent_id = agent.agent_id AND s.skill_id <> ALL (%(skill_ids)s::uuid[])
        ), learned AS (
            INSERT INTO agent_skills (agent_id, skill_id, level)
            SELECT agent_id, skill_id, level
            FROM agent, jsonb_to_recordset(%(skills)s) AS s (skill_id uuid, level integer)
            ON CONFLICT (agent_id, skill_id) DO UPDATE SET level = excluded.level
        ), dropped AS (
            DELETE FROM agent_capacity_profiles p USING agent
            WHERE p.agent_id = agent.agent_id AND p.profile_id <> ALL (%(profile_ids)s::uuid[])
        ), given AS (
            INSERT INTO agent_capacity_profiles (agent_id, profile_id, work_limit)
            SELECT agent_id, profile_id, work_limit
            FROM agent, jsonb_to_recordset(%(profiles)s) AS p (profile_id uuid, work_limit integer)
            ON CONFLICT (agent_id, profile_id) DO UPDATE SET work_limit = excluded.work_limit
        )
        SELECT agent_id FROM agent
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
        "DELETE FROM agent_skills WHERE agent_id = %(id)s",
        "DELETE FROM agent_capacity_profiles WHERE agent_id = %(id)s",
        "DELETE FROM preferred_agents WHERE agent_id = %(id)s",
        "DELETE FROM sessions WHERE agent_id = %(id)s",
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE agent_id = %(id)s",
    ),
    requires={
        "skills": """
            SELECT count(*) FROM (
                SELECT 1 FROM skills k
                JOIN jsonb_to_recordset(%(skills)s) AS s (skill_id uuid, level integer) USING (skill_id)
                WHERE k.deleted_at IS NULL AND s.level <= jsonb_array_length(k.levels)
                FOR SHARE OF k
            ) held
            HAVING count(*) = cardinality(%(skill_ids)s::uuid[])
        """,
        "capacity_profiles": """
            SELECT count(*) FROM (
                SELECT 1 FROM capacity_profiles
                WHERE profile_id = ANY (%(profile_ids)s) AND deleted_at IS NULL
                FOR KEY SHARE
            ) held
            HAVING count(*) = cardinality(%(profile_ids)s::uuid[])
        """,
    },
)
BY_EMAIL: Final = SELECT + "WHERE lower(a.email) = lower(%(email)s) AND a.deleted_at IS NULL"
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
        return {
            **value.model_dump(),
            "roles": [role.value for role in value.roles],
            "skills": document(value.skills),
            "skill_ids": [each.skill_id for each in value.skills],
            "profiles": document(value.capacity_profiles),
            "profile_ids": [each.profile_id for each in value.capacity_profiles],
        }

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
