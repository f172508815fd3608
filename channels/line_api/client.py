"""How LINE is called: with a token that is good, each request once, and errors as ours."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx2

from channels.exchange import Answer, Exchange, Timeouts
from channels.line_api.errors import rejection
from channels.line_api.tokens import Tokens
from channels.watching import Watch, unwatched
from domain.configuration import Credentials
from domain.errors import OutcomeUnknown, ProviderUnavailable

API_URL: Final = "https://api.line.me"
DATA_API_URL: Final = "https://api-data.line.me"
STICKER_URL: Final = "https://stickershop.line-scdn.net"
REQUEST_ID: Final = "x-line-request-id"
UNAUTHORIZED: Final = 401
log = logging.getLogger(__name__)


class LineClient:
    """Calls of all accounts over one pool of connections.

    The base addresses belong to the deployment, not to an account: who may edit an account but
    not read its secrets could otherwise have them sent to a host of their own.
    """

    def __init__(
        self,
        *,
        api_url: str = API_URL,
        data_api_url: str = DATA_API_URL,
        sticker_url: str = STICKER_URL,
        timeouts: Timeouts | None = None,
        watch: Watch = unwatched,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self.data_api_url = data_api_url.rstrip("/")
        self.sticker_url = sticker_url.rstrip("/")
        self._exchange = Exchange("LINE", timeouts or Timeouts(), watch=watch)
        self.tokens = Tokens(self._exchange, self._api_url)

    @property
    def sticker_host(self) -> str:
        """Where the pictures of stickers lie."""
        return httpx2.URL(self.sticker_url).host

    async def call(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; any answer will do, but a refused token is replaced once: nothing was taken.

        Raise ProviderUnavailable or OutcomeUnknown, and what goes wrong with the token.
        """
        token = await self.tokens.get(credentials)
        answer = await self._ask(token, method, path, payload, headers)
        if answer.status == UNAUTHORIZED:
            fresh = await self.tokens.get(credentials, refused=token)
            if fresh != token:
                answer = await self._ask(fresh, method, path, payload, headers)
        if not answer.is_success:
            request_id = answer.headers.get(REQUEST_ID, "without an id")
            log.info("LINE answered %s to request %s", answer.status, request_id)
        return answer

    async def check(self, credentials: Credentials) -> datetime | None:
        """Ask whether LINE accepts the account, and until when its token is used."""
        await self.question(credentials, "GET", "/v2/bot/info")
        return self.tokens.used_until(credentials)

    async def question(
        self,
        credentials: Credentials,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
    ) -> Answer:
        """A request that may be made twice. Raise ChannelError unless it succeeds."""
        try:
            answer = await self.call(credentials, method, path, payload)
        except OutcomeUnknown as error:
            raise ProviderUnavailable("LINE did not answer.") from error
        if not answer.is_success:
            raise rejection(answer)
        return answer

    async def close(self) -> None:
        """Let go of all connections."""
        await self.tokens.close()
        await self._exchange.close()

    async def _ask(
        self,
        token: str,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        content = None if payload is None else json.dumps(payload).encode()
        typed = {} if payload is None else {"Content-Type": "application/json"}
        return await self._exchange.ask(
            method,
            self._api_url + path,
            # The path of a profile names a person.
            shown_path=_without_names(path),
            content=content,
            headers={"Authorization": f"Bearer {token}", **typed, **(headers or {})},
        )


def _without_names(path: str) -> str:
    return "" if path.startswith(("/v2/bot/profile/", "/v2/bot/group/")) else path
