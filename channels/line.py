"""LINE, through its Messaging API."""

# ruff: noqa: ARG002 - the contract tells a channel more than LINE needs

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from channels.base import Explanation
from channels.extras import Parties, Profile, Quota, WebhookTest
from channels.line_api import account, assertions, directory, errors, sending, signature
from channels.line_api.account import ASSERTION_KEY
from channels.line_api.actions import SUGGESTIONS
from channels.line_api.cards import CARDS
from channels.line_api.client import LineClient
from channels.line_api.contents import ContentReader
from channels.line_api.objects import MOST, TEXT_LIMIT
from channels.line_api.parsing import Reader
from channels.media_fetch import CredentialsRefused, MediaFetcher, MediaSource
from channels.webhooks import Parsed, WebhookAnswer, WebhookRequest
from domain.channels import ANY_FILE, Capabilities, ChannelName, MediaRule, Region, TextUnit
from domain.configuration import Credentials
from domain.errors import ChannelError, MediaUnavailable
from domain.messages import (
    DownloadedMedia,
    MediaItem,
    OutboundMessage,
    Receipt,
)

# https://developers.line.biz/en/reference/messaging-api/#image-message
_PICTURES: Final = MediaRule(types=("image/jpeg", "image/png"), max_bytes=10 * 1024 * 1024)
# What LINE's apps let people send; the Messaging API names no limit of its own.
_FROM_CUSTOMERS: Final = MediaRule(types=(ANY_FILE,), max_bytes=1024 * 1024 * 1024)
CAPABILITIES: Final = Capabilities(
    text_limit=TEXT_LIMIT,
    text_unit=TextUnit.UTF16_UNITS,
    inbound_media=(_FROM_CUSTOMERS,),
    outbound_media=(_PICTURES,),
    # One call has room for these and a caption, and counts as one message of the monthly limit.
    media_per_message=MOST - 1,
    suggestions=SUGGESTIONS,
    cards=CARDS,
    idempotent_send=True,
    afterthoughts=True,
    data_goes_to="LY Corporation (LINE)",
    forbidden_regions=(Region.GOVERNMENT,),
)
CALLBACKS: Final[Mapping[str, str]] = {"messages": "/webhooks/line/{account_id}"}


class LineChannel:
    """The adapter. It keeps connections and tokens, which `close` ends, and nothing else."""

    def __init__(self, client: LineClient, media: MediaFetcher) -> None:
        self._client = client
        self._media = media
        self._contents = ContentReader(content_url=client.data_api_url, sticker_url=client.sticker_url)

    @property
    def name(self) -> ChannelName:
        """The medium."""
        return ChannelName.LINE

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""
        return CAPABILITIES

    @property
    def callbacks(self) -> Mapping[str, str]:
        """Where LINE calls us."""
        return CALLBACKS

    def endpoint_address(self, text: str) -> str:
        """The bot's own user id."""
        return account.bot_user_id(text)

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise InvalidSignature unless LINE signed exactly these bytes for this channel."""
        signature.verify(request, credentials)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        """Events of several people, or none: LINE verifies an address with an empty list."""
        return Reader(self._contents, account.groups(credentials.settings)).read(request.body)

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        """LINE looks at the status only."""
        return WebhookAnswer()

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """Push one message with its own key, or reply with it."""
        return await sending.send(self._client, message, credentials)

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        """Fetch a file with a token, which stays with LINE's data host; a sticker without."""
        token = await self._token(credentials)
        try:
            return await self._fetch(item, token)
        except CredentialsRefused:
            fresh = await self._token(credentials, refused=token)
            if fresh == token:
                raise
        return await self._fetch(item, fresh)

    async def _token(self, credentials: Credentials, *, refused: str | None = None) -> str:
        try:
            return await self._client.tokens.get(credentials, refused=refused)
        except ChannelError as error:
            raise MediaUnavailable(str(error)) from error

    async def _fetch(self, item: MediaItem, token: str) -> DownloadedMedia:
        source = MediaSource(
            home=self._client.data_api_url,
            headers={"Authorization": f"Bearer {token}"},
            hosts=(self._client.sticker_host,),
        )
        return await self._media.fetch(item, source)

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:
        """Say what an error code means."""
        return errors.explain(code)

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """What keeps this account from working."""
        return account.missing(settings, secrets)

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        """A bot needs none."""
        return []

    async def profile(self, address: str, credentials: Credentials) -> Profile | None:
        """A person's name, or a group's."""
        return await directory.profile(self._client, address, credentials)

    async def show_typing(self, parties: Parties, credentials: Credentials) -> None:
        """LINE's loading animation."""
        await directory.show_loading(self._client, parties.recipient, credentials)

    async def registered_webhook(self, credentials: Credentials) -> str | None:
        """The address LINE calls now."""
        return await directory.webhook(self._client, credentials)

    async def register_webhook(self, url: str, credentials: Credentials) -> None:
        """Have LINE call this address."""
        await directory.set_webhook(self._client, url, credentials)

    async def test_webhook(self, url: str, credentials: Credentials) -> WebhookTest:
        """Have LINE call this address once."""
        return await directory.test_webhook(self._client, url, credentials)

    async def quota(self, credentials: Credentials) -> Quota:
        """Where the account stands this month."""
        return await directory.quota(self._client, credentials)

    async def check_credentials(self, credentials: Credentials) -> datetime | None:
        """Ask LINE for the bot's own data."""
        return await self._client.check(credentials)

    @property
    def later_secrets(self) -> frozenset[str]:
        """LINE's console wants no proof of an address: all may be set at once."""
        return frozenset()

    def checked_secret(self, name: str, text: str) -> str:
        """A secret as it is to be kept: a signing key is checked and minified. Raise InvalidInput."""
        return assertions.minified(text) if name == ASSERTION_KEY else text

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()
        await self._media.close()
