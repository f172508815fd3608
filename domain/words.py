"""What was said, as words: of a text all of it, of a file its caption, of a place its label."""

from typing import assert_never

from domain.messages import (
    Cards,
    Choice,
    Content,
    Erased,
    Location,
    Media,
    TemplateUse,
    Text,
    Unsupported,
    words_of_cards,
)


def words_of(content: Content) -> str:
    """What was said, as it was written."""
    match content:
        case Text() | TemplateUse() | Choice() | Unsupported():
            return content.text
        case Media():
            return content.caption
        case Cards():
            return words_of_cards(content)
        case Location():
            return content.label or ""
        case Erased():
            return ""
        case _:
            assert_never(content)
