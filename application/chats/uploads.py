"""Files that customers send in a chat: looked into, kept, and only then part of a message."""

import hashlib
from typing import Final
from uuid import UUID

import structlog

from application.chats.chatting import Chatting
from application.chats.sessions import Sessions
from application.media_policy import NOT_WANTED, require_harmless, require_sendable, require_size
from application.safekeeping import Safekeeping, count_refusal
from channels.file_types import extensions, safe_name, sniff
from domain.channels import Capabilities
from domain.chats import ChatMessage, ChatSession
from domain.errors import ChatEnded, MediaRefused
from domain.ids import ConversationId, new_id
from domain.messages import Media, MediaItem, MediaState
from domain.values import Value
from storage.chat_messages import ENDED, ChatMessages
from storage.media import MediaFiles, MediaRow
from storage.organization import Organizations

CAPTION_LIMIT: Final = 1_000

log = structlog.get_logger()


class NewFile(Value):
    """A file as a browser sends it. Its type is only what the browser says."""

    content: bytes
    declared_type: str
    file_name: str | None = None
    caption: str = ""


class Uploads:
    """The same care as for agents' files, and for those that providers hand over."""

    def __init__(
        self,
        *,
        chatting: Chatting,
        sessions: Sessions,
        messages: ChatMessages,
        media: MediaFiles,
        safekeeping: Safekeeping,
        organizations: Organizations,
        capabilities: Capabilities,
        max_bytes: int,
    ) -> None:
        self._chatting = chatting
        self._sessions = sessions
        self._messages = messages
        self._media = media
        self._safekeeping = safekeeping
        self._organizations = organizations
        self._capabilities = capabilities
        self.max_bytes = max_bytes

    async def send(
        self, session: ChatSession, conversation_id: ConversationId, client_id: UUID, file: NewFile
    ) -> tuple[ChatMessage, bool]:
        """Keep the file and the message it is in; say whether it is new."""
        view = await self._chatting.view(session, conversation_id)
        if await self._messages.kept(session, conversation_id, client_id) is not None:
            return await self._chatting.keep(session, conversation_id, client_id, Media(items=()))
        if not view.can_write:
            raise ChatEnded(ENDED)
        row = await self._kept(session, conversation_id, file)
        try:
            content = Media(items=(_item(row),), caption=file.caption)
            message, is_new = await self._chatting.keep(session, conversation_id, client_id, content)
        except BaseException:
            await self._forget(row)
            raise
        if not is_new:
            await self._forget(row)
        return message, is_new

    async def _kept(
        self, session: ChatSession, conversation_id: ConversationId, file: NewFile
    ) -> MediaRow:
        row = MediaRow(
            media_id=new_id(),
            conversation_id=conversation_id,
            mime_type=sniff(file.content, file.declared_type),
            file_name=safe_name(file.file_name),
            size=len(file.content),
            state=MediaState.STORED,
        )
        try:
            await self._require_wanted(session, row, file.content)
        except MediaRefused as error:
            count_refusal(error)
            raise
        thumbnail = await self._safekeeping.keep(row.media_id, file.content, row.mime_type)
        row = row.model_copy(update={"thumbnail": thumbnail})
        try:
            await self._media.add_upload(row, hashlib.sha256(file.content).digest())
        except BaseException:
            await self._forget(row)
            raise
        return row

    async def _require_wanted(self, session: ChatSession, row: MediaRow, content: bytes) -> None:
        """The cheap questions first, the scanner last."""
        if not content:
            raise MediaRefused("The file is empty.")
        require_size(len(content), self.max_bytes)
        if not (await self._sessions.widget(session.widget_id)).customers_may_send_files:
            raise MediaRefused(NOT_WANTED)
        organization = await self._organizations.get()
        require_harmless(extensions(row.file_name, content), organization)
        require_sendable(row.mime_type, len(content), self._capabilities, organization)
        await self._safekeeping.require_clean(content)

    async def _forget(self, row: MediaRow) -> None:
        """Bytes first: the row is all that knows of them. Never those of a message that was kept.

        What failed may have failed after the message was, or nobody knows.
        """
        try:
            if await self._media.is_in_a_message(row.media_id):
                return
            await self._safekeeping.forget(row.media_id)
            await self._media.forget_upload(row.media_id)
        except Exception:  # the caller shall learn what failed first
            log.exception("a file stays that belongs to no message", media_id=str(row.media_id))


def _item(row: MediaRow) -> MediaItem:
    return MediaItem(
        media_id=row.media_id,
        mime_type=row.mime_type,
        state=row.state,
        file_name=row.file_name,
        size=row.size,
        thumbnail=row.thumbnail,
    )
