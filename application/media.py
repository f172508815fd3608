"""Customers' files on their way from the provider into our own store."""

import hashlib

from application.media_policy import require_allowed, require_size
from application.open_accounts import OpenAccounts
from domain.configuration import Organization
from domain.errors import MediaRefused
from domain.ids import MessageId
from domain.messages import DownloadedMedia, MediaItem
from storage.blobs import BlobStore
from storage.media import MediaFiles
from storage.organization import Organizations


class MediaCopying:
    """Fulfils `domain.ports.MediaCopier`. Repeating it fetches only what is still missing."""

    def __init__(
        self,
        *,
        media: MediaFiles,
        blobs: BlobStore,
        organizations: Organizations,
        open_accounts: OpenAccounts,
        max_bytes: int,
    ) -> None:
        self._media = media
        self._blobs = blobs
        self._organizations = organizations
        self._open_accounts = open_accounts
        self._max_bytes = max_bytes

    async def copy(self, message_id: MessageId) -> None:
        """Fetch, check and keep every pending file of a message. Raise MediaUnavailable to retry."""
        pending = await self._media.pending(message_id)
        if not pending:
            return
        account = await self._open_accounts.get(await self._media.account_id(message_id))
        organization = await self._organizations.get()
        for item in pending:
            try:
                found = await account.channel.download(item, account.credentials)
                self._check(found, organization)
            except MediaRefused as error:
                await self._media.refused(item.media_id, str(error))
            else:
                await self._keep(item, found)

    async def give_up(self, message_id: MessageId, reason: str) -> None:
        """Mark what is still pending as failed, so that the agent sees it."""
        for item in await self._media.pending(message_id):
            await self._media.failed(item.media_id, reason)

    def _check(self, found: DownloadedMedia, organization: Organization) -> None:
        require_allowed(found.mime_type, organization)
        require_size(len(found.content), min(self._max_bytes, organization.attachment_max_bytes))

    async def _keep(self, item: MediaItem, found: DownloadedMedia) -> None:
        await self._blobs.put(item.media_id, found.content)
        await self._media.stored(
            item.media_id,
            size=len(found.content),
            mime_type=found.mime_type,
            file_name=found.file_name or item.file_name,
            sha256=hashlib.sha256(found.content).digest(),
        )
        if not await self._media.is_known(item.media_id):
            # Its person was erased meanwhile, and only the row knew of these bytes.
            await self._blobs.delete(item.media_id)
