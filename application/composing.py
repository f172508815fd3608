"""What an agent typed, as messages the channel can carry; refused before anything is stored."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self

from pydantic import ConfigDict, Field, model_validator

from application.media_policy import require_harmless, require_sendable
from channels import rendering
from channels.file_types import extensions
from domain.channels import Capabilities
from domain.configuration import Organization
from domain.errors import InvalidInput, Refused
from domain.ids import MediaId, TemplateId
from domain.messages import (
    MAX_CARDS,
    Card,
    Cards,
    CardWords,
    Content,
    Location,
    Media,
    MediaItem,
    MediaState,
    Text,
)
from domain.suggestions import Suggestions
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


class Uploaded(Value):
    """A file that was uploaded for the conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    media_id: MediaId


class NewCard(CardWords):
    """A card to send. Its picture is an uploaded one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: Uploaded | None = None

    @model_validator(mode="after")
    def _shows_something(self) -> Self:
        if not (self.title.strip() or self.text.strip() or self.image):
            raise ValueError("Give each card a title, a text or an image.")
        return self


class Draft(Value):
    """What an agent wants to say: a text, files with or without one, cards, or a place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = Field(default=None, max_length=MAX_TEXT)
    attachments: tuple[MediaId, ...] = Field(default=(), max_length=MAX_ATTACHMENTS)
    cards: tuple[NewCard, ...] = Field(default=(), max_length=MAX_CARDS)
    suggestions: Suggestions = ()
    location: Location | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        has_text = bool((self.text or "").strip())
        given = (has_text or bool(self.attachments), bool(self.cards), self.location is not None)
        if sum(given) != 1:
            raise ValueError("Give a text, attachments with or without a text, cards, or a location.")
        if self.suggestions and not (has_text or self.cards):
            raise ValueError("Suggestions stand beneath a text or cards. Give one of them.")
        return self


class Composer:
    """Knows what each channel carries, from its capabilities, and nothing of its provider."""

    def __init__(
        self, media: MediaFiles, organizations: Organizations, link_to: Callable[[MediaId], str]
    ) -> None:
        self._media = media
        self._organizations = organizations
        self._link_to = link_to

    async def compose(
        self, conversation: ConversationView, draft: Draft, capabilities: Capabilities
    ) -> list[Content]:
        """The messages this draft takes, in order. A long text is split, never cut."""
        if draft.location is not None:
            return [draft.location]
        files = await self._attachments(conversation, _files_of(draft), capabilities)
        said = _cards(draft, files) or _text(draft)
        parts = rendering.render(said, capabilities, lambda item: self._link_to(item.media_id))
        if len(parts) > MAX_PARTS:
            raise InvalidInput(f"This text takes {len(parts)} messages. Shorten it, or send a file.")
        return list(parts) if draft.cards else _with_files(parts, files, capabilities.media_per_message)

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


def _files_of(draft: Draft) -> list[MediaId]:
    pictures = [card.image.media_id for card in draft.cards if card.image is not None]
    return [*draft.attachments, *pictures]


def _text(draft: Draft) -> Text:
    return Text(text=(draft.text or "").strip(), suggestions=draft.suggestions)


def _cards(draft: Draft, files: Sequence[MediaItem]) -> Cards | None:
    if not draft.cards:
        return None
    pictures = {file.media_id: file for file in files}
    cards = tuple(_card(card, pictures) for card in draft.cards)
    return Cards(cards=cards, suggestions=draft.suggestions)


def _card(card: NewCard, pictures: Mapping[MediaId, MediaItem]) -> Card:
    image = pictures[card.image.media_id] if card.image else None
    if image is not None and not image.mime_type.startswith("image/"):
        raise InvalidInput("A card shows pictures only. Send other files as attachments.")
    words = {"title": card.title.strip(), "text": card.text.strip()}
    return Card(**words, image=image, suggestions=card.suggestions)


def _with_files(parts: Sequence[Content], files: Sequence[MediaItem], at_once: int) -> list[Content]:
    """What may be tapped comes last: some messengers take it away with the next message."""
    match parts:
        case [*_, Text(suggestions=(_, *_))]:
            return [*_captioned(files, "", at_once), *parts]
        case [Text() as only] if files:
            return _captioned(files, only.text, at_once)
        case _:
            return [*parts, *_captioned(files, "", at_once)]


def _captioned(files: Sequence[MediaItem], caption: str, at_once: int) -> list[Content]:
    starts = range(0, len(files), max(at_once, 1))
    groups = [tuple(files[start : start + max(at_once, 1)]) for start in starts]
    return [
        Media(items=group, caption="" if number else caption) for number, group in enumerate(groups)
    ]
