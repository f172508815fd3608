"""Automated messages, as admins configure them."""

from typing import Final
from uuid import UUID

from domain.automated import AutomatedMessage
from storage.documents import document
from storage.resources import Resource, Statements

AUTOMATED_MESSAGES: Final = Statements(
    insert="""
        INSERT INTO automated_messages (automated_message_id, trigger, recipient, channel, endpoint_id,
                                        wording, enabled, version, created_at, updated_at)
        VALUES (%(id)s, %(trigger)s, %(recipient)s, %(channel)s, %(endpoint_id)s,
                %(wording)s, %(enabled)s, 1, %(created_at)s, %(created_at)s)
    """,
    get="""
        SELECT automated_message_id, trigger, recipient, channel, endpoint_id, wording, enabled,
               version, created_at, updated_at
        FROM automated_messages WHERE automated_message_id = %(id)s AND deleted_at IS NULL
    """,
    listing="""
        SELECT automated_message_id, trigger, recipient, channel, endpoint_id, wording, enabled,
               version, created_at, updated_at
        FROM automated_messages
        WHERE deleted_at IS NULL AND (%(after)s::uuid IS NULL OR automated_message_id > %(after)s)
        ORDER BY automated_message_id LIMIT %(limit)s
    """,
    update="""
        UPDATE automated_messages
        SET wording = %(wording)s, enabled = %(enabled)s, version = version + 1, updated_at = now()
        WHERE automated_message_id = %(id)s AND version = %(expected_version)s AND deleted_at IS NULL
    """,
    lock="""
        SELECT 1 FROM automated_messages WHERE automated_message_id = %(id)s AND deleted_at IS NULL
        FOR UPDATE
    """,
    delete="UPDATE automated_messages SET deleted_at = now() WHERE automated_message_id = %(id)s",
    requires={
        "endpoint_id": """
            SELECT 1 WHERE %(endpoint_id)s::uuid IS NULL
            UNION ALL
            SELECT 1 FROM (
                SELECT FROM endpoints
                WHERE endpoint_id = %(endpoint_id)s AND channel = %(channel)s AND deleted_at IS NULL
                FOR KEY SHARE
            ) AS held
        """
    },
)


class AutomatedMessages(Resource[AutomatedMessage]):
    """What is said by itself."""

    noun = "automated message"
    sql = AUTOMATED_MESSAGES
    model = AutomatedMessage

    def identity(self, value: AutomatedMessage) -> UUID:
        return value.automated_message_id

    def parameters(self, value: AutomatedMessage) -> dict[str, object]:
        return {**value.model_dump(), "wording": document(value.wording)}
