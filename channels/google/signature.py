"""Whether Google sent a webhook: HMAC-SHA512, with a token that the account and Google share.

https://developers.google.com/business-communications/rcs-business-messaging/guides/integrate/webhooks
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final, Never

from channels.google import bodies
from channels.webhooks import WebhookRequest
from domain.configuration import Credentials
from domain.errors import InvalidSignature, UnreadableWebhook

HEADER: Final = "x-goog-signature"
CLIENT_TOKEN: Final = "client_token"  # noqa: S105 - the name of a secret
_HANDSHAKE: Final = frozenset({"clientToken", "secret"})
# What events have. One that happens to have the other two besides must be signed, and is read.
_EVENTS: Final = frozenset({"message", "conversationId", "receipts", "messageId", "eventId"})
# Google's own samples have ten characters. What is longer than this is not echoed.
_LONGEST_SECRET: Final = 256
_LONGEST_HANDSHAKE: Final = 2048
"""Bytes. Nothing longer is read before its signature was checked."""


def require_signed(request: WebhookRequest, signed: bytes | None, keys: Iterable[str]) -> None:
    """Raise InvalidSignature unless one of these keys signed these bytes. No key: a closed door."""
    if signed is None or request.method.upper() != "POST":
        refuse()
    given = request.headers.get(HEADER, "").encode()
    if not any([hmac.compare_digest(sign(key, signed), given) for key in keys if key]):  # noqa: C419
        refuse()


def refuse() -> Never:
    """The caller learns nothing more."""
    raise InvalidSignature("This webhook is not signed by the provider.") from None


def sign(key: str, signed: bytes) -> bytes:
    """What Google puts into its header."""
    return base64.b64encode(hmac.digest(key.encode(), signed, hashlib.sha512))


def client_tokens(credentials: Credentials) -> tuple[str, ...]:
    """The tokens of the account, newest first."""
    return tuple(token for token in credentials.secrets.get(CLIENT_TOKEN, ()) if token)


# -- the handshake -------------------------------------------------------------------------------


def handshake_secret(request: WebhookRequest, credentials: Credentials) -> str | None:
    """What to answer when an admin lets Google verify the address; None: this is no handshake.

    The one request that Google does not sign: who knows the token is told the secret back, and
    nothing happens. Example: tests/contract/payloads/google_business_messages/handshake.json
    """
    if len(request.body) > _LONGEST_HANDSHAKE:
        return None
    try:
        body = bodies.read(request.body)
    except UnreadableWebhook:
        return None
    token, secret = body.text("clientToken"), body.text("secret")
    is_handshake = body.names >= _HANDSHAKE and body.names.isdisjoint(_EVENTS)
    if not is_handshake or not token or not 0 < len(secret) <= _LONGEST_SECRET:
        return None
    known = [_same(token, candidate) for candidate in client_tokens(credentials)]
    return secret if any(known) else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
