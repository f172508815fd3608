"""Queues and their members."""

from typing import Final
from uuid import UUID

from domain.configuration import Queue
from storage.documents import document
from storage.resources import Resource, Statements

SELECT: Final = """
    SELECT q.queue_id, q.name, q.priority, q.method, q.custom_order,
           q.is_default, q.operating_hours_id, q.overflow,
           q.version, q.created_at, q.updated_at,
           ARRAY(SELECT m.agent_id FROM queue_members m WHERE m.queue_id = q.queue_id
                 ORDER BY m.agent_id) AS member_ids
    FROM queues q
"""
QUEUES: Final = Statements(
    insert="""
        WITH members AS (
            INSERT INTO queue_members (queue_id, agent_id)
            SELECT %(id)s::uuid, unnest(%(member_ids)s::uuid[])
        )
        INSERT INTO queues (queue_id, name, priority, method, custom_order,
                            is_default, operating_hours_id, overflow,
                            version, created_at, updated_at)
        VALUES (%(id)s, %(name)s, %(priority)s, %(method)s, %(custom_order)s,
                %(is_default)s, %(operating_hours_id)s, %(overflow)s,
                1, %(created_at)s, %(created_at)s)
    """,
    get=SELECT + "WHERE q.queue_id = %(id)s AND q.deleted_at IS NULL",
    listing=SELECT
    + """
        WHERE q.deleted_at IS NULL AND (%(after)s::uuid IS NULL OR q.queue_id > %(after)s)
        ORDER BY q.queue_id LIMIT %(limit)s
    """,
    update="""
        WITH queue AS (
            UPDATE queues
            SET name = %(name)s, priority = %(priority)s, method = %(method)s,
                custom_order = %(custom_order)s, is_default = %(is_default)s,
                operating_hours_id = %(operating_hours_id)s, overflow = %(overflow)s,
                version = version + 1, updated_at = now()
            WHERE queue_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
            RETURNING queue_id
        ), gone AS (
            DELETE FROM queue_members m USING queue
            WHERE m.queue_id = queue.queue_id AND m.agent_id <> ALL (%(member_ids)s::uuid[])
              AND NOT %(is_default)s
        ), members AS (
            INSERT INTO queue_members (queue_id, agent_id)
            SELECT queue_id, unnest(%(member_ids)s::uuid[]) FROM queue
            ON CONFLICT DO NOTHING
        )
        SELECT queue_id FROM queue
    """,
    lock="SELECT 1 FROM queues WHERE queue_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE queues q SET deleted_at = now()
        WHERE q.queue_id = %(id)s AND NOT q.is_default
          AND NOT EXISTS (SELECT FROM conversations c
                          WHERE c.queue_id = q.queue_id AND c.state <> 'closed')
          AND NOT EXISTS (SELECT FROM workstreams w
                          WHERE w.fallback_queue_id = q.queue_id AND w.deleted_at IS NULL)
          AND NOT EXISTS (SELECT FROM routing_rulesets r WHERE q.queue_id = ANY (r.queue_ids))
          AND NOT EXISTS (SELECT FROM queues o
                          WHERE q.queue_id = ANY (queues_in_overflow(o.overflow))
                            AND o.deleted_at IS NULL)
          AND NOT EXISTS (SELECT FROM conversations c
                          WHERE q.queue_id = ANY (queues_in_overflow(c.overflow))
                            AND c.state <> 'closed')
    """,
    in_use={
        "running conversations": """
            SELECT count(*) AS number FROM conversations
            WHERE queue_id = %(id)s AND state <> 'closed'
        """,
        "workstreams": """
            SELECT count(*) AS number FROM workstreams
            WHERE fallback_queue_id = %(id)s AND deleted_at IS NULL
        """,
        "sets of routing rules": """
            SELECT count(*) AS number FROM routing_rulesets WHERE %(id)s = ANY (queue_ids)
        """,
        "queues that overflow into it": """
            SELECT count(*) AS number FROM queues
            WHERE %(id)s = ANY (queues_in_overflow(overflow)) AND deleted_at IS NULL
        """,
        "running conversations that may overflow into it": """
            SELECT count(*) AS number FROM conversations
            WHERE %(id)s = ANY (queues_in_overflow(overflow)) AND state <> 'closed'
        """,
        "default of all agents": """
            SELECT count(*) AS number FROM queues WHERE queue_id = %(id)s AND is_default
        """,
    },
    with_it=("DELETE FROM queue_members WHERE queue_id = %(id)s",),
    requires={
        "member_ids": """
            SELECT count(*) FROM (
                SELECT 1 FROM agents WHERE agent_id = ANY (%(member_ids)s) AND deleted_at IS NULL
                FOR KEY SHARE
            ) members
            HAVING count(*) = cardinality(%(member_ids)s::uuid[])
        """,
        "operating_hours_id": """
            SELECT 1 WHERE %(operating_hours_id)s::uuid IS NULL
            UNION ALL
            SELECT 1 FROM (
                SELECT 1 FROM operating_hours
                WHERE operating_hours_id = %(operating_hours_id)s AND deleted_at IS NULL
                FOR KEY SHARE
            ) held
        """,
        "overflow": """
            SELECT count(*) FROM (
                SELECT 1 FROM queues
                WHERE queue_id = ANY (%(overflow_queue_ids)s) AND deleted_at IS NULL
                FOR KEY SHARE
            ) held
            HAVING count(*) = cardinality(%(overflow_queue_ids)s::uuid[])
        """,
    },
)


class Queues(Resource[Queue]):
    """Where conversations wait."""

    noun = "queue"
    sql = QUEUES
    model = Queue

    def identity(self, value: Queue) -> UUID:
        return value.queue_id

    def parameters(self, value: Queue) -> dict[str, object]:
        return {
            **value.model_dump(),
            "member_ids": list(dict.fromkeys(value.member_ids)),
            "custom_order": document(value.custom_order),
            "overflow": document(value.overflow),
            "overflow_queue_ids": list(value.overflow.queues),
        }
