"""The public keys with which shops sign: a PEM that an admin pasted, or a key set that is fetched."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from domain.errors import InvalidInput, NotSignedIn, Unavailable

KEPT_FOR: Final = timedelta(minutes=10)
ASKED_AGAIN_AFTER: Final = timedelta(minutes=1)
"""A token with a key we do not know has the set fetched again, but never more often than this."""
SMALLEST_RSA: Final = 2048
MAX_KEYS: Final = 50
MAX_SETS: Final = 100
_WRONG_KIND: Final = (
    f"The key must be a public RSA key of {SMALLEST_RSA} bits or more (RS256) or one on the curve"
    " P-256 (ES256)."
)
PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey


class ShopKey(NamedTuple):
    """A key with the one algorithm it may verify: what a token says of itself decides nothing."""

    key: PublicKey
    algorithm: str


class Fetch(Protocol):
    """Reads a document from an address that an admin typed."""

    async def get(self, url: str) -> bytes:
        """Raise Unavailable."""


class NoFetch:
    """For where nothing is fetched from anybody."""

    async def get(self, url: str) -> bytes:
        raise Unavailable(f"{url} is not asked from here.")


@dataclass
class _KeySet:
    keys: Mapping[str, ShopKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    asked_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeySets:
    """Remembers what was fetched for a while. Many who wait for one set cause one request."""

    def __init__(self, fetch: Fetch, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._fetch = fetch
        self._now = now
        self._sets: OrderedDict[str, _KeySet] = OrderedDict()

    async def key(self, url: str, kid: str | None) -> ShopKey:
        """Raise NotSignedIn where the set has no such key, Unavailable where there is no set."""
        known = self._known(url)
        async with known.lock:
            if self._is_due(known, kid):
                await self._refresh(url, known)
            if known.fetched_at is None or self._now() - known.fetched_at >= KEPT_FOR:
                raise Unavailable("The shop's keys cannot be fetched. Try again in a minute.")
            found = _chosen(known.keys, kid)
        if found is None:
            raise NotSignedIn("The token's `kid` names no key of the shop.")
        return found

    def _known(self, url: str) -> _KeySet:
        known = self._sets.setdefault(url, _KeySet())
        self._sets.move_to_end(url)
        while len(self._sets) > MAX_SETS:
            self._sets.popitem(last=False)
        return known

    def _is_due(self, known: _KeySet, kid: str | None) -> bool:
        is_fresh = known.fetched_at is not None and self._now() - known.fetched_at < KEPT_FOR
        if is_fresh and _chosen(known.keys, kid):
            return False
        return known.asked_at is None or self._now() - known.asked_at >= ASKED_AGAIN_AFTER

    async def _refresh(self, url: str, known: _KeySet) -> None:
        known.asked_at = self._now()
        try:
            known.keys = _read(await self._fetch.get(url))
        except Unavailable:
            return  # what is known stays good until its time is over
        known.fetched_at = self._now()


def pem_key(pem: str) -> ShopKey:
    """The key an admin pasted. Raise InvalidInput for anything else."""
    try:
        found = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidInput(
            "This is no public key in PEM form (-----BEGIN PUBLIC KEY-----).", field="public_key"
        ) from None
    key = _shop_key(found)
    if key is None:
        raise InvalidInput(_WRONG_KIND, field="public_key")
    return key


def _chosen(keys: Mapping[str, ShopKey], kid: str | None) -> ShopKey | None:
    """Without a `kid` there is no choice: then the set must have one key only."""
    if kid is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(kid)


def _read(document: bytes) -> dict[str, ShopKey]:
    try:
        listed = json.loads(document)["keys"]
        entries = [each for each in listed if isinstance(each, dict)][:MAX_KEYS]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unavailable("The shop's key set is no JSON object with `keys`.") from None
    found = {str(each.get("kid", "")): _key_of(each) for each in entries}
    return {kid: key for kid, key in found.items() if key is not None}


def _key_of(entry: dict[str, Any]) -> ShopKey | None:
    """None for what is no key to sign with: others may use the same set for other things."""
    if entry.get("use", "sig") != "sig":
        return None
    try:
        key = _shop_key(PyJWK(entry).key)
    except (PyJWTError, ValueError, TypeError):
        return None
    return key if key and entry.get("alg", key.algorithm) == key.algorithm else None


def _shop_key(key: object) -> ShopKey | None:
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA:
        return ShopKey(key, "RS256")
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return ShopKey(key, "ES256")
    return None
