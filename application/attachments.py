"""Files that agents attach, and every stored file on its way to agents and providers."""

import hashlib
from collections.abc import Mapping

from application.desk import author_of, viewer_of
from application.media_links import MediaLinks
from application.media_policy import require_sendable, require_size
from channels.base import Channel
from channels.file_types import safe_name, sniff
from domain.channels import ChannelName
from domain.configuration import Caller
from domain.errors import MediaRefused, NotFound
from domain.ids import ConversationId, MediaId, new_id
from domain.messages import MediaState
from domain.values import Value
from storage.blobs import BlobStore
from storage.conversations import Conversations as ConversationList
from storage.media import MediaFiles, MediaRow
from storage.organization import Organizations


class StoredFile(Value):
    """A file and what it is by its own bytes."""

    media_id: MediaId
    mime_type: str
    file_name: str | None = None
    content: bytes


class Attachments:
    """Takes files in and hands them out, to those who may have them."""

    def __init__(
        self,
        *,
        listed: ConversationList,
        media: MediaFiles,
        blobs: BlobStore,
        organizations: Organizations,
        links: MediaLinks,
        channels: Mapping[ChannelName, Channel],
        max_bytes: int,
    ) -> None:
        self._listed = listed
        self._media = media
        self._blobs = blobs
        self._organizations = organizations
        self._links = links
        self._channels = channels
        self.max_bytes = max_bytes

    async def upload(
        self,
        caller: Caller,
        conversation_id: ConversationId,
        *,
        content: bytes,
        declared_type: str,
        file_name: str | None,
    ) -> MediaRow:
        """Keep a file to be sent in this conversation. Its type is what its bytes say."""
        author_of(caller)
        conversation = await self._listed.get(conversation_id, viewer_of(caller))
        if not content:
            raise MediaRefused("The file is empty.")
        require_size(len(content), self.max_bytes)
        mime_type = sniff(content, declared_type)
        capabilities = self._channels[conversation.channel].capabilities
        require_sendable(mime_type, len(content), capabilities, await self._organizations.get())
        row = MediaRow(
            media_id=new_id(),
            conversation_id=conversation_id,
            mime_type=mime_type,
            file_name=safe_name(file_name),
            size=len(content),
            state=MediaState.STORED,
        )
        await self._blobs.put(row.media_id, content)
        await self._media.add_upload(row, hashlib.sha256(content).digest())
        return row

    async def for_agent(self, caller: Caller, media_id: MediaId) -> StoredFile:
        """A file of a conversation that the caller sees; NotFound otherwise."""
        row = await self._media.get(media_id)
        await self._listed.get(row.conversation_id, viewer_of(caller))
        return await self._opened(row)

    async def for_provider(self, media_id: MediaId, expires: int, signature: str) -> StoredFile:
        """A file whose signed link somebody holds; NotFound otherwise."""
        self._links.check(media_id, expires, signature)
        return await self._opened(await self._media.get(media_id))

    async def _opened(self, row: MediaRow) -> StoredFile:
        if row.state is not MediaState.STORED:
            raise NotFound("This file is not in our store (yet).")
        content = await self._blobs.read(row.media_id)
        return StoredFile(
            media_id=row.media_id,
            mime_type=row.mime_type,
            file_name=row.file_name,
            content=content,
        )
