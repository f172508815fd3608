"""Fetches customers' files for every channel: from listed hosts only, bounded in size and time."""

import asyncio
from collections.abc import Mapping
from email.message import Message
from typing import Final

import httpx2
from pydantic import Field

from channels.file_types import UNKNOWN, safe_name, sniff
from channels.guarded_client import GuardedClient, bounded
from channels.watching import Watch, unwatched
from domain.errors import MediaRefused, MediaUnavailable
from domain.messages import DownloadedMedia, MediaItem
from domain.values import Value

MAX_REDIRECTS: Final = 3
TOTAL_TIMEOUT: Final = 120.0
# Twice what WhatsApp lets a business send: customers' limits are not written down.
MAX_BYTES: Final = 32 * 1024 * 1024
_TIMEOUT: Final = httpx2.Timeout(connect=5, read=15, write=5, pool=30)
_CONNECTIONS: Final = 20


class MediaSource(Value):
    """Where a channel's files may come from."""

    home: str
    """The provider's API as configured, a simulator's too: trusted with its own scheme and port."""
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    """Credentials for `home`. Never sent after a redirect: a CDN, or a stranger, must not have them."""
    hosts: tuple[str, ...] = ()
    """Where files may lie besides: names, or `.example.com` for all below. By https only."""


class CredentialsRefused(MediaUnavailable):
    """Where the file lies nobody accepts our credentials; others may help."""


class MediaFetcher:
    """One pool of connections for downloads; knows no credentials of its own."""

    def __init__(
        self,
        *,
        allow_private_hosts: bool = False,
        max_bytes: int = MAX_BYTES,
        total: float = TOTAL_TIMEOUT,
        watch: Watch = unwatched,
    ) -> None:
        self._max_bytes = max_bytes
        self._total = total
        self._client = GuardedClient(
            timeout=_TIMEOUT,
            connections=_CONNECTIONS,
            allow_private_hosts=allow_private_hosts,
            watch=watch,
        )

    async def fetch(self, item: MediaItem, source: MediaSource) -> DownloadedMedia:
        """Fetch one file. Raise MediaRefused for good, MediaUnavailable to try again."""
        _require_encodable(source.headers)
        try:
            async with asyncio.timeout(self._total):
                return await self._follow(item, source)
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise MediaRefused("The provider named no usable address for this file.") from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise MediaUnavailable("The file could not be fetched from the provider.") from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()

    async def _follow(self, item: MediaItem, source: MediaSource) -> DownloadedMedia:
        url = httpx2.URL(item.source_url or "")
        for hop in range(MAX_REDIRECTS + 1):
            headers = source.headers if hop == 0 and _is_home(url, source) else {}
            _require_listed(url, source)
            async with self._client.get(url, headers) as response:
                if not response.is_redirect:
                    return await self._read(response, item)
                url = url.join(response.headers.get("location", ""))
        raise MediaRefused("The provider redirects this file too often.")

    async def _read(self, response: httpx2.Response, item: MediaItem) -> DownloadedMedia:
        _require_success(response)
        content = await self._read_bounded(response)
        header = response.headers.get("content-type", UNKNOWN)
        declared = header if item.mime_type == UNKNOWN else item.mime_type
        return DownloadedMedia(
            content=content,
            mime_type=sniff(content, declared),
            file_name=safe_name(_disposition_name(response)) or safe_name(item.file_name),
        )

    async def _read_bounded(self, response: httpx2.Response) -> bytes:
        announced = response.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > self._max_bytes:
            raise self._too_large()
        content = await bounded(response, self._max_bytes)
        if content is None:
            raise self._too_large()
        return content

    def _too_large(self) -> MediaRefused:
        return MediaRefused(f"The file is larger than {self._max_bytes // (1024 * 1024)} MB.")


def _require_encodable(headers: Mapping[str, str]) -> None:
    """A mistyped secret can be set again; until then the file waits."""
    try:
        httpx2.Headers(headers)
    except UnicodeEncodeError:
        # Not `from error`: it holds the secret.
        raise CredentialsRefused(
            "A secret of the account has a character that no secret has. Copy it from the provider's"
            " console again."
        ) from None


def _require_listed(url: httpx2.URL, source: MediaSource) -> None:
    if url.userinfo:
        raise MediaRefused("The file's address carries credentials.")
    if _is_home(url, source):
        return
    if url.scheme != "https" or url.port not in {None, 443} or not _is_listed(url.host, source.hosts):
        raise MediaRefused(f"Files are not fetched from {url.scheme}://{url.host}.")


def _is_home(url: httpx2.URL, source: MediaSource) -> bool:
    home = httpx2.URL(source.home)
    return (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)


def _is_listed(host: str, patterns: tuple[str, ...]) -> bool:
    return any(host.endswith(each) if each.startswith(".") else host == each for each in patterns)


def _require_success(response: httpx2.Response) -> None:
    if response.status_code == httpx2.codes.GONE:
        raise MediaRefused("The file is no longer there.")
    if response.status_code == httpx2.codes.UNAUTHORIZED:
        raise CredentialsRefused("The provider answered 401: it refuses our credentials for this file.")
    if response.status_code != httpx2.codes.OK:
        raise MediaUnavailable(f"The provider answered {response.status_code} for this file.")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaRefused("The provider sent the file compressed although asked not to.")


def _disposition_name(response: httpx2.Response) -> str | None:
    header = Message()
    header["content-disposition"] = response.headers.get("content-disposition", "")
    return header.get_filename()
