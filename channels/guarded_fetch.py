"""Fetches one small document from an address that an admin typed; never from our own network."""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx2

from channels.network_guard import public_address
from channels.watching import Watch, unwatched
from domain.errors import MediaRefused, MediaUnavailable, Unavailable

TIMEOUT: Final = 5.0
MAX_BYTES: Final = 64 * 1024
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class GuardedFetch:
    """One pool of connections; no credentials, no cookies, no redirects, no proxy."""

    def __init__(
        self,
        *,
        allow_private_hosts: bool = False,
        timeout: float = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        watch: Watch = unwatched,
    ) -> None:
        self._allow_private_hosts = allow_private_hosts
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._watch = watch
        # Connections are not kept: we connect to addresses, and two hosts may share one.
        self._client = httpx2.AsyncClient(
            timeout=timeout,
            limits=httpx2.Limits(max_connections=10, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
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
        await self._client.aclose()

    async def _read(self, url: httpx2.URL) -> bytes:
        request = await self._request(url)
        with self._watch("GET", url.host, "") as answered:
            response = await self._client.send(request, stream=True)
            answered(response.status_code)
            try:
                return await self._bounded(response)
            finally:
                await response.aclose()

    async def _request(self, url: httpx2.URL) -> httpx2.Request:
        """A request to the address that was checked, in the name of the host that was asked for."""
        host, port = url.host, url.port or _DEFAULT_PORTS[url.scheme]
        bare = f"[{host}]" if ":" in host else host
        named = bare if url.port is None else f"{bare}:{url.port}"
        if not self._allow_private_hosts:
            url = url.copy_with(host=await public_address(host, port))
        return self._client.build_request(
            "GET",
            url,
            # identity: a compressed answer could unpack to any size.
            headers={"Host": named, "Accept": "application/json", "Accept-Encoding": "identity"},
            extensions={"sni_hostname": host},
        )

    async def _bounded(self, response: httpx2.Response) -> bytes:
        if response.status_code != httpx2.codes.OK:
            raise Unavailable(f"{response.request.headers['Host']} answered {response.status_code}.")
        content = bytearray()
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > self._max_bytes:
                raise Unavailable(f"The answer is larger than {self._max_bytes // 1024} KB.")
        return bytes(content)


def _shown(url: str) -> str:
    return url.partition("?")[0]
