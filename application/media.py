"""Customers' files on their way from the provider into our own store."""

import hashlib

from application.media_policy import require_harmless, require_receivable, require_size
from application.open_accounts import OpenAccounts
from application.safekeeping import Safekeeping, count_refusal
from channels.file_types import extensions
from domain.channels import Capabilities
from domain.configuration import Organization
from domain.errors import MediaRefused
from domain.ids import MessageId
from domain.messages import DownloadedMedia, MediaItem
from storage.media import MediaFiles, Stored
from storage.organization import Organizations


class MediaCopying:
    """Fulfils `domain.ports.MediaCopier`. Repeating it fetches only what is still missing."""

    def __init__(
        self,
        *,
        media: MediaFiles,
        safekeeping: Safekeeping,
        organizations: Organizations,
        open_accounts: OpenAccounts,
        max_bytes: int,
    ) -> None:
        self._media = media
        self._safekeeping = safekeeping
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
                self._check(found, account.channel.capabilities, organization)
                await self._safekeeping.require_clean(found.content)
            except MediaRefused as error:
                count_refusal(error)
                await self._media.refused(item.media_id, str(error))
            else:
                await self._keep(item, found)

    async def give_up(self, message_id: MessageId, reason: str) -> None:
        """Mark what is still pending as failed, so that the agent sees it."""
        for item in await self._media.pending(message_id):
            await self._media.failed(item.media_id, reason)

    def _check(
        self, found: DownloadedMedia, capabilities: Capabilities, organization: Organization
    ) -> None:
        size = len(found.content)
        require_receivable(found.mime_type, size, capabilities, organization)
        require_harmless(extensions(found.file_name, found.content), organization)
        require_size(size, self._max_bytes)

    async def _keep(self, item: MediaItem, found: DownloadedMedia) -> None:
        thumbnail = await self._safekeeping.keep(item.media_id, found.content, found.mime_type)
        stored = Stored(
            size=len(found.content),
            mime_type=found.mime_type,
            file_name=found.file_name or item.file_name,
            sha256=hashlib.sha256(found.content).digest(),
            thumbnail=thumbnail,
        )
        await self._media.stored(item.media_id, stored)
        if not await self._media.is_known(item.media_id):
            # Its person was erased meanwhile, and only the row knew of these bytes.
            await self._safekeeping.forget(item.media_id)
