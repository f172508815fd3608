"""How the Twilio SDK reaches Twilio: over one bounded pool of ours, each request exactly once.

The SDK's own asynchronous client ignores time-outs, and with retries on it posts a message again
after a 5xx. Errors become ours here, where the answer's headers can still be seen.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from logging import getLogger
from typing import Any, Final

import httpx2
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from channels.twilio.errors import rejection
from domain.errors import AccountRejected, OutcomeUnknown, ProviderUnavailable
from domain.values import Value

# Raised before a single byte of the request has left.
NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
MAX_ANSWER: Final = 16 * 1024 * 1024
LONGEST_PAUSE: Final = timedelta(hours=1)


class Timeouts(Value):
    """Seconds. `total` bounds a whole call, even when the answer drips in."""

    connect: float = 5
    read: float = 10
    pool: float = 5
    total: float = 20


class TwilioPool:
    """The connections to Twilio, shared by all accounts."""

    def __init__(
        self, timeouts: Timeouts, *, origins: frozenset[str], max_connections: int = 100
    ) -> None:
        self.timeouts = timeouts
        self.origins = origins
        self.client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeouts.read, connect=timeouts.connect, pool=timeouts.pool),
            limits=httpx2.Limits(max_connections=max_connections, keepalive_expiry=5),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self.client.aclose()


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
        request = self._pool.client.build_request(
            method, uri, params=params, data=data, headers=headers
        )
        try:
            async with asyncio.timeout(self._pool.timeouts.total):
                answer, text = await self._exchange(request, auth)
        except NOT_SENT as error:
            raise ProviderUnavailable("Twilio cannot be reached. Holdfast tries again.") from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise OutcomeUnknown("Twilio did not answer. Holdfast finds out what happened.") from error
        if not answer.is_success:
            raise rejection(answer.status_code, _code(text), self._settings, _retry_after(answer))
        return Response(answer.status_code, text, dict(answer.headers))

    async def _exchange(
        self, request: httpx2.Request, auth: tuple[str, str] | None
    ) -> tuple[httpx2.Response, str]:
        answer = await self._pool.client.send(request, stream=True, auth=auth)
        try:
            return answer, await _read_bounded(answer)
        finally:
            await answer.aclose()

    def _require_own_origin(self, uri: str) -> None:
        """A list names its next page by address: the auth token must not follow it anywhere."""
        if origin(uri) not in self._pool.origins:
            raise AccountRejected(f"Twilio's answer points to {origin(uri)}. Check the API URLs.")


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parsed = httpx2.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


async def _read_bounded(answer: httpx2.Response) -> str:
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > MAX_ANSWER:
            raise OutcomeUnknown("Twilio's answer is larger than any we expect.")
    return content.decode("utf-8", "replace")


def _code(text: str) -> str | None:
    """Twilio's own code: `{"code": 21211, "message": "…", "status": 400}`."""
    try:
        code = json.loads(text).get("code")
    except (ValueError, AttributeError):
        return None
    return str(code)[:10] if isinstance(code, int | str) else None


def _retry_after(answer: httpx2.Response) -> timedelta | None:
    """Seconds or a date, within reason (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)."""
    header = answer.headers.get("retry-after", "").strip()
    try:
        pause = timedelta(seconds=int(header)) if header.isdigit() else _until(header)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(pause, timedelta(0)), LONGEST_PAUSE)


def _until(date: str) -> timedelta:
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)
