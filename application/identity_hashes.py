"""Keyed hashes of numbers and ids: enough to recognise somebody who was erased, if one has the key."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

_PURPOSE: Final = b"holdfast identity hashes 1"


class IdentityHashes:
    """Made with the first key; recognised with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in keys]

    def of(self, identifier: str) -> str:
        return _hash(self._keys[0], identifier)

    def possible(self, identifier: str) -> list[str]:
        """What `of` may have made of it, whichever key was the first then."""
        return [_hash(key, identifier) for key in self._keys]


def _hash(key: bytes, identifier: str) -> str:
    return hmac.digest(key, identifier.encode(), hashlib.sha256).hex()
