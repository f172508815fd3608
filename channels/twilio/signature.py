"""Whether Twilio signed a webhook (https://www.twilio.com/docs/usage/security).

The SDK computes, we compare: its own comparison raises on a missing header or a bytes body, and
only one of "with port" and "without port" may be what Twilio signed.
"""

import hashlib
import hmac
from typing import Final, Never
from urllib.parse import urlparse

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    add_port,
    get_signature_algorithm,
    remove_port,
)

from channels.twilio import account
from channels.twilio.form import Form, is_form, parameters, query_parameters
from channels.webhooks import WebhookRequest
from domain.configuration import Credentials
from domain.errors import InvalidSignature

BODY_HASH: Final = "bodySHA256"
NOTHING: Final = Form([])


def verify(request: WebhookRequest, credentials: Credentials) -> None:
    """Raise InvalidSignature unless one of this account's tokens signed exactly this request."""
    try:
        genuine = _is_genuine(request, credentials)
    except ValueError:  # no address, no form, no algorithm: nothing Twilio could have signed
        genuine = False
    if not genuine:
        _refuse()


def _refuse() -> Never:
    raise InvalidSignature("This webhook is not signed by the provider.") from None


def _is_genuine(request: WebhookRequest, credentials: Credentials) -> bool:
    given = request.headers.get(SIGNATURE_HEADER.lower(), "").encode()
    form = parameters(request) if is_form(request) else NOTHING
    if not is_form(request) and not _body_hash_matches(request):
        return False
    signed = NOTHING if request.method.upper() == "GET" else form
    expected = [
        _signature(token, url, signed, request)
        for token in _tokens(request, form, credentials)
        for url in _spellings(request.url)
    ]
    return any(hmac.compare_digest(candidate, given) for candidate in expected)


def _tokens(request: WebhookRequest, form: Form, credentials: Credentials) -> tuple[str, ...]:
    sids = set(form.getall("AccountSid"))
    if len(sids) > 1:  # the signature does not cover their order
        return ()
    tokens = account.signing_tokens(credentials, next(iter(sids), ""))
    # With this header the request is signed with a shared key, not with the auth token.
    return account.shared_keys(credentials) if tokens and _settings(request) else tokens


def _settings(request: WebhookRequest) -> str:
    return request.headers.get(SIGNATURE_SETTINGS_HEADER.lower(), "")


def _signature(token: str, url: str, signed: Form, request: WebhookRequest) -> bytes:
    algorithm = get_signature_algorithm(_settings(request))
    signature: str = RequestValidator(token).compute_signature(url, signed, algorithm)
    return signature.encode()


def _spellings(url: str) -> tuple[str, ...]:
    """Twilio signs the address sometimes with the default port and sometimes without."""
    parsed = urlparse(url)
    return tuple({url, add_port(parsed), remove_port(parsed)})


def _body_hash_matches(request: WebhookRequest) -> bool:
    """A JSON body is signed by its hash in the address; without one it is not signed at all."""
    claimed = query_parameters(request).text(BODY_HASH).encode()
    return hmac.compare_digest(hashlib.sha256(request.body).hexdigest().encode(), claimed)
