"""What the events of both of Google's channels need to be filed, and share in what they say."""

import re
from typing import Final

from channels.fields import Fields
from domain.messages import Choice

ID: Final = re.compile(r"\w[\w.~:=/+-]{0,254}", re.ASCII)
DETAIL_LIMIT: Final = 2048
_PAYLOAD_LIMIT: Final = 4096


class NotFilable(Exception):
    """It has no id, no sender, or is not what its name or type promises."""


def first_id(*candidates: str) -> str:
    """The first that is one. Raise NotFilable."""
    for candidate in candidates:
        if ID.fullmatch(candidate):
            return candidate
    raise NotFilable("It has no id: told twice, it could not be recognised.")


def tapped(suggestion: Fields) -> Choice | None:
    """The tap on a suggested reply or action."""
    payload = suggestion.text("postbackData", limit=_PAYLOAD_LIMIT)
    text = suggestion.text("text") or payload
    return Choice(text=text, payload=payload or text, source="button") if text else None
