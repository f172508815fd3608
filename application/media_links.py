"""Addresses under which a provider may fetch one file of ours, for a while."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.errors import NotFound
from domain.ids import MediaId

# Twilio fetches the file when the message leaves its queue, where it may wait for four hours, or
# ten by another of its pages (https://www.twilio.com/docs/whatsapp/best-practices-and-faqs).
LIFETIME: Final = timedelta(hours=12)
_PURPOSE: Final = b"holdfast media links 1"
_NO_SUCH_FILE: Final = "There is no such file, or its link has expired."


class MediaLinks:
    """Signs with the first key; a link signed with any of them is good."""

    def __init__(self, public_url: str, keys: Sequence[str]) -> None:
        self._public_url = public_url
        self._keys = [hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in keys]

    def link(self, media_id: MediaId) -> str:
        expires = int((datetime.now(UTC) + LIFETIME).timestamp())
        signature = _signature(self._keys[0], media_id, expires)
        return f"{self._public_url}/media/{media_id}?expires={expires}&signature={signature}"

    def check(self, media_id: MediaId, expires: int, signature: str) -> None:
        """Raise NotFound, which tells nothing about the file, unless the link is ours and fresh."""
        expected = [_signature(key, media_id, expires) for key in self._keys]
        matches = [hmac.compare_digest(each.encode(), signature.encode()) for each in expected]
        if not any(matches) or expires <= datetime.now(UTC).timestamp():
            raise NotFound(_NO_SUCH_FILE)


def _signature(key: bytes, media_id: MediaId, expires: int) -> str:
    return hmac.digest(key, f"{media_id}:{expires}".encode(), hashlib.sha256).hex()
