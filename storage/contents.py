"""What was said, as it is stored: files have rows of their own, because their state changes."""

from psycopg.types.json import Jsonb

from domain.messages import Content, Media
from storage.documents import document


def content_document(content: Content) -> Jsonb:
    """The content without its files; `message_views` puts them back as they are then."""
    return document(content.model_dump(exclude={"items"} if isinstance(content, Media) else None))


def media_document(content: Content) -> Jsonb:
    """The files of a content, in their order."""
    items = content.items if isinstance(content, Media) else ()
    return document([{**item.model_dump(), "position": number} for number, item in enumerate(items)])
