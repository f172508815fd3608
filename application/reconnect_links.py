"""Links by which customers come back to a chat: signed for one chat of one customer, nothing else.

A link by itself only says that we made it. Whether it still leads anywhere, the chat decides.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from domain.ids import ConversationId

PARAMETER: Final = "holdfast_reconnect"
# No chat waits longer for its customer than a day; one that is not lost yet may go on for a few.
LIFETIME: Final = timedelta(days=7)
_PURPOSE: Final = b"holdfast reconnect links 1"
_ID_BYTES: Final = 16
_TIME_BYTES: Final = 5
_LENGTH: Final = _ID_BYTES + _TIME_BYTES + hashlib.sha256().digest_size


class ReconnectLink(NamedTuple):
    """What a token carries. Nothing of it is true before its signature was checked."""

    conversation_id: ConversationId
    expires_at: datetime
    signature: bytes


class ReconnectLinks:
    """Signs with the first key; a link signed with any of them is good."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in keys]

    def token(self, conversation_id: ConversationId, address: str) -> str:
        """For the customer with this address, to this chat."""
        until = datetime.now(UTC) + LIFETIME
        head = conversation_id.bytes + int(until.timestamp()).to_bytes(_TIME_BYTES)
        signature = _signature(self._keys[0], head, address)
        return urlsafe_b64encode(head + signature).rstrip(b"=").decode()

    def is_ours(self, link: ReconnectLink, address: str) -> bool:
        """Made by us, for the customer with this address, and not too long ago."""
        head = link.conversation_id.bytes + int(link.expires_at.timestamp()).to_bytes(_TIME_BYTES)
        matches = [
            hmac.compare_digest(_signature(key, head, address), link.signature) for key in self._keys
        ]
        return any(matches) and datetime.now(UTC) < link.expires_at


def read(token: str) -> ReconnectLink | None:
    """What a token says; None for anything else."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        if len(raw) != _LENGTH:
            return None
        seconds = int.from_bytes(raw[_ID_BYTES : _ID_BYTES + _TIME_BYTES])
        expires_at = datetime.fromtimestamp(seconds, UTC)
    except (NotBase64, UnicodeEncodeError, ValueError, OverflowError, OSError):
        return None
    return ReconnectLink(UUID(bytes=raw[:_ID_BYTES]), expires_at, raw[_ID_BYTES + _TIME_BYTES :])


def on_page(portal_url: str, token: str) -> str:
    """The page that carries the widget, with the token for it to exchange."""
    return f"{portal_url}{'&' if urlsplit(portal_url).query else '?'}{PARAMETER}={token}"


def _signature(key: bytes, head: bytes, address: str) -> bytes:
    return hmac.digest(key, head + address.encode(), hashlib.sha256)
