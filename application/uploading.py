"""Files that people hand us themselves, agents and customers: looked into, then kept for a message."""

import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Protocol

import structlog

from application.media_policy import require_harmless, require_sendable, require_size
from application.safekeeping import Safekeeping, count_refusal
from channels.file_types import extensions, safe_name, sniff
from domain.channels import Capabilities
from domain.errors import MediaRefused
from domain.ids import ConversationId, new_id
from domain.messages import MediaState
from domain.values import Value
from storage.media import MediaFiles, MediaRow
from storage.organization import Organizations

log = structlog.get_logger()


# The largest HOLDFAST_MEDIA_MAX_BYTES that can be set, and what multipart adds around it.
LARGEST_BODY: Final = 201 * 1024 * 1024


class Part(Protocol):
    """A file within a form, as web frameworks have it."""

    @property
    def filename(self) -> str | None:
        """As the browser names it."""

    @property
    def content_type(self) -> str | None:
        """What the browser takes it for."""

    async def read(self, size: int = -1) -> bytes:
        """So many bytes of it."""


class HandedFile(Value):
    """A file as a browser sends it. Its type is only what the browser says."""

    content: bytes
    declared_type: str
    file_name: str | None = None

    @classmethod
    async def read(cls, part: Part, max_bytes: int) -> "HandedFile":
        """No more of it than shows that it is too large."""
        return cls(
            content=await part.read(max_bytes + 1),
            declared_type=part.content_type or "",
            file_name=part.filename,
        )


class Uploading:
    """The same care for everybody's files as for those that providers hand over."""

    def __init__(
        self,
        *,
        media: MediaFiles,
        safekeeping: Safekeeping,
        organizations: Organizations,
        max_bytes: int,
    ) -> None:
        self._media = media
        self._safekeeping = safekeeping
        self._organizations = organizations
        self.max_bytes = max_bytes

    async def keep(
        self,
        conversation_id: ConversationId,
        file: HandedFile,
        capabilities: Capabilities,
        require_permission: Callable[[], Awaitable[None]],
    ) -> MediaRow:
        """Bytes and row, for a message that is still to be written. Its type is what its bytes say.

        Raises MediaRefused, also from `require_permission`, and MediaUnavailable.
        """
        row = MediaRow(
            media_id=new_id(),
            conversation_id=conversation_id,
            mime_type=sniff(file.content, file.declared_type),
            file_name=safe_name(file.file_name),
            size=len(file.content),
            state=MediaState.STORED,
        )
        try:
            await self._require_wanted(row, file.content, capabilities, require_permission)
        except MediaRefused as error:
            count_refusal(error)
            raise
        thumbnail = await self._safekeeping.keep(row.media_id, file.content, row.mime_type)
        row = row.model_copy(update={"thumbnail": thumbnail})
        try:
            await self._media.add_upload(row, hashlib.sha256(file.content).digest())
        except BaseException:
            with self._at_most_told(row):
                await self._drop(row)
            raise
        return row

    async def forget(self, row: MediaRow) -> None:
        """It shall be part of no message after all, unless it is: what failed may have failed later."""
        with self._at_most_told(row):
            if not await self._media.is_in_a_message(row.media_id):
                await self._drop(row)

    async def _drop(self, row: MediaRow) -> None:
        """Bytes first: the row is all that knows of them."""
        await self._safekeeping.forget(row.media_id)
        await self._media.forget_upload(row.media_id)

    @contextlib.contextmanager
    def _at_most_told(self, row: MediaRow) -> Iterator[None]:
        """The caller shall learn what failed first."""
        try:
            yield
        except Exception:
            log.exception("a file stays that belongs to no message", media_id=str(row.media_id))

    async def _require_wanted(
        self,
        row: MediaRow,
        content: bytes,
        capabilities: Capabilities,
        require_permission: Callable[[], Awaitable[None]],
    ) -> None:
        """The cheap questions first, the scanner last."""
        if not content:
            raise MediaRefused("The file is empty.")
        require_size(len(content), self.max_bytes)
        await require_permission()
        organization = await self._organizations.get()
        require_harmless(extensions(row.file_name, content), organization)
        require_sendable(row.mime_type, len(content), capabilities, organization)
        await self._safekeeping.require_clean(content)
