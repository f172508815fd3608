"""What we say, in the shapes that both of Google's channels take."""

from typing import Final, TypeAlias, assert_never

from domain.errors import ContentRejected
from domain.messages import (
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    OutboundMessage,
    TemplateUse,
    Text,
    Unsupported,
)

Json: TypeAlias = dict[str, object]
TEXT_LIMIT: Final = 3072
CAPTION_LIMIT: Final = 2000
"""What a card's description may have."""
_MAP: Final = "https://www.google.com/maps/search/?api=1&query="


def text_of(content: Text | TemplateUse | Location) -> str:
    """The words of what has words; a place is a link to it."""
    if not isinstance(content, Location):
        return content.text
    link = f"{_MAP}{content.latitude:.6f}%2C{content.longitude:.6f}"
    return "\n".join(part for part in (content.label, content.address, link) if part)


def file_of(message: OutboundMessage, media: Media) -> tuple[str, str]:
    """Address and type of the one file of a message."""
    if len(message.media_urls) != 1 or len(media.items) != 1:
        raise ContentRejected("Google takes one file in a message: send each on its own.")
    return message.media_urls[0], media.items[0].mime_type


def words_and_link(caption: str, url: str) -> str:
    """A file as a link, for what no card can carry: nothing that was said is left out."""
    text = f"{caption}\n{url}" if caption else url
    if len(text) > TEXT_LIMIT:
        raise ContentRejected("This caption is too long to go with a file: send it on its own.")
    return text


def sendable(content: Content) -> Text | TemplateUse | Location | Media | Cards:
    """What can leave at all. Raise ContentRejected."""
    match content:
        case Text() | TemplateUse() | Location() | Media() | Cards():
            return content
        case Choice() | Unsupported() | Erased():
            raise ContentRejected(f"A {content.kind} cannot be sent over Google's channels.")
        case _:
            assert_never(content)
