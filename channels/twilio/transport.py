"""How the Twilio SDK reaches Twilio: over one bounded pool of ours, each request exactly once.

The SDK's own asynchronous client ignores time-outs, and with retries on it posts a message again
after a 5xx. Errors become ours here, where the answer's headers can still be seen.
"""

from collections.abc import Mapping
from logging import getLogger
from typing import Any

import httpx2
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from channels.exchange import Answer, Exchange, Timeouts
from channels.twilio.errors import rejection
from channels.watching import Watch, unwatched
from domain.errors import AccountRejected


class TwilioPool:
    """The connections to Twilio, shared by all accounts, and where they may lead."""

    def __init__(
        self, timeouts: Timeouts, *, origins: frozenset[str], watch: Watch = unwatched
    ) -> None:
        self.exchange = Exchange("Twilio", timeouts, watch=watch)
        self.origins = origins

    async def close(self) -> None:
        """Let go of all connections."""
        await self.exchange.close()


class AccountTransport(AsyncHttpClient):  # type: ignore[misc] # the SDK is untyped
    """One account's requests over the shared pool; `settings` make its error messages precise."""

    def __init__(self, pool: TwilioPool, settings: Mapping[str, str]) -> None:
        super().__init__(getLogger(__name__), is_async=True)
        self._pool = pool
        self._settings = settings

    async def request(  # noqa: PLR0917 - the SDK's signature
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - ours bound every call alike
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - a redirect is an error
    ) -> Response:
        """Make one request. Raise ChannelError for any answer but 2xx, and for none."""
        self._require_own_origin(uri)
        answer = await self._pool.exchange.ask(
            method, uri, auth=auth, params=params, data=data, headers=headers
        )
        if not answer.is_success:
            raise rejection(answer.status, _code(answer), self._settings, answer.retry_after)
        return Response(answer.status, answer.text, answer.headers)

    def _require_own_origin(self, uri: str) -> None:
        """A list names its next page by address: the auth token must not follow it anywhere."""
        if origin(uri) not in self._pool.origins:
            raise AccountRejected(f"Twilio's answer points to {origin(uri)}. Check the API URLs.")


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parsed = httpx2.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


def _code(answer: Answer) -> str | None:
    """Twilio's own code: `{"code": 21211, "message": "…", "status": 400}`."""
    code = answer.fields.get("code")
    return str(code)[:10] if isinstance(code, int | str) else None
