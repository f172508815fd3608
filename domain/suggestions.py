"""Suggestions: what a customer may tap instead of typing."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from domain.values import Value

MAX_SUGGESTIONS: Final = 13
"""The most that any messenger shows under one message."""
MAX_ON_A_CARD: Final = 4
LABEL_LIMIT: Final = 100
PAYLOAD_LIMIT: Final = 2048
URL_LIMIT: Final = 2048

_Label: TypeAlias = Annotated[str, Field(min_length=1, max_length=LABEL_LIMIT, pattern=r"\S")]


class Reply(Value):
    """An answer. Tapped, it comes back as a choice with this text and this payload."""

    kind: Literal["reply"] = "reply"
    text: _Label
    payload: str = Field(min_length=1, max_length=PAYLOAD_LIMIT)


class OpenUrl(Value):
    """A page to open."""

    kind: Literal["open_url"] = "open_url"
    text: _Label
    url: str = Field(max_length=URL_LIMIT, pattern=r"^https?://[^\s/]\S*$")


class Dial(Value):
    """A number to call, with country code."""

    kind: Literal["dial"] = "dial"
    text: _Label
    phone: str = Field(pattern=r"^\+[1-9][0-9]{4,14}$")


Suggestion: TypeAlias = Annotated[Reply | OpenUrl | Dial, Field(discriminator="kind")]
Suggestions: TypeAlias = Annotated[tuple[Suggestion, ...], Field(max_length=MAX_SUGGESTIONS)]
SuggestionsOfCard: TypeAlias = Annotated[tuple[Suggestion, ...], Field(max_length=MAX_ON_A_CARD)]
