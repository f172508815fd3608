"""What an agent typed, as messages the channel can carry; refused before anything is stored."""

from collections.abc import Sequence
from typing import Final, Self

from pydantic import ConfigDict, Field, model_validator

from application.media_policy import require_harmless, require_sendable
from channels import rendering
from channels.file_types import extensions
from domain.channels import Capabilities
from domain.configuration import Organization
from domain.errors import InvalidInput, Refused
from domain.ids import MediaId, TemplateId
from domain.messages import Content, Location, Media, MediaItem, MediaState, Text
from domain.values import Value
from domain.views import ConversationView
from storage.media import MediaFiles, MediaRow
from storage.organization import Organizations

# A pasted document is a mistake, or a file.
MAX_PARTS: Final = 10
MAX_ATTACHMENTS: Final = 10
MAX_TEXT: Final = 20_000


class TemplateChoice(Value):
    """Which template, in which language, filled in with what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template_id: TemplateId
    language: str | None = None
    variables: dict[str, str] = Field(default_factory=dict)


class Draft(Value):
    """What an agent wants to say in their own words: a text, files with or without one, a place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = Field(default=None, max_length=MAX_TEXT)
    attachments: tuple[MediaId, ...] = Field(default=(), max_length=MAX_ATTACHMENTS)
    location: Location | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        says_words = bool(self.attachments or (self.text or "").strip())
        if says_words == (self.location is not None):
            raise ValueError("Give a text, attachments with or without a text, or a location.")
        return self


class Composer:
    """Knows what each channel carries, from its capabilities, and nothing of its provider."""

    def __init__(self, media: MediaFiles, organizations: Organizations) -> None:
        self._media = media
        self._organizations = organizations

    async def compose(
        self, conversation: ConversationView, draft: Draft, capabilities: Capabilities
    ) -> list[Content]:
        """The messages this draft takes, in order. A long text is split, never cut."""
        if draft.location is not None:
            return [draft.location]
        files = await self._attachments(conversation, draft.attachments, capabilities)
        parts = rendering.split_text((draft.text or "").strip(), capabilities)
        if len(parts) > MAX_PARTS:
            raise InvalidInput(f"This text takes {len(parts)} messages. Shorten it, or send a file.")
        if files and len(parts) == 1:
            return _captioned(files, parts[0], capabilities.media_per_message)
        texts: list[Content] = [Text(text=part) for part in parts]
        return texts + _captioned(files, "", capabilities.media_per_message)

    async def _attachments(
        self, conversation: ConversationView, media_ids: Sequence[MediaId], capabilities: Capabilities
    ) -> list[MediaItem]:
        if len(set(media_ids)) < len(media_ids):
            raise InvalidInput("The same file is attached twice.")
        organization = await self._organizations.get()
        files = [await self._media.get(media_id) for media_id in media_ids]
        return [_item(file, conversation, capabilities, organization) for file in files]


def _item(
    file: MediaRow,
    conversation: ConversationView,
    capabilities: Capabilities,
    organization: Organization,
) -> MediaItem:
    if file.conversation_id != conversation.conversation_id or file.state is not MediaState.STORED:
        raise InvalidInput("An attachment was not uploaded for this conversation. Upload it again.")
    if file.message_id is not None:
        raise Refused("An attachment was sent already. Upload it again to send it twice.")
    require_sendable(file.mime_type, file.size or 0, capabilities, organization)
    require_harmless(extensions(file.file_name), organization)
    return MediaItem(
        media_id=file.media_id,
        mime_type=file.mime_type,
        state=file.state,
        file_name=file.file_name,
        size=file.size,
        thumbnail=file.thumbnail,
    )


def _captioned(files: Sequence[MediaItem], caption: str, at_once: int) -> list[Content]:
    starts = range(0, len(files), max(at_once, 1))
    groups = [tuple(files[start : start + max(at_once, 1)]) for start in starts]
    return [
        Media(items=group, caption="" if number else caption) for number, group in enumerate(groups)
    ]
