"""Files that agents attach, and every stored file on its way to agents and providers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from application.adapters import adapter_of
from application.desk import author_of, viewer_of
from application.media_links import MediaLinks
from application.uploading import HandedFile, Uploading
from channels.base import Channel
from channels.file_types import UNKNOWN, sniff
from domain.channels import ChannelName
from domain.configuration import Caller
from domain.errors import MediaRefused, NotFound
from domain.ids import ConversationId, MediaId
from domain.messages import MediaState
from domain.values import Value
from storage.blobs import BlobStore, Part
from storage.conversations import Conversations as ConversationList
from storage.endpoints import Endpoints
from storage.media import MediaFiles, MediaRow

LINK_LIFETIME: Final = timedelta(minutes=10)
"""For an agent's browser, which opens it at once."""

log = structlog.get_logger()


class StoredFile(Value):
    """A file and what it is by its own bytes."""

    media_id: MediaId
    mime_type: str
    file_name: str | None = None
    content: bytes


class FileLinks(Value):
    """Where one file may be fetched for a while by whoever has the address."""

    url: str
    thumbnail_url: str | None = None
    expires_at: datetime


class Attachments:
    """Takes files in and hands them out, to those who may have them."""

    def __init__(
        self,
        *,
        listed: ConversationList,
        endpoints: Endpoints,
        media: MediaFiles,
        blobs: BlobStore,
        uploading: Uploading,
        links: MediaLinks,
        channels: Mapping[ChannelName, Channel],
    ) -> None:
        self._listed = listed
        self._endpoints = endpoints
        self._media = media
        self._blobs = blobs
        self._uploading = uploading
        self._links = links
        self._channels = channels

    @property
    def max_bytes(self) -> int:
        """The largest file that is taken at all."""
        return self._uploading.max_bytes

    async def upload(
        self, caller: Caller, conversation_id: ConversationId, file: HandedFile
    ) -> MediaRow:
        """Keep a file to be sent in this conversation."""
        author_of(caller)
        conversation = await self._listed.get(conversation_id, viewer_of(caller))
        capabilities = adapter_of(self._channels, conversation.channel).capabilities

        async def require_permission() -> None:
            endpoint = await self._endpoints.get(conversation.endpoint_id)
            if not endpoint.agents_may_send_files:
                raise MediaRefused(f"Agents may not send files to customers of {endpoint.name}.")

        return await self._uploading.keep(conversation_id, file, capabilities, require_permission)

    async def for_agent(self, caller: Caller, media_id: MediaId, part: Part = Part.FILE) -> StoredFile:
        """A file of a conversation that the caller sees; NotFound otherwise."""
        return await self._opened(await self._seen_by(caller, media_id), part)

    async def links_for_agent(self, caller: Caller, media_id: MediaId) -> FileLinks:
        """For browsers, whose pictures and downloads carry no token of the agent's."""
        row = await self._seen_by(caller, media_id)
        small = self._links.link(media_id, Part.THUMBNAIL, LINK_LIFETIME) if row.thumbnail else None
        return FileLinks(
            url=self._links.link(media_id, lifetime=LINK_LIFETIME),
            thumbnail_url=small,
            expires_at=datetime.now(UTC) + LINK_LIFETIME,
        )

    async def for_provider(
        self, media_id: MediaId, expires: int, signature: str, part: Part = Part.FILE
    ) -> StoredFile:
        """A file whose signed link somebody holds; NotFound otherwise."""
        self._links.check(media_id, expires, signature, part)
        return await self._opened(await self._media.get(media_id), part)

    async def _seen_by(self, caller: Caller, media_id: MediaId) -> MediaRow:
        row = await self._media.get(media_id)
        await self._listed.get(row.conversation_id, viewer_of(caller))
        return row

    async def _opened(self, row: MediaRow, part: Part) -> StoredFile:
        if row.state is not MediaState.STORED:
            raise NotFound("This file is not in our store (yet).")
        content = await self._blobs.read(row.media_id, part)
        return StoredFile(
            media_id=row.media_id,
            mime_type=row.mime_type if part is Part.FILE else sniff(content, UNKNOWN),
            file_name=row.file_name if part is Part.FILE else None,
            content=content,
        )
