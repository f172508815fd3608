"""Requests to addresses that a stranger can steer: never into our own network."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx2

from channels.network_guard import public_address
from channels.watching import Watch

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class GuardedClient:
    """One pool of connections; no credentials of its own, no cookies, no redirects, no proxy."""

    def __init__(
        self, *, timeout: httpx2.Timeout, connections: int, allow_private_hosts: bool, watch: Watch
    ) -> None:
        self._allow_private_hosts = allow_private_hosts
        self._watch = watch
        self._client = httpx2.AsyncClient(
            timeout=timeout,
            # Connections are not kept: we connect to addresses, and two hosts may share one.
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=0),
            follow_redirects=False,
            # No proxy from the environment: it would connect to an address that we did not check.
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    @asynccontextmanager
    async def get(self, url: httpx2.URL, headers: Mapping[str, str]) -> AsyncGenerator[httpx2.Response]:
        """The answer, still to be read.

        Raise MediaRefused or MediaUnavailable for its address, else what httpx2 raises.
        """
        request = await self._request(url, headers)
        with self._watch("GET", url.host, "") as answered:
            response = await self._client.send(request, stream=True)
            answered(response.status_code)
            try:
                yield response
            finally:
                await response.aclose()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()

    async def _request(self, url: httpx2.URL, headers: Mapping[str, str]) -> httpx2.Request:
        """A request to the address that was checked, in the name of the host that was asked for."""
        host = url.host
        named = _host_header(host, url.port)
        if not self._allow_private_hosts:
            port = url.port or _DEFAULT_PORTS[url.scheme]
            url = url.copy_with(host=await public_address(host, port))
        return self._client.build_request(
            "GET",
            url,
            # identity: a compressed answer could unpack to any size.
            headers={**headers, "Host": named, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": host},
        )


async def bounded(response: httpx2.Response, max_bytes: int) -> bytes | None:
    """Its bytes as they come; None as soon as they are too many."""
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > max_bytes:
            return None
    return bytes(content)


def _host_header(host: str, port: int | None) -> str:
    bare = f"[{host}]" if ":" in host else host
    return bare if port is None else f"{bare}:{port}"
