"""Access tokens: fetched with a signed assertion, kept until shortly before they end, asked for once.

https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

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
_KEPT: Final = 500
_TOO_MANY: Final = 429
_BROKEN: Final = 500


class TokenKey(NamedTuple):
    """Whose token, got with which key file, for what."""

    account_id: UUID
    key_file: bytes
    scope: str


class AccessToken(NamedTuple):
    """A token, and until when it is used: shortly before it ends."""

    text: str
    ends_at: float


class AccessTokens:
    """Hands out tokens. Many who ask at once wait for one request."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        token_url: str = TOKEN_URL,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._exchange = exchange
        self._token_url = token_url
        self._clock = clock
        self._kept: OrderedDict[TokenKey, AccessToken] = OrderedDict()
        self._under_way: dict[TokenKey, asyncio.Task[AccessToken]] = {}

    async def get(self, credentials: Credentials, scope: str, *, refused: str | None = None) -> str:
        """A token that works; `refused` is one that did not. Raise ChannelError, nothing being sent."""
        key = _key(credentials, scope)
        kept = self._kept.get(key)
        if kept is not None and kept.text != refused and self._clock() < kept.ends_at:
            self._kept.move_to_end(key)
            return kept.text
        return (await self.renew(credentials, scope)).text

    async def renew(self, credentials: Credentials, scope: str) -> AccessToken:
        """A new token, whatever the old one is worth. Raise ChannelError."""
        # Shielded: one caller who gives up does not take the token from the others.
        return await asyncio.shield(self._task(_key(credentials, scope), credentials))

    def _task(self, key: TokenKey, credentials: Credentials) -> asyncio.Task[AccessToken]:
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(key, credentials))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._land(key, done))
        return task

    def _land(self, key: TokenKey, task: asyncio.Task[AccessToken]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at, in case nobody waits any more

    async def _fetch(self, key: TokenKey, credentials: Credentials) -> AccessToken:
        asked_at = self._clock()
        claims = self._claims(key.scope, asked_at)
        assertion = await asyncio.to_thread(service_account.signed_by, credentials, claims)
        try:
            answer = await self._exchange.ask(
                "POST", self._token_url, data={"grant_type": GRANT, "assertion": assertion}
            )
        except OutcomeUnknown as error:
            raise ProviderUnavailable("Google's token server did not answer in time.") from error
        text, life = _token_of(answer)
        token = AccessToken(text, asked_at + life.total_seconds())
        self._keep(key, token)
        return token

    def _claims(self, scope: str, now: float) -> dict[str, object]:
        return {
            "scope": scope,
            # Ours, not the key file's: an assertion is worth a token at the address it names.
            "aud": self._token_url,
            "iat": int(now),
            "exp": int(now + ASSERTION_LIFE.total_seconds()),
        }

    def _keep(self, key: TokenKey, kept: AccessToken) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _key(credentials: Credentials, scope: str) -> TokenKey:
    key_file = (credentials.secret(SERVICE_ACCOUNT) or "").encode("utf-8", "surrogatepass")
    return TokenKey(credentials.account_id, hashlib.sha256(key_file).digest(), scope)


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
