"""Files of messages: where each is on its way into our own store. The bytes are in `blobs`."""

from typing import Final

from domain.errors import NotFound
from domain.ids import AccountId, ConversationId, MediaId, MessageId
from domain.messages import MediaItem, MediaState, PictureSize
from domain.values import Value
from storage.database import Database, Parameters
from storage.documents import storable


class MediaRow(Value):
    """A file and where it belongs. An upload belongs to no message until one is sent with it."""

    media_id: MediaId
    conversation_id: ConversationId
    message_id: MessageId | None = None
    mime_type: str
    file_name: str | None = None
    size: int | None = None
    state: MediaState
    thumbnail: PictureSize | None = None


class Stored(Value):
    """What is known of a file once its bytes are in our store."""

    size: int
    mime_type: str
    file_name: str | None
    sha256: bytes
    thumbnail: PictureSize | None = None


PENDING: Final = """
    SELECT media_id, mime_type, state, file_name, size, source_url, reason FROM media
    WHERE message_id = %(message_id)s AND state = 'pending'
    ORDER BY position
"""
ACCOUNT: Final = """
    SELECT e.account_id FROM messages m JOIN endpoints e ON e.endpoint_id = m.endpoint_id
    WHERE m.message_id = %(message_id)s
"""
STORED: Final = """
    UPDATE media
    SET state = 'stored', size = %(size)s, mime_type = %(mime_type)s, file_name = %(file_name)s,
        sha256 = %(sha256)s, thumbnail_width = %(thumbnail_width)s,
        thumbnail_height = %(thumbnail_height)s, reason = NULL
    WHERE media_id = %(media_id)s AND state = 'pending'
    RETURNING conversation_id, message_id
"""
GIVEN_UP: Final = """
    UPDATE media SET state = %(state)s, reason = %(reason)s
    WHERE media_id = %(media_id)s AND state = 'pending'
    RETURNING conversation_id, message_id
"""
TELL: Final = """
    WITH told AS (
        INSERT INTO conversation_events (conversation_id, type, message_id)
        VALUES (%(conversation_id)s, 'message_changed', %(message_id)s)
    )
    SELECT pg_notify('holdfast_events', '')
"""
ADD_UPLOAD: Final = """
    INSERT INTO media (media_id, conversation_id, state, mime_type, file_name, size, sha256,
                       thumbnail_width, thumbnail_height)
    VALUES (%(media_id)s, %(conversation_id)s, 'stored', %(mime_type)s, %(file_name)s, %(size)s,
            %(sha256)s, %(thumbnail_width)s, %(thumbnail_height)s)
"""
GET: Final = """
    SELECT media_id, conversation_id, message_id, mime_type, file_name, size, state,
           CASE WHEN thumbnail_width IS NOT NULL THEN
               jsonb_build_object('width', thumbnail_width, 'height', thumbnail_height)
           END AS thumbnail
    FROM media WHERE media_id = %(media_id)s
"""
FORGET_UPLOAD: Final = "DELETE FROM media WHERE media_id = %(media_id)s AND message_id IS NULL"
IS_IN_A_MESSAGE: Final = "SELECT 1 FROM media WHERE media_id = %(media_id)s AND message_id IS NOT NULL"
IS_KNOWN: Final = "SELECT 1 FROM media WHERE media_id = %(media_id)s AND state <> 'erased'"


class MediaFiles:
    """The table `media`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def pending(self, message_id: MessageId) -> list[MediaItem]:
        """What is still to be fetched, with the provider's address of each file."""
        return await self._db.rows(MediaItem, PENDING, {"message_id": message_id})

    async def account_id(self, message_id: MessageId) -> AccountId:
        """Whose credentials fetch this message's files."""
        row = await self._db.one(ACCOUNT, {"message_id": message_id})
        if row is None:
            raise NotFound(f"There is no message {message_id}.")
        return AccountId(str(row["account_id"]))

    async def stored(self, media_id: MediaId, stored: Stored) -> None:
        """The bytes are in our store."""
        await self._settle(STORED, {"media_id": media_id, **_facts(stored)})

    async def refused(self, media_id: MediaId, reason: str) -> None:
        """We will not keep it."""
        await self._give_up(media_id, MediaState.REFUSED, reason)

    async def failed(self, media_id: MediaId, reason: str) -> None:
        """It could not be fetched."""
        await self._give_up(media_id, MediaState.FAILED, reason)

    async def add_upload(self, upload: MediaRow, sha256: bytes) -> None:
        """A file of an agent, whose bytes are in our store already."""
        stored = Stored(
            size=upload.size or 0,
            mime_type=upload.mime_type,
            file_name=upload.file_name,
            sha256=sha256,
            thumbnail=upload.thumbnail,
        )
        place = {"media_id": upload.media_id, "conversation_id": upload.conversation_id}
        await self._db.execute(ADD_UPLOAD, {**place, **_facts(stored)})

    async def is_in_a_message(self, media_id: MediaId) -> bool:
        """Whether a message that is kept has this file."""
        return await self._db.one(IS_IN_A_MESSAGE, {"media_id": media_id}) is not None

    async def forget_upload(self, media_id: MediaId) -> None:
        """It became part of no message, and its bytes are gone."""
        await self._db.execute(FORGET_UPLOAD, {"media_id": media_id})

    async def is_known(self, media_id: MediaId) -> bool:
        """False: nobody may have its bytes any more."""
        return await self._db.one(IS_KNOWN, {"media_id": media_id}) is not None

    async def get(self, media_id: MediaId) -> MediaRow:
        row = await self._db.row(MediaRow, GET, {"media_id": media_id})
        if row is None:
            raise NotFound(f"There is no file {media_id}.")
        return row

    async def _give_up(self, media_id: MediaId, state: MediaState, reason: str) -> None:
        facts = {"media_id": media_id, "state": state, "reason": storable(reason)}
        await self._settle(GIVEN_UP, facts)

    async def _settle(self, query: str, facts: Parameters) -> None:
        async with self._db.transaction():
            settled = await self._db.one(query, facts)
            if settled is not None:
                await self._db.execute(TELL, settled)


def _facts(stored: Stored) -> dict[str, object]:
    return {
        **stored.model_dump(exclude={"thumbnail"}),
        "file_name": storable(stored.file_name),
        "thumbnail_width": stored.thumbnail and stored.thumbnail.width,
        "thumbnail_height": stored.thumbnail and stored.thumbnail.height,
    }
