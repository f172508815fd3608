"""Workstreams: how work of one channel is routed and timed."""

from typing import Final
from uuid import UUID

from domain.configuration import Workstream
from storage.documents import document
from storage.resources import RUNNING_CONVERSATIONS, Resource, Statements

WORKSTREAMS: Final = Statements(
    insert="""
        INSERT INTO workstreams (workstream_id, name, channel, distribution, fallback_queue_id,
                                 persistent, timers, work, context_variables,
                                 monitoring_notice, consent, fallback_endpoint_ids,
                                 version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(channel)s, %(distribution)s, %(fallback_queue_id)s,
                %(persistent)s, %(timers)s, %(work)s, %(context_variables)s,
                %(monitoring_notice)s, %(consent)s, %(fallback_endpoint_ids)s,
                1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT workstream_id, name, channel, distribution, fallback_queue_id, persistent, timers, work,
               context_variables, monitoring_notice, consent, fallback_endpoint_ids,
               version, created_at, updated_at
        FROM workstreams WHERE workstream_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT workstream_id, name, channel, distribution, fallback_queue_id, persistent, timers, work,
               context_variables, monitoring_notice, consent, fallback_endpoint_ids,
               version, created_at, updated_at
        FROM workstreams
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR workstream_id > %(after)s)
        ORDER BY workstream_id LIMIT %(limit)s
    """,
    update="""
        UPDATE workstreams
        SET name = %(name)s, channel = %(channel)s, distribution = %(distribution)s,
            fallback_queue_id = %(fallback_queue_id)s, timers = %(timers)s,
            work = %(work)s, context_variables = %(context_variables)s,
            monitoring_notice = %(monitoring_notice)s, consent = %(consent)s,
            fallback_endpoint_ids = %(fallback_endpoint_ids)s,
            version = version + 1, updated_at = now()
        WHERE workstream_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM workstreams WHERE workstream_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE workstreams w SET deleted_at = now()
        WHERE w.workstream_id = %(id)s
          AND NOT EXISTS (SELECT FROM conversations c
                          WHERE c.workstream_id = w.workstream_id AND c.state <> 'closed')
          AND NOT EXISTS (SELECT FROM endpoints e
                          WHERE e.workstream_id = w.workstream_id AND e.deleted_at IS NULL)
    """,
    in_use={
        RUNNING_CONVERSATIONS: """
            SELECT count(*) AS number FROM conversations
            WHERE workstream_id = %(id)s AND state <> 'closed'
        """,
        "endpoints": """
            SELECT count(*) AS number FROM endpoints
            WHERE workstream_id = %(id)s AND deleted_at IS NULL
        """,
    },
    with_it=("DELETE FROM routing_rulesets WHERE workstream_id = %(id)s",),
    requires={
        "work": """
            SELECT count(*) FROM (
                SELECT 1 FROM capacity_profiles
                WHERE profile_id = ANY (%(capacity_profile_ids)s) AND deleted_at IS NULL
                FOR KEY SHARE
            ) held
            HAVING count(*) = cardinality(%(capacity_profile_ids)s::uuid[])
        """,
        "fallback_queue_id": """
            SELECT 1 FROM queues WHERE queue_id = %(fallback_queue_id)s AND deleted_at IS NULL
            FOR KEY SHARE
        """,
        "fallback_endpoint_ids": """
            SELECT count(*) FROM (
                SELECT 1 FROM endpoints
                WHERE endpoint_id = ANY (%(fallback_endpoint_ids)s)
                  AND channel <> %(channel)s AND deleted_at IS NULL
                FOR KEY SHARE
            ) AS held
            HAVING count(*) = cardinality(%(fallback_endpoint_ids)s::uuid[])
        """,
    },
)


class Workstreams(Resource[Workstream]):
    """How work of one channel is routed and timed."""

    noun = "workstream"
    sql = WORKSTREAMS
    model = Workstream

    def identity(self, value: Workstream) -> UUID:
        return value.workstream_id

    def parameters(self, value: Workstream) -> dict[str, object]:
        return {
            **value.model_dump(),
            "timers": document(value.timers),
            "work": document(value.work),
            "context_variables": document(value.context_variables),
            "capacity_profile_ids": sorted(set(value.work.capacity_profile_ids)),
            "consent": document(value.consent),
            "fallback_endpoint_ids": list(value.fallback_endpoint_ids),
        }
