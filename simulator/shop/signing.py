"""The shop's word for who its customers are: tokens that it signs with a key of its own (RS256)."""

import json
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ALGORITHM: Final = "RS256"
AUDIENCE: Final = "holdfast"
GOOD_FOR: Final = timedelta(minutes=10)


class Signer:
    """Its key is made at the start; whoever checks tokens fetches the public half by its id."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._key_id = token_hex(8)

    def key_set(self) -> dict[str, Any]:
        """RFC 7517."""
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": self._key_id, "use": "sig", "alg": ALGORITHM}]}

    def token(self, issuer: str, subject: str, **claims: str) -> str:
        """That this customer is signed in."""
        now = datetime.now(UTC)
        told = {"iss": issuer, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + GOOD_FOR}
        return jwt.encode(
            {**told, **claims}, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id}
        )
