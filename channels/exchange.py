"""One request to a provider: bounded in time and size, made once, and never redirected."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx2
from pydantic import Field

from channels.watching import Watch, unwatched
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


class Answer(Value):
    """What a provider answered; `headers` have lower-case names."""

    status: int
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    body: bytes = Field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        """2xx."""
        return httpx2.codes.is_success(self.status)

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object in the body; empty for anything else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def retry_after(self) -> timedelta | None:
        """Seconds or a date, within reason (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)."""
        header = self.headers.get("retry-after", "").strip()
        try:
            pause = timedelta(seconds=int(header)) if header.isdigit() else _until(header)
        except (ValueError, TypeError, OverflowError):
            return None
        return min(max(pause, timedelta(0)), LONGEST_PAUSE)


class Exchange:
    """The connections to one provider, shared by all its accounts."""

    def __init__(
        self,
        provider: str,
        timeouts: Timeouts,
        *,
        watch: Watch = unwatched,
        max_connections: int = 100,
    ) -> None:
        self._provider = provider
        self._timeouts = timeouts
        self._watch = watch
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeouts.read, connect=timeouts.connect, pool=timeouts.pool),
            limits=httpx2.Limits(max_connections=max_connections, keepalive_expiry=5),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def ask(
        self,
        method: str,
        url: str,
        *,
        shown_path: str | None = None,
        auth: tuple[str, str] | None = None,
        **request: Any,  # noqa: ANN401 - what httpx2 takes: params, data, json, content, headers
    ) -> Answer:
        """Make one request; any answer will do.

        Raise ProviderUnavailable, OutcomeUnknown, or AccountRejected for a secret that is none.
        `shown_path`: what a trace may show of a path that could tell something of a person.
        """
        built = self._built(method, url, **request)
        path = built.url.path if shown_path is None else shown_path
        try:
            async with asyncio.timeout(self._timeouts.total):
                return await self._exchange(built, path, auth)
        except NOT_SENT as error:
            raise ProviderUnavailable(
                f"{self._provider} cannot be reached. Holdfast tries again."
            ) from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise OutcomeUnknown(
                f"{self._provider} did not answer. Holdfast finds out what happened."
            ) from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()

    def _built(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,  # noqa: ANN401 - as above
    ) -> httpx2.Request:
        try:
            encoded = httpx2.Headers(headers)
        except UnicodeEncodeError:
            # Not `from error`: it holds the secret.
            raise AccountRejected(
                f"A secret of the {self._provider} account has a character that no secret has. Copy it"
                " from the provider's console again."
            ) from None
        return self._client.build_request(method, url, headers=encoded, **request)

    async def _exchange(
        self, request: httpx2.Request, path: str, auth: tuple[str, str] | None
    ) -> Answer:
        with self._watch(request.method, request.url.host, path) as answered:
            response = await self._client.send(request, stream=True, auth=auth)
            answered(response.status_code)
            try:
                return Answer(
                    status=response.status_code,
                    headers=_joined(response.headers),
                    body=await self._read(response),
                )
            finally:
                await response.aclose()

    async def _read(self, response: httpx2.Response) -> bytes:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > MAX_ANSWER:
                raise OutcomeUnknown(f"{self._provider}'s answer is larger than any we expect.")
        return bytes(content)


def _joined(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _until(date: str) -> timedelta:
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)
