"""Addresses under which a provider may fetch one file of ours, for a while."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.errors import NotFound
from domain.ids import MediaId
from storage.blobs import Part

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

    def link(self, media_id: MediaId, part: Part = Part.FILE, lifetime: timedelta | None = None) -> str:
        expires = int((datetime.now(UTC) + (lifetime or LIFETIME)).timestamp())
        path = _path(media_id, part)
        signature = _signature(self._keys[0], path, expires)
        return f"{self._public_url}/media/{path}?expires={expires}&signature={signature}"

    def check(self, media_id: MediaId, expires: int, signature: str, part: Part = Part.FILE) -> None:
        """Raise NotFound, which tells nothing about the file, unless the link is ours and fresh."""
        expected = [_signature(key, _path(media_id, part), expires) for key in self._keys]
        matches = [hmac.compare_digest(each.encode(), signature.encode()) for each in expected]
        if not any(matches) or expires <= datetime.now(UTC).timestamp():
            raise NotFound(_NO_SUCH_FILE)


def _path(media_id: MediaId, part: Part) -> str:
    return str(media_id) if part is Part.FILE else f"{media_id}/{part}"


def _signature(key: bytes, path: str, expires: int) -> str:
    return hmac.digest(key, f"{path}:{expires}".encode(), hashlib.sha256).hex()
