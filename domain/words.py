"""What was said, as words: of a text all of it, of a file its caption, of a place its label."""

from typing import assert_never

from domain.messages import (
    Choice,
    Content,
    Erased,
    Location,
    Media,
    TemplateUse,
    Text,
    Unsupported,
)


def words_of(content: Content) -> str:
    """What was said, as it was written."""
    match content:
        case Text() | TemplateUse() | Choice() | Unsupported():
            return content.text
        case Media():
            return content.caption
        case Location():
            return content.label or ""
        case Erased():
            return ""
        case _:
            assert_never(content)
