"""Endpoints: the numbers and pages that customers write to."""

from typing import Final
from uuid import UUID

from domain.configuration import Endpoint
from storage.documents import document
from storage.resources import RUNNING_CONVERSATIONS, Resource, Statements

ENDPOINTS: Final = Statements(
    insert="""
        INSERT INTO endpoints (endpoint_id, account_id, channel, name, address, workstream_id,
                               language, enabled, settings, customers_may_send_files,
                               agents_may_send_files, version, created_at, updated_at)
        VALUES (%(id)s, %(account_id)s, %(channel)s, %(name)s, %(address)s, %(workstream_id)s,
                %(language)s, %(enabled)s, %(settings)s, %(customers_may_send_files)s,
                %(agents_may_send_files)s, 1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT endpoint_id, account_id, channel, name, address, workstream_id, language, enabled,
               settings, customers_may_send_files, agents_may_send_files,
               draining_since, version, created_at, updated_at
        FROM endpoints WHERE endpoint_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT endpoint_id, account_id, channel, name, address, workstream_id, language, enabled,
               settings, customers_may_send_files, agents_may_send_files,
               draining_since, version, created_at, updated_at
        FROM endpoints
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR endpoint_id > %(after)s)
        ORDER BY endpoint_id LIMIT %(limit)s
    """,
    update="""
        UPDATE endpoints
        SET account_id = %(account_id)s, channel = %(channel)s, name = %(name)s, address = %(address)s,
            workstream_id = %(workstream_id)s, language = %(language)s, enabled = %(enabled)s,
            settings = %(settings)s, customers_may_send_files = %(customers_may_send_files)s,
            agents_may_send_files = %(agents_may_send_files)s,
            draining_since = %(draining_since)s, version = version + 1, updated_at = now()
        WHERE endpoint_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="SELECT 1 FROM endpoints WHERE endpoint_id = %(id)s AND deleted_at IS NULL FOR UPDATE",
    delete="""
        UPDATE endpoints e SET deleted_at = now()
        WHERE e.endpoint_id = %(id)s
          AND NOT EXISTS (SELECT FROM conversations c
                          WHERE c.endpoint_id = e.endpoint_id AND c.state <> 'closed')
    """,
    in_use={
        RUNNING_CONVERSATIONS: """
            SELECT count(*) AS number FROM conversations
            WHERE endpoint_id = %(id)s AND state <> 'closed'
        """,
    },
    with_it=(
        """
        UPDATE automated_messages SET deleted_at = now()
        WHERE endpoint_id = %(id)s AND deleted_at IS NULL
        """,
        """
        UPDATE workstreams
        SET fallback_endpoint_ids = array_remove(fallback_endpoint_ids, %(id)s),
            version = version + 1, updated_at = now()
        WHERE %(id)s = ANY (fallback_endpoint_ids)
        """,
    ),
    requires={
        "account_id": """
            SELECT 1 FROM accounts
            WHERE account_id = %(account_id)s AND channel = %(channel)s AND deleted_at IS NULL
            FOR KEY SHARE
        """,
        "workstream_id": """
            SELECT 1 FROM workstreams
            WHERE workstream_id = %(workstream_id)s AND channel = %(channel)s AND deleted_at IS NULL
            FOR KEY SHARE
        """,
    },
)


class Endpoints(Resource[Endpoint]):
    """The addressable things of accounts."""

    noun = "endpoint"
    sql = ENDPOINTS
    model = Endpoint

    def identity(self, value: Endpoint) -> UUID:
        return value.endpoint_id

    def parameters(self, value: Endpoint) -> dict[str, object]:
        return {**value.model_dump(), "settings": document(value.settings)}
