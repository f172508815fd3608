"""Ids as LINE shapes them."""

import re
import secrets
from typing import Final

CHAT: Final = re.compile(r"[UCR][0-9a-f]{32}")
USER: Final = re.compile(r"U[0-9a-f]{32}")
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MESSAGE_ID_DIGITS: Final = 18


def new_message_id() -> str:
    """Digits, more of them than a JavaScript number holds."""
    return str(secrets.randbelow(9) + 1) + "".join(
        str(secrets.randbelow(10)) for _ in range(_MESSAGE_ID_DIGITS - 1)
    )


def new_event_id() -> str:
    """A ULID by its looks."""
    return "01" + "".join(secrets.choice(_CROCKFORD) for _ in range(24))


def new_token() -> str:
    """For replies, quotes, and marking as read."""
    return secrets.token_hex(16)
