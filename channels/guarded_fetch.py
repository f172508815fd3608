"""Fetches one small document from an address that an admin typed."""

import asyncio
from typing import Final

import httpx2

from channels.guarded_client import GuardedClient, bounded
from channels.watching import Watch, unwatched
from domain.errors import MediaRefused, MediaUnavailable, Unavailable

TIMEOUT: Final = 5.0
MAX_BYTES: Final = 64 * 1024
_CONNECTIONS: Final = 10


class GuardedFetch:
    """A few at a time, each bounded in size and time."""

    def __init__(
        self,
        *,
        allow_private_hosts: bool = False,
        timeout: float = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        watch: Watch = unwatched,
    ) -> None:
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._client = GuardedClient(
            timeout=httpx2.Timeout(timeout),
            connections=_CONNECTIONS,
            allow_private_hosts=allow_private_hosts,
            watch=watch,
        )

    async def get(self, url: str) -> bytes:
        """The document. Raise Unavailable: trying again later may help."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._read(httpx2.URL(url))
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, TimeoutError) as error:
            raise Unavailable(f"{_shown(url)} did not answer within {self._timeout:g} s.") from error
        except (MediaRefused, MediaUnavailable) as error:
            raise Unavailable(str(error)) from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()

    async def _read(self, url: httpx2.URL) -> bytes:
        async with self._client.get(url, {"Accept": "application/json"}) as response:
            if response.status_code != httpx2.codes.OK:
                host = response.request.headers["Host"]
                raise Unavailable(f"{host} answered {response.status_code}.")
            content = await bounded(response, self._max_bytes)
        if content is None:
            raise Unavailable(f"The answer is larger than {self._max_bytes // 1024} KB.")
        return content


def _shown(url: str) -> str:
    return url.partition("?")[0]
