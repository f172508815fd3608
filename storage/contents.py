"""What was said, as it is stored: files have rows of their own, because their state changes."""

from typing import Any, Final

from psycopg.types.json import Jsonb

from domain.messages import Cards, Content, Media, MediaItem
from storage.documents import document

_KNOWN_BY_ITS_ROW: Final = frozenset(MediaItem.model_fields) - {"media_id"}
_PICTURES: Final[dict[str, Any]] = {"cards": {"__all__": {"image": _KNOWN_BY_ITS_ROW}}}


def content_document(content: Content) -> Jsonb:
    """The content without its files; `message_views` puts them back as they are then."""
    match content:
        case Media():
            return document(content.model_dump(exclude={"items"}))
        case Cards():
            return document(content.model_dump(exclude=_PICTURES))
        case _:
            return document(content.model_dump())


def media_document(content: Content) -> Jsonb:
    """The files of a customer's content, in their order."""
    items = content.items if isinstance(content, Media) else ()
    return document([{**item.model_dump(), "position": number} for number, item in enumerate(items)])
