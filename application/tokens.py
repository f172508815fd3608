"""Bearer tokens: how they are made, told apart and remembered.

Each carries 256 random bits, so SHA-256 alone keeps the stored digest safe, and looking it up by
its digest tells a guesser nothing by its timing.
"""

import hashlib
import secrets
from typing import Final, NamedTuple

KEY_START: Final = "hf_"
SESSION_START: Final = "hfs_"
SECRET_BYTES: Final = 32
MAX_LENGTH: Final = 200


class NewKey(NamedTuple):
    """An API key at the one moment its secret is known."""

    prefix: str
    token: str


def new_key() -> NewKey:
    """`hf_<prefix>_<secret>`; the prefix tells people which key it is."""
    prefix = secrets.token_hex(4)
    return NewKey(prefix, f"{KEY_START}{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}")


def new_session() -> str:
    """The token of one sign-in."""
    return SESSION_START + secrets.token_urlsafe(SECRET_BYTES)


def is_session(token: str) -> bool:
    """A sign-in's token, not an API key's."""
    return token.startswith(SESSION_START)


def digest(token: str) -> bytes:
    """All that is stored of a token."""
    return hashlib.sha256(token.encode()).digest()
