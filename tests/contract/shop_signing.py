"""A shop that vouches for its customers: its keys, and whatever tokens a test wants it to sign."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER: Final = "https://shop.example"


@dataclass
class Shop:
    """Signs with RS256 unless a test takes another key."""

    kid: str = "2026-11"
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048)
    )

    @property
    def algorithm(self) -> str:
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @property
    def pem(self) -> str:
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def jwk(self) -> dict[str, Any]:
        made = jwt.get_algorithm_by_name(self.algorithm).to_jwk(self.private.public_key(), as_dict=True)
        return {**made, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def token(self, **changes: Any) -> str:
        """A good one, but for the changes; None leaves a claim out."""
        headers = {"kid": self.kid}
        return jwt.encode(claims(**changes), self.private, self.algorithm, headers)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"iss": ISSUER, "sub": "customer-42", "iat": now, "exp": now + 600} | changes
    return {name: value for name, value in whole.items() if value is not None}


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed_with_the_public_key(shop: Shop, **header: Any) -> str:
    """What a forger makes who knows only what everybody knows."""
    body = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': shop.kid, **header})}.{part(claims())}"
    mac = hmac.digest(shop.pem.encode(), body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def unsigned(alg: str = "none") -> str:
    return f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims())}."
