"""A service account's key file for the demo, as Google's console would hand one out."""

import json
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

_EXPONENT: Final = 65537
_BITS: Final = 2048


def new_key_file(name: str) -> str:
    """A key nobody else has, for an account of that name."""
    key = rsa.generate_private_key(_EXPONENT, _BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps(
        {
            "type": "service_account",
            "client_email": f"{name}@demo.iam.gserviceaccount.com",
            "private_key_id": name,
            "private_key": pem,
        }
    )


def public_keys(key_file: str) -> dict[str, str]:
    """What its provider knows of it: whose it is, and the public half."""
    found = json.loads(key_file)
    key = load_pem_private_key(found["private_key"].encode(), None).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {found["client_email"]: pem.decode()}
