"""A message in a few words, for lists and quotes."""

from typing import Final, assert_never

from console.texts import Texts
from domain.messages import (
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    MediaItem,
    TemplateUse,
    Text,
    Unsupported,
    words_of_cards,
)

_KIBIBYTE: Final = 1024


def excerpt(content: Content, texts: Texts) -> str:
    """What was said, on one line."""
    match content:
        case Text() | TemplateUse():
            found = content.text
        case Choice():
            found = content.text
        case Media():
            found = content.caption or ", ".join(kind_of(item, texts) for item in content.items)
        case Cards():
            found = words_of_cards(content) or texts.photo
        case Location():
            found = content.label or texts.location
        case Unsupported():
            found = content.text or texts.unsupported.format(kind=content.provider_type)
        case Erased():
            found = texts.erased
        case _:
            assert_never(content)
    return " ".join(found.split())


def kind_of(item: MediaItem, texts: Texts) -> str:
    """`Photo`, or the name of a file that has one."""
    kinds = {"image": texts.photo, "video": texts.video, "audio": texts.audio}
    if item.mime_type == "text/vcard":
        return texts.contact_card
    return kinds.get(item.mime_type.partition("/")[0]) or item.file_name or texts.file


def readable_size(size: int) -> str:
    """`12 KB`."""
    kibibytes = max(1, round(size / _KIBIBYTE))
    return f"{kibibytes} KB" if kibibytes < _KIBIBYTE else f"{kibibytes / _KIBIBYTE:.1f} MB"
