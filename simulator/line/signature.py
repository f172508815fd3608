"""LINE's signature (https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/)."""

import base64
import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
