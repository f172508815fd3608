"""What was said is kept as long as the organisation says, counted from the end of its conversation."""

from typing import Final

from storage.blobs import BlobStore
from storage.database import Database
from storage.retention import RetentionStore
from storage.tombstones import Tombstones

CONVERSATIONS_AT_A_TIME: Final = 50
MESSAGES_AT_A_TIME: Final = 500
FILES_AT_A_TIME: Final = 100


class Retaining:
    """Fulfils `domain.ports.Retention`."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._store = RetentionStore(database)
        self._tombstones = Tombstones(database)

    async def expire_some(self) -> int:
        """Empty one batch of conversations; return how much that was. 0: nothing is due."""
        return await self._expire_transcripts() + await self._expire_files()

    async def _expire_transcripts(self) -> int:
        due = await self._store.due(CONVERSATIONS_AT_A_TIME)
        if not due:
            return 0
        files = await self._tombstones.files(due, FILES_AT_A_TIME)
        for media_id in files:
            await self._blobs.delete(media_id)  # before its row, which is all that knows of it
        gone = await self._tombstones.forget_files(files)
        gone += await self._tombstones.forget_notes(due, MESSAGES_AT_A_TIME)
        gone += await self._tombstones.forget_routing(due, MESSAGES_AT_A_TIME)
        gone += await self._tombstones.empty(due, MESSAGES_AT_A_TIME)
        gone += await self._tombstones.forget_chats(due)
        gone += await self._tombstones.forget_reasons(due)
        if gone:
            return gone
        await self._store.emptied(due)
        return len(due)

    async def _expire_files(self) -> int:
        due = await self._store.files_due(FILES_AT_A_TIME)
        for media_id in due:
            await self._blobs.delete(media_id)
        return await self._store.expire_files(due) if due else 0
