"""What customers take back or change afterwards, also when that comes before the message itself."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from psycopg.types.json import Jsonb

from domain.ids import EndpointId, MediaId, MessageId
from domain.messages import MessageEdited, MessageWithdrawn
from domain.values import Value
from storage.contents import content_document
from storage.database import Database
from storage.documents import storable

# To take back is final; of two edits the later one counts, in whichever order they come.
KEEP: Final = """
    INSERT INTO afterthoughts (endpoint_id, provider_message_id, kind, content, said_at)
    VALUES (%(endpoint_id)s, %(provider_message_id)s, %(kind)s, %(content)s, %(said_at)s)
    ON CONFLICT (endpoint_id, provider_message_id) DO UPDATE
    SET kind = excluded.kind, content = excluded.content, said_at = excluded.said_at, at = now()
    WHERE afterthoughts.kind = 'edited'
      AND (excluded.kind = 'withdrawn' OR excluded.said_at >= afterthoughts.said_at)
"""
# A message that is empty already stays as it is: it was taken back, erased, or kept long enough.
APPLY: Final = """
    WITH thought AS (
        DELETE FROM afterthoughts t USING messages m
        WHERE t.endpoint_id = %(endpoint_id)s AND t.provider_message_id = %(provider_message_id)s
          AND m.endpoint_id = t.endpoint_id AND m.provider_message_id = t.provider_message_id
          AND m.direction = 'inbound'
        RETURNING m.message_id, t.content, t.said_at, t.kind = 'withdrawn' AS is_withdrawn
    ), changed AS (
        UPDATE messages m
        SET content = CASE WHEN is_withdrawn THEN '{"kind": "erased"}' ELSE thought.content END,
            details = CASE WHEN is_withdrawn THEN jsonb_build_object('withdrawn_at', said_at)
                           ELSE m.details || jsonb_build_object('edited_at', said_at) END
        FROM thought
        WHERE m.message_id = thought.message_id AND m.content ->> 'kind' <> 'erased'
          AND (is_withdrawn OR m.details ->> 'edited_at' IS NULL
               OR (m.details ->> 'edited_at')::timestamptz < said_at)
        RETURNING m.message_id, m.conversation_id, m.content ->> 'kind' <> 'media' AS has_no_files
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT conversation_id, 'message_changed', message_id FROM changed
    )
    SELECT message_id, has_no_files, pg_notify('holdfast_events', '') FROM changed
"""
# Locked, so that whoever is just storing one of these files finds that it is not wanted any more.
FILES: Final = """
    SELECT media_id FROM media WHERE message_id = %(message_id)s ORDER BY position FOR UPDATE
"""
IS_KEPT: Final = """
    SELECT 1 FROM afterthoughts
    WHERE endpoint_id = %(endpoint_id)s AND provider_message_id = %(provider_message_id)s
"""
DUE: Final = """
    SELECT t.endpoint_id, t.provider_message_id FROM afterthoughts t
    JOIN messages m ON m.endpoint_id = t.endpoint_id AND m.direction = 'inbound'
      AND m.provider_message_id = t.provider_message_id
    ORDER BY t.at LIMIT %(limit)s
"""
PURGE: Final = "DELETE FROM afterthoughts WHERE at < now() - %(older_than)s::interval"


class MessageName(Value):
    """A customer's message, as its provider names it."""

    endpoint_id: EndpointId
    provider_message_id: str


class Changed(Value):
    """A message that does not say any more what it said."""

    message_id: MessageId
    has_no_files: bool


class _File(Value):
    media_id: MediaId


class Afterthoughts:
    """Kept first, and applied as soon as the message is there.

    Whoever keeps one and whoever brings its message both apply it after they have committed:
    whichever of them is later finds both.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def withdraw(self, endpoint_id: EndpointId, event: MessageWithdrawn) -> None:
        """The customer took it back."""
        await self._keep(endpoint_id, event.provider_message_id, "withdrawn", datetime.now(UTC), None)

    async def edit(self, endpoint_id: EndpointId, event: MessageEdited) -> None:
        """The customer says something else instead."""
        content, said_at = content_document(event.content), event.edited_at or datetime.now(UTC)
        await self._keep(endpoint_id, event.provider_message_id, "edited", said_at, content)

    async def apply(self, name: MessageName) -> Changed | None:
        """Change the message as its author wanted. None: there is nothing to change (yet)."""
        return await self._db.row(Changed, APPLY, _where(name))

    async def is_kept(self, name: MessageName) -> bool:
        """Something waits for this message."""
        return await self._db.one(IS_KEPT, _where(name)) is not None

    async def files(self, message_id: MessageId) -> list[MediaId]:
        """A message's files; nobody else changes them until the transaction ends."""
        rows = await self._db.rows(_File, FILES, {"message_id": message_id})
        return [row.media_id for row in rows]

    async def due(self, limit: int) -> list[MessageName]:
        """Those whose message is there, but whose process died before it had applied them."""
        return await self._db.rows(MessageName, DUE, {"limit": limit})

    async def purge(self, older_than: timedelta) -> int:
        """Forget those whose message never came."""
        return await self._db.execute(PURGE, {"older_than": older_than})

    async def _keep(
        self,
        endpoint_id: EndpointId,
        provider_message_id: str,
        kind: Literal["edited", "withdrawn"],
        said_at: datetime,
        content: Jsonb | None,
    ) -> None:
        facts = {
            "endpoint_id": endpoint_id,
            "provider_message_id": storable(provider_message_id),
            "kind": kind,
            "said_at": said_at,
            "content": content,
        }
        await self._db.execute(KEEP, facts)


def _where(name: MessageName) -> dict[str, object]:
    return {**name.model_dump(), "provider_message_id": storable(name.provider_message_id)}
