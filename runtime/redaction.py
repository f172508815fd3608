"""Keeps secrets, message text and people's addresses out of the logs: by name, and by looks."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from structlog.typing import EventDict, WrappedLogger

REDACTED: Final = "[redacted]"
_DEEPEST: Final = 6

# A key is private when one of its words is: `auth_token`, `customerPhone`, `X-Line-Signature`.
_PRIVATE_WORD: Final = re.compile(
    r"address(es)?|authorization|body|caption|cookies?|credentials?|email|filename|passw(or)?d"
    r"|payload|phone|profile|secrets?|signature|texts?|tokens?"
)
_PRIVATE_KEYS: Final = frozenset({"api_key", "customer_name", "display_name", "from", "to"})
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_CREDENTIALS: Final = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)
_URL_PASSWORD: Final = re.compile(r"(://[^\s:/@]*):[^\s@/]+@")
_CHANNEL_ADDRESS: Final = re.compile(
    r"\b(whatsapp|rcs|messenger|sms|tel|mailto)(:|%3A)[^\s\"'&,)}\]]+", re.IGNORECASE
)
_LINE_ID: Final = re.compile(r"\b[UCR][0-9a-f]{32}\b")
_PHONE_NUMBER: Final = re.compile(r"(?:\+|%2B)\d(?:[ ()./-]{0,2}\d){6,14}\b", re.IGNORECASE)
# Most values are ids and names of ours: nothing that is looked for above fits into these characters.
_HARMLESS: Final = re.compile(r"[a-z0-9_./{}-]*")


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor; it comes last before rendering, so that nothing is added after it."""
    return {key: _value(str(key), value, depth=0) for key, value in event.items()}


def redact_text(text: str) -> str:
    """`text` without what looks like a credential, a phone number or a person's id at a provider."""
    if _HARMLESS.fullmatch(text):
        return text
    text = _CREDENTIALS.sub(rf"\1 {REDACTED}", text)
    text = _URL_PASSWORD.sub(rf"\1:{REDACTED}@", text)
    text = _CHANNEL_ADDRESS.sub(rf"\1\2{REDACTED}", text)
    return _PHONE_NUMBER.sub(REDACTED, _LINE_ID.sub(REDACTED, text))


@lru_cache(maxsize=1024)
def is_private(key: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(key)]
    return "_".join(words) in _PRIVATE_KEYS or any(map(_PRIVATE_WORD.fullmatch, words))


def _value(key: str, value: object, *, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if is_private(key) or depth > _DEEPEST or isinstance(value, bytes):
        return REDACTED
    if isinstance(value, int | float):
        return value
    return _inside(value, depth + 1)


def _inside(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        return {str(key): _value(str(key), each, depth=depth) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value("", each, depth=depth) for each in value]
    return redact_text(str(value))
