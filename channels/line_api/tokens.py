"""Access tokens: the long-lived one an admin pasted, or short ones issued when they are needed.

Stateless tokens live 15 minutes, cannot be revoked and are not counted, unlike all others
(https://developers.line.biz/en/docs/basics/channel-access-token/).
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from channels.access_tokens import AccessToken, TokenShelf, key_of
from channels.exchange import Answer, Exchange
from channels.line_api.account import ACCESS_TOKEN, client_of
from channels.line_api.errors import rejection
from domain.configuration import Credentials
from domain.errors import AccountRejected, OutcomeUnknown, ProviderUnavailable

# Not used in its last minute: the request it opens must still arrive in time.
MARGIN_SECONDS: Final = 60.0


class Tokens:
    """Hands out tokens."""

    def __init__(
        self, exchange: Exchange, api_url: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/oauth2/v3/token"
        self._shelf = TokenShelf(clock)

    async def get(self, credentials: Credentials, *, refused: str | None = None) -> str:
        """A token that is good now; `refused` is one that was not. Raise ChannelError, nothing sent.

        A pasted one is all there is, refused or not.
        """
        if pasted := credentials.secret(ACCESS_TOKEN):
            return pasted
        client = client_of(credentials)
        key = key_of(credentials.account_id, *client)
        return await self._shelf.get(key, partial(self._issue, *client), refused=refused)

    async def _issue(self, client_id: str, client_secret: str) -> AccessToken:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        asked_at = self._shelf.clock()
        try:
            answer = await self._exchange.ask("POST", self._url, data=form)
        except OutcomeUnknown as error:
            raise ProviderUnavailable("LINE issued no access token in time.") from error
        text, lifetime = _read(answer)
        return AccessToken(text, asked_at + max(lifetime - MARGIN_SECONDS, 0))


def _read(answer: Answer) -> tuple[str, float]:
    if 400 <= answer.status < 500 and answer.status not in {408, 429}:  # noqa: PLR2004 - HTTP
        raise AccountRejected(
            "LINE issues no access token: check the channel's ID and its secret.",
            provider_code=f"http_{answer.status}",
        )
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
