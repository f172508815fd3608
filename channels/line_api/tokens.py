"""Access tokens: the long-lived one an admin pasted, or short ones issued when they are needed.

Stateless tokens need the channel's secret; they live 15 minutes and are not counted.
Tokens v2.1 need an assertion signing key. A channel has at most 30 of them, for at most 30 days; each
process has its own, and one that is killed leaves it behind. So they live an hour, and are revoked when
the key is replaced or the process ends.
https://developers.line.biz/en/docs/basics/channel-access-token/
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from channels.access_tokens import AccessToken, Fetch, TokenKey, TokenShelf, key_of
from channels.exchange import Answer, Exchange
from channels.line_api import assertions
from channels.line_api.account import ACCESS_TOKEN, ASSERTION_KEY, client_of
from channels.line_api.errors import rejection
from domain.configuration import Credentials
from domain.errors import (
    AccountRejected,
    ChannelError,
    InvalidInput,
    OutcomeUnknown,
    ProviderUnavailable,
)
from domain.ids import AccountId

# Not used in its last minute: the request it opens must still arrive in time.
MARGIN_SECONDS: Final = 60.0
V2_1: Final = "v2.1"
V2_1_LIFE: Final = timedelta(hours=1)
MOST_VALID: Final = 30
REVOKED_WITHIN: Final = 5.0
"""Seconds. Longer than that nobody waits; the rest end by themselves."""
_REFUSED: Final = "LINE issues no access token: check the channel's ID and its secret."
_REFUSED_KEY: Final = (
    "LINE issues no access token: check the channel's ID, that the public key of the assertion signing"
    " key is registered under its kid, and that the clock of this machine is right."
)
_TOO_MANY: Final = (
    f"LINE keeps {MOST_VALID} access tokens of a channel, and this one has as many. Revoke those that"
    " others had issued, or wait: those of Holdfast end within an hour."
)


class Tokens:
    """Hands out tokens."""

    def __init__(
        self, exchange: Exchange, api_url: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._exchange = exchange
        self._api_url = api_url
        self._shelf = TokenShelf(clock)
        self._clients: dict[AccountId, tuple[str, str]] = {}

    async def get(self, credentials: Credentials, *, refused: str | None = None) -> str:
        """A token that is good now; `refused` is one that was not. Raise ChannelError, nothing sent.

        A pasted one is all there is, refused or not.
        """
        if pasted := credentials.secret(ACCESS_TOKEN):
            return pasted
        key, fetch = self._way(credentials)
        return await self._shelf.get(key, fetch, refused=refused)

    def used_until(self, credentials: Credentials) -> datetime | None:
        """When the present token is replaced. None: it is a pasted one, or there is none yet."""
        if credentials.secret(ACCESS_TOKEN):
            return None
        kept = self._shelf.find(self._way(credentials)[0])
        return datetime.fromtimestamp(kept.ends_at, UTC) if kept else None

    async def close(self) -> None:
        """Leave no token behind that is counted."""
        await self._revoke(lambda _: True)

    def _way(self, credentials: Credentials) -> tuple[TokenKey, Fetch]:
        client, signing_key = client_of(credentials), credentials.secret(ASSERTION_KEY)
        if signing_key is None:
            key = key_of(credentials.account_id, *client)
            return key, partial(self._issue_stateless, *client)
        key = key_of(credentials.account_id, *client, signing_key, scope=V2_1)
        self._clients[credentials.account_id] = client
        return key, partial(self._issue_v2_1, key, client[0], signing_key)

    async def _issue_stateless(self, client_id: str, client_secret: str) -> AccessToken:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        return await self._issued("/oauth2/v3/token", form, _REFUSED)

    async def _issue_v2_1(self, key: TokenKey, client_id: str, signing_key: str) -> AccessToken:
        assertion = await self._assertion(client_id, signing_key)
        form = {"grant_type": "client_credentials", **assertion}
        try:
            token = await self._issued("/oauth2/v2.1/token", form, _REFUSED_KEY)
        except AccountRejected as error:
            if await self._count(assertion) >= MOST_VALID:
                raise AccountRejected(_TOO_MANY, provider_code=error.provider_code) from error
            raise
        await self._revoke(lambda other: other.account_id == key.account_id and other != key)
        return token

    async def _assertion(self, client_id: str, signing_key: str) -> dict[str, str]:
        claims = {
            "iss": client_id,
            "sub": client_id,
            # The address that is called: an assertion is worth a token wherever it is meant for.
            "aud": f"{self._api_url}/",
            "exp": int(self._shelf.clock() + assertions.LIFE.total_seconds()),
            "token_exp": int(V2_1_LIFE.total_seconds()),
        }
        try:
            signed = await asyncio.to_thread(assertions.signed, signing_key, claims)
        except InvalidInput as error:
            raise AccountRejected(str(error)) from None
        return {"client_assertion_type": assertions.TYPE, "client_assertion": signed}

    async def _count(self, assertion: Mapping[str, str]) -> int:
        """How many tokens are valid, as far as LINE says."""
        url = f"{self._api_url}/oauth2/v2.1/tokens/kid"
        try:
            answer = await self._exchange.ask("GET", url, params=dict(assertion))
        except ChannelError:
            return 0
        kids = answer.fields.get("kids")
        return len(kids) if isinstance(kids, list) else 0

    async def _revoke(self, wanted: Callable[[TokenKey], bool]) -> None:
        url = f"{self._api_url}/oauth2/v2.1/revoke"
        taken = self._shelf.take(lambda key: key.scope == V2_1 and wanted(key))
        with contextlib.suppress(ChannelError, TimeoutError):
            async with asyncio.timeout(REVOKED_WITHIN):
                for key, token in taken:
                    client_id, client_secret = self._clients[key.account_id]
                    form = {"client_id": client_id, "client_secret": client_secret}
                    await self._exchange.ask("POST", url, data={**form, "access_token": token})

    async def _issued(self, path: str, form: Mapping[str, str], refusal: str) -> AccessToken:
        asked_at = self._shelf.clock()
        try:
            answer = await self._exchange.ask("POST", self._api_url + path, data=dict(form))
        except OutcomeUnknown as error:
            raise ProviderUnavailable("LINE issued no access token in time.") from error
        text, lifetime = _read(answer, refusal)
        return AccessToken(text, asked_at + max(lifetime - MARGIN_SECONDS, 0))


def _read(answer: Answer, refusal: str) -> tuple[str, float]:
    if 400 <= answer.status < 500 and answer.status not in {408, 429}:  # noqa: PLR2004 - HTTP
        raise AccountRejected(refusal, provider_code=f"http_{answer.status}")
    token, lifetime = answer.fields.get("access_token"), answer.fields.get("expires_in")
    if answer.is_success and isinstance(token, str) and token and isinstance(lifetime, int | float):
        return token, float(lifetime)
    error = rejection(answer)
    if error.outcome_known and not answer.is_success:
        raise error
    raise ProviderUnavailable(
        "LINE issued no access token.",
        provider_code=error.provider_code,
        retry_after=answer.retry_after,
    )
