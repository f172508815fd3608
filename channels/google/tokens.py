"""Access tokens: fetched with a signed assertion.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from channels.access_tokens import AccessToken, TokenKey, TokenShelf, key_of
from channels.exchange import Answer, Exchange
from channels.google import bodies, service_account
from channels.google.service_account import SERVICE_ACCOUNT
from domain.configuration import Credentials
from domain.errors import AccountRejected, OutcomeUnknown, ProviderUnavailable, RateLimited

TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIFE: Final = timedelta(hours=1)
"""The longest that Google accepts."""
# A token in use should not end on its way to Google.
_SPARE: Final = timedelta(minutes=5)
_SHORTEST_LIFE: Final = timedelta(seconds=30)
_TOO_MANY: Final = 429
_BROKEN: Final = 500


class AccessTokens:
    """Hands out tokens."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        token_url: str = TOKEN_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._exchange = exchange
        self._token_url = token_url
        self._shelf = TokenShelf(clock)

    async def get(self, credentials: Credentials, scope: str, *, refused: str | None = None) -> str:
        """A token that works; `refused` is one that did not. Raise ChannelError, nothing being sent."""
        fetch = partial(self._fetch, credentials, scope)
        return await self._shelf.get(_key(credentials, scope), fetch, refused=refused)

    async def renew(self, credentials: Credentials, scope: str) -> AccessToken:
        """A new token, whatever the old one is worth. Raise ChannelError."""
        fetch = partial(self._fetch, credentials, scope)
        return await self._shelf.renew(_key(credentials, scope), fetch)

    async def _fetch(self, credentials: Credentials, scope: str) -> AccessToken:
        asked_at = self._shelf.clock()
        claims = self._claims(scope, asked_at)
        assertion = await asyncio.to_thread(service_account.signed_by, credentials, claims)
        try:
            answer = await self._exchange.ask(
                "POST", self._token_url, data={"grant_type": GRANT, "assertion": assertion}
            )
        except OutcomeUnknown as error:
            raise ProviderUnavailable("Google's token server did not answer in time.") from error
        text, life = _token_of(answer)
        return AccessToken(text, asked_at + life.total_seconds())

    def _claims(self, scope: str, now: float) -> dict[str, object]:
        return {
            "scope": scope,
            # Ours, not the key file's: an assertion is worth a token at the address it names.
            "aud": self._token_url,
            "iat": int(now),
            "exp": int(now + ASSERTION_LIFE.total_seconds()),
        }


def _key(credentials: Credentials, scope: str) -> TokenKey:
    return key_of(credentials.account_id, credentials.secret(SERVICE_ACCOUNT) or "", scope=scope)


def _token_of(answer: Answer) -> tuple[str, timedelta]:
    if answer.status == _TOO_MANY:
        raise RateLimited("Google's token server wants a pause.", retry_after=answer.retry_after)
    if answer.status >= _BROKEN:
        raise ProviderUnavailable(
            "Google's token server has an error. Holdfast tries again.",
            retry_after=answer.retry_after,
        )
    body = bodies.of(answer)
    token = body.text("access_token")
    if not answer.is_success or not token:
        raise AccountRejected(
            "Google gives no token for this service account: check that its key was not deleted, "
            "that the account is enabled, and that the clock of this machine is right.",
            provider_code=body.text("error", limit=40) or f"http_{answer.status}",
        )
    life = timedelta(seconds=min(body.number("expires_in") or 0, ASSERTION_LIFE.total_seconds()))
    return token, max(life - _SPARE, _SHORTEST_LIFE)
