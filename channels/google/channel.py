"""What both of Google's channels do alike."""

from collections.abc import Collection
from datetime import datetime

from channels.exchange import Exchange
from channels.google import service_account, signature
from channels.google.api import GoogleApi
from channels.google.service_account import SERVICE_ACCOUNT
from channels.google.signature import CLIENT_TOKEN
from channels.media_fetch import MediaFetcher, MediaSource
from channels.webhooks import WebhookAnswer, WebhookRequest
from domain.configuration import Credentials
from domain.messages import DownloadedMedia, MediaItem


class GoogleChannel:
    """Keeps connections, which `close` ends."""

    def __init__(
        self, exchange: Exchange, api: GoogleApi, media: MediaFetcher, files: MediaSource
    ) -> None:
        self._exchange = exchange
        self._api = api
        self._media = media
        self._files = files

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        """Nothing, or the secret of a handshake. Google counts 200 only."""
        secret = signature.handshake_secret(request, credentials)
        return WebhookAnswer(body=secret or "")

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:  # noqa: ARG002
        """Fetch a file by its address, which is its own credential."""
        return await self._media.fetch(item, self._files)

    async def check_credentials(self, credentials: Credentials) -> datetime:
        """Ask for an access token. Raise ChannelError."""
        return await self._api.check(credentials)

    @property
    def later_secrets(self) -> frozenset[str]:
        """Both are given to an account that is there: to verify its address, Google needs one."""
        return frozenset({SERVICE_ACCOUNT, CLIENT_TOKEN})

    def checked_secret(self, name: str, text: str) -> str:
        """A secret as it is to be kept: a key file is checked and minified. Raise InvalidInput."""
        return service_account.minified(text) if name == SERVICE_ACCOUNT else text

    async def close(self) -> None:
        """Let go of all connections."""
        await self._exchange.close()
        await self._media.close()


def missing_secrets(secrets: Collection[str]) -> list[str]:
    """What keeps an account from hearing and from speaking."""
    problems = []
    if CLIENT_TOKEN not in secrets:
        problems.append(f"Set the secret {CLIENT_TOKEN}: without it every webhook is refused.")
    if SERVICE_ACCOUNT not in secrets:
        problems.append(f"Upload the service account's key file as the secret {SERVICE_ACCOUNT}.")
    return problems
