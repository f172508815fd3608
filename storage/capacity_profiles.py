"""Capacity profiles: limits of their own for kinds of work."""

from typing import Final
from uuid import UUID

from domain.capacity import CapacityProfile
from storage.resources import RUNNING_CONVERSATIONS, Resource, Statements

SELECT: Final = """
    SELECT profile_id, name, work_limit, blocks_assignment, reset, version, created_at, updated_at
    FROM capacity_profiles
"""
CAPACITY_PROFILES: Final = Statements(
    insert="""
        INSERT INTO capacity_profiles (profile_id, name, work_limit, blocks_assignment, reset,
                                       version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(work_limit)s, %(blocks_assignment)s, %(reset)s,
                1, %(created_at)s, %(created_at)s)
    """,
    get=SELECT + "WHERE profile_id = %(id)s AND deleted_at IS NULL",
    listing=SELECT
    + """
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR profile_id > %(after)s)
        ORDER BY profile_id LIMIT %(limit)s
    """,
    update="""
        UPDATE capacity_profiles
        SET name = %(name)s, work_limit = %(work_limit)s, blocks_assignment = %(blocks_assignment)s,
            version = version + 1, updated_at = now()
        WHERE profile_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM capacity_profiles WHERE profile_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE capacity_profiles p SET deleted_at = now()
        WHERE p.profile_id = %(id)s
          AND NOT EXISTS (SELECT FROM agent_capacity_profiles a WHERE a.profile_id = p.profile_id)
          AND NOT EXISTS (SELECT FROM workstreams w
                          WHERE w.work -> 'capacity_profile_ids' ? p.profile_id::text
                            AND w.deleted_at IS NULL)
          AND NOT EXISTS (SELECT FROM capacity_leases l WHERE p.profile_id = ANY (l.profile_ids))
    """,
    in_use={
        "agents": """
            SELECT count(*) AS number FROM agent_capacity_profiles WHERE profile_id = %(id)s
        """,
        "workstreams": """
            SELECT count(*) AS number FROM workstreams
            WHERE work -> 'capacity_profile_ids' ? %(id)s::uuid::text AND deleted_at IS NULL
        """,
        RUNNING_CONVERSATIONS: """
            SELECT count(DISTINCT conversation_id) AS number FROM capacity_leases
            WHERE %(id)s = ANY (profile_ids)
        """,
    },
)


class CapacityProfiles(Resource[CapacityProfile]):
    """Limits such as "three chats"."""

    noun = "capacity profile"
    sql = CAPACITY_PROFILES
    model = CapacityProfile

    def identity(self, value: CapacityProfile) -> UUID:
        return value.profile_id
