"""What an assertion signing key signs, checked as LINE checks it.

A channel's public keys are among the `api_keys` of its account: JSON Web Keys, each with its kid.
https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from simulator.records import Account

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST: Final = timedelta(minutes=30)


class Refused(Exception):
    """What `error_description` says."""


def issuer_of(assertion: str) -> str:
    """The channel that it says it is from."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise Refused("Invalid client_assertion") from None
    return str(claims.get("iss"))


def check(assertion: str, account: Account, *, audience: str, now: datetime) -> dict[str, Any]:
    """The claims of a genuine assertion of this channel. Raise Refused."""
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            _key_of(account, assertion),
            algorithms=["RS256"],
            audience=audience,
            issuer=account.account_id,
            options={"require": ["iss", "sub", "aud", "exp"]},
        )
    except jwt.PyJWTError:
        raise Refused("Invalid client_assertion") from None
    if claims["sub"] != claims["iss"] or claims["exp"] > (now + LONGEST).timestamp():
        raise Refused("Invalid exp or sub in client_assertion")
    return claims


def _key_of(account: Account, assertion: str) -> jwt.PyJWK:
    kid = jwt.get_unverified_header(assertion).get("kid")
    for key in _keys(account):
        if key.get("kid") == kid:
            return jwt.PyJWK.from_dict(key, algorithm="RS256")
    raise Refused("Invalid kid")


def _keys(account: Account) -> Iterator[dict[str, Any]]:
    for text in account.api_keys.values():
        if text.startswith("{"):
            yield json.loads(text)
