"""An assertion signing key: LINE knows its owner by what it signs, and the key never travels.

https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import jwt

from channels.line_api.account import ASSERTION_KEY
from domain.errors import InvalidInput

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# LINE accepts 30 minutes; half of them, in case the clock of one machine is fast.
LIFE: Final = timedelta(minutes=15)
_ALGORITHM: Final = "RS256"
_PARTS: Final = ("kty", "kid", "n", "e", "d", "p", "q", "dp", "dq", "qi")
_LARGEST_FILE: Final = 16 * 1024
_LONGEST_ID: Final = 128


def minified(text: str) -> str:
    """A key file as it is kept: on one line, with only what is needed. Raise InvalidInput."""
    key = _read(text)
    signed(text, {})  # a key that cannot sign should be refused now, and not with the first message
    return json.dumps({name: key[name] for name in _PARTS if name in key}, separators=(",", ":"))


def signed(text: str, claims: Mapping[str, object]) -> str:
    """A JWT with these claims. Raise InvalidInput when the key is none.

    Takes some 60 ms, because the key is checked: not for the event loop.
    """
    key = _read(text)
    try:
        opened = jwt.PyJWK.from_dict(key, algorithm=_ALGORITHM)
        return jwt.encode(dict(claims), opened, _ALGORITHM, headers={"kid": key["kid"]})
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        raise _wrong() from None


def _read(text: str) -> dict[str, Any]:
    try:
        key = json.loads(text[: _LARGEST_FILE + 1])
    except (ValueError, RecursionError):
        raise _wrong() from None  # the error would show the key
    if not isinstance(key, dict) or key.get("kty") != "RSA" or "d" not in key:
        raise _wrong()
    kid = key.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= _LONGEST_ID:
        raise _wrong()
    return key


def _wrong() -> InvalidInput:
    return InvalidInput(
        "This is not the private key of an assertion signing key: a JSON Web Key of type RSA, with the"
        ' `kid` that LINE\'s console shows for its public key: {"kty": "RSA", "kid": "…", "d": "…", …}',
        field=ASSERTION_KEY,
    )
