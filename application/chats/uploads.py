"""Files that customers send in a chat: looked into, kept, and only then part of a message."""

from typing import Final
from uuid import UUID

from application.chats.chatting import Chatting
from application.chats.sessions import Sessions
from application.media_policy import NOT_WANTED
from application.uploading import HandedFile, Uploading
from domain.channels import Capabilities
from domain.chats import ChatMessage, ChatSession
from domain.errors import ChatEnded, MediaRefused
from domain.ids import ConversationId
from domain.messages import Media, MediaItem
from storage.chat_messages import ENDED, ChatMessages
from storage.media import MediaRow

CAPTION_LIMIT: Final = 1_000


class Uploads:
    """The same care as for agents' files, and for those that providers hand over."""

    def __init__(
        self,
        *,
        chatting: Chatting,
        sessions: Sessions,
        messages: ChatMessages,
        uploading: Uploading,
        capabilities: Capabilities,
    ) -> None:
        self._chatting = chatting
        self._sessions = sessions
        self._messages = messages
        self._uploading = uploading
        self._capabilities = capabilities

    @property
    def max_bytes(self) -> int:
        """The largest file that is taken at all."""
        return self._uploading.max_bytes

    async def send(
        self,
        session: ChatSession,
        conversation_id: ConversationId,
        client_id: UUID,
        file: HandedFile,
        caption: str,
    ) -> tuple[ChatMessage, bool]:
        """Keep the file and the message it is in; say whether it is new."""
        view = await self._chatting.view(session, conversation_id)
        if await self._messages.kept(session, conversation_id, client_id) is not None:
            return await self._chatting.keep(session, conversation_id, client_id, Media(items=()))
        if not view.can_write:
            raise ChatEnded(ENDED)
        row = await self._kept(session, conversation_id, file)
        try:
            content = Media(items=(_item(row),), caption=caption)
            message, is_new = await self._chatting.keep(session, conversation_id, client_id, content)
        except BaseException:
            await self._uploading.forget(row)
            raise
        if not is_new:
            await self._uploading.forget(row)
        return message, is_new

    async def _kept(
        self, session: ChatSession, conversation_id: ConversationId, file: HandedFile
    ) -> MediaRow:
        async def require_permission() -> None:
            if not (await self._sessions.widget(session.widget_id)).customers_may_send_files:
                raise MediaRefused(NOT_WANTED)

        return await self._uploading.keep(conversation_id, file, self._capabilities, require_permission)


def _item(row: MediaRow) -> MediaItem:
    return MediaItem(
        media_id=row.media_id,
        mime_type=row.mime_type,
        state=row.state,
        file_name=row.file_name,
        size=row.size,
        thumbnail=row.thumbnail,
    )
