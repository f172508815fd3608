"""The assertion of a service account, checked as Google's token server checks it.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LONGEST_LIFE: Final = 3600
# Clocks of different machines differ a little.
_TOLERANCE: Final = 60
_PARTS: Final = 3


class Refused(Exception):
    """What `error_description` says."""


class Claims(NamedTuple):
    """Who asks for what."""

    email: str
    scope: str


def check(
    assertion: str, *, audience: str, now: datetime, public_key_of: Callable[[str], str | None]
) -> Claims:
    """The claims of a genuine assertion. Raise Refused."""
    parts = assertion.split(".")
    if len(parts) != _PARTS:
        raise Refused("Invalid JWT: three parts are needed.")
    header, claims = _json(parts[0]), _json(parts[1])
    email = str(claims.get("iss"))
    pem = public_key_of(email)
    if pem is None:
        raise Refused("Invalid grant: account not found.")
    _require_signed(header, pem, ".".join(parts[:2]).encode(), _bytes(parts[2]))
    _require_timely(claims, audience, now.timestamp())
    return Claims(email, str(claims.get("scope")))


def _require_signed(header: dict[str, Any], pem: str, signed: bytes, signature: bytes) -> None:
    key = load_pem_public_key(pem.encode())
    if header.get("alg") != "RS256" or not isinstance(key, rsa.RSAPublicKey):
        raise Refused("Invalid JWT: RS256 is needed.")
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Refused("Invalid JWT Signature.") from None


def _require_timely(claims: dict[str, Any], audience: str, now: float) -> None:
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if not isinstance(issued_at, int) or not isinstance(expires_at, int):
        raise Refused("Invalid JWT: iat and exp are needed.")
    if expires_at - issued_at > LONGEST_LIFE or not (
        issued_at - _TOLERANCE <= now < expires_at + _TOLERANCE
    ):
        raise Refused("Invalid JWT: Token must be a short-lived token (60 minutes).")
    if claims.get("aud") != audience:
        raise Refused("Invalid JWT: the audience is another one.")


def _json(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused("Invalid JWT: a part is no JSON object.")
    return found


def _bytes(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise Refused("Invalid JWT: a part is no base64.") from None
