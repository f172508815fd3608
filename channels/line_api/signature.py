"""Whether LINE signed a webhook.

https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
"""

import base64
import hashlib
import hmac
from typing import Final

from channels.line_api.account import channel_secrets
from channels.webhooks import WebhookRequest
from domain.configuration import Credentials
from domain.errors import InvalidSignature

HEADER: Final = "x-line-signature"


def verify(request: WebhookRequest, credentials: Credentials) -> None:
    """Raise InvalidSignature unless a secret of this channel signed exactly these bytes."""
    given = request.headers.get(HEADER, "").encode("utf-8", "replace")
    expected = [_signature(secret, request.body) for secret in channel_secrets(credentials)]
    # Every secret is tried, so that the time says nothing about which one came close.
    if not any([hmac.compare_digest(candidate, given) for candidate in expected]):  # noqa: C419
        raise InvalidSignature("This webhook is not signed by the provider.")


def _signature(secret: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
