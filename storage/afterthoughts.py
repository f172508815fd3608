"""What customers take back or change afterwards, also when that comes before the message itself."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from psycopg.types.json import Jsonb

from domain.customer_events import MessageEdited, MessageWithdrawn
from domain.ids import EndpointId, MediaId, MessageId
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
# A message that is empty already stays as it is: it was taken back, erased, or kept long enough. Files
# are marked only: to delete their bytes takes as long as the media store likes. An edit that leaves no
# such files is done with. The afterthought is locked first, against whoever applies it at the same
# time; then files before messages, as by everybody who erases.
APPLY: Final = """
    WITH thought AS (
        SELECT t.endpoint_id, t.provider_message_id, t.content, t.said_at, m.message_id,
               t.kind = 'withdrawn' AS is_withdrawn,
               t.kind = 'withdrawn' OR (
                   t.content ->> 'kind' <> 'media' AND m.content ->> 'kind' <> 'erased'
                   AND (m.details ->> 'edited_at' IS NULL
                        OR (m.details ->> 'edited_at')::timestamptz < t.said_at)
               ) AS ends_files
        FROM afterthoughts t
        JOIN messages m ON m.endpoint_id = t.endpoint_id AND m.direction = 'inbound'
          AND m.provider_message_id = t.provider_message_id
        WHERE t.endpoint_id = %(endpoint_id)s AND t.provider_message_id = %(provider_message_id)s
        FOR UPDATE OF t
    ), file AS (
        SELECT f.media_id FROM media f JOIN thought ON f.message_id = thought.message_id
        WHERE thought.ends_files OR f.state = 'erased'
        ORDER BY f.media_id
        FOR UPDATE OF f
    ), marked AS (
        UPDATE media f
        SET state = 'erased', file_name = NULL, size = NULL, sha256 = NULL, source_url = NULL,
            reason = NULL, thumbnail_width = NULL, thumbnail_height = NULL
        FROM file
        WHERE f.media_id = file.media_id AND f.state <> 'erased'
        RETURNING f.media_id
    ), changed AS (
        UPDATE messages m
        SET content = CASE WHEN is_withdrawn THEN '{"kind": "erased"}' ELSE thought.content END,
            details = CASE WHEN is_withdrawn THEN jsonb_build_object('withdrawn_at', said_at)
                           ELSE m.details || jsonb_build_object('edited_at', said_at) END
        FROM thought
        WHERE (SELECT count(*) FROM marked) >= 0  -- that is: after them
          AND m.message_id = thought.message_id AND m.content ->> 'kind' <> 'erased'
          AND (is_withdrawn OR m.details ->> 'edited_at' IS NULL
               OR (m.details ->> 'edited_at')::timestamptz < said_at)
        RETURNING m.message_id, m.conversation_id
    ), told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        SELECT conversation_id, 'message_changed', message_id FROM changed
    ), done AS (
        DELETE FROM afterthoughts t USING thought
        WHERE t.endpoint_id = thought.endpoint_id
          AND t.provider_message_id = thought.provider_message_id
          AND NOT is_withdrawn AND NOT EXISTS (SELECT FROM file)
    )
    SELECT message_id, said_at, EXISTS (SELECT FROM file) AS has_files,
           CASE WHEN EXISTS (SELECT FROM changed) THEN pg_notify('holdfast_events', '') END
    FROM thought
"""
FILES: Final = """
    SELECT media_id FROM media WHERE message_id = %(message_id)s AND state = 'erased'
    ORDER BY media_id
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
POSTPONE: Final = """
    UPDATE afterthoughts SET at = now()
    WHERE endpoint_id = %(endpoint_id)s AND provider_message_id = %(provider_message_id)s
"""
# Not what has been said since.
FORGET: Final = """
    DELETE FROM afterthoughts
    WHERE endpoint_id = %(endpoint_id)s AND provider_message_id = %(provider_message_id)s
      AND said_at = %(said_at)s
"""
# Those whose message is here still have files to delete, however long the media store has been down.
PURGE: Final = """
    DELETE FROM afterthoughts t
    WHERE t.at < now() - %(older_than)s::interval AND NOT EXISTS (
        SELECT FROM messages m
        WHERE m.endpoint_id = t.endpoint_id AND m.direction = 'inbound'
          AND m.provider_message_id = t.provider_message_id
    )
"""


class MessageName(Value):
    """A customer's message, as its provider names it."""

    endpoint_id: EndpointId
    provider_message_id: str


class Applied(Value):
    """A message that says what its author wants; `has_files`: their bytes are still to be deleted."""

    message_id: MessageId
    said_at: datetime
    has_files: bool


class _File(Value):
    media_id: MediaId


class Afterthoughts:
    """Kept first, applied as soon as the message is there, and forgotten when nothing is left to do.

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

    async def apply(self, name: MessageName) -> Applied | None:
        """Have the message say what its author wants, again if need be. None: it is not here (yet)."""
        return await self._db.row(Applied, APPLY, _where(name))

    async def is_kept(self, name: MessageName) -> bool:
        """Something waits for this message."""
        return await self._db.one(IS_KEPT, _where(name)) is not None

    async def files(self, message_id: MessageId) -> list[MediaId]:
        """A message's files whose bytes nobody may have any more."""
        rows = await self._db.rows(_File, FILES, {"message_id": message_id})
        return [row.media_id for row in rows]

    async def due(self, limit: int) -> list[MessageName]:
        """Those whose message is there: something of it is still to be changed or deleted."""
        return await self._db.rows(MessageName, DUE, {"limit": limit})

    async def postpone(self, name: MessageName) -> None:
        """Let others go first next time."""
        await self._db.execute(POSTPONE, _where(name))

    async def forget(self, name: MessageName, said_at: datetime) -> None:
        """Nothing is left to do, unless something else was said since."""
        await self._db.execute(FORGET, {**_where(name), "said_at": said_at})

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
