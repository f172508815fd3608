"""What an agent typed into the two fields of a suggestion, as one."""

import re
from typing import Final

from pydantic import ValidationError

from console.texts import Texts
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion

_PHONE: Final = re.compile(r"\+[0-9 ()./-]+")
_NO_DIGIT: Final = re.compile(r"[^0-9]")


class Unclear(Exception):
    """What was typed is no suggestion; the message says why."""


def suggestion_of(label: str, answer: str, texts: Texts) -> Suggestion | None:
    """An address opens, a number calls, anything else answers. None: nothing was typed."""
    label, answer = label.strip(), answer.strip()
    if not (label or answer):
        return None
    try:
        if answer.lower().startswith(("http://", "https://")):
            return OpenUrl(text=label, url=answer)
        if _PHONE.fullmatch(answer):
            return Dial(text=label, phone="+" + _NO_DIGIT.sub("", answer))
        return Reply(text=label, payload=answer or label)
    except ValidationError as error:
        raise Unclear(texts.suggestion_unclear.format(label=label or answer)) from error
