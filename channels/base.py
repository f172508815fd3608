"""The contract every channel adapter keeps. Adapters translate; they decide nothing."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Protocol

from channels.webhooks import Parsed, WebhookAnswer, WebhookRequest
from domain.channels import Capabilities, ChannelName
from domain.configuration import Credentials
from domain.conversations import MailKind
from domain.errors import ChannelError
from domain.messages import (
    DownloadedMedia,
    MediaItem,
    OutboundMessage,
    Receipt,
)
from domain.values import Value


class Explanation(Value):
    """What a provider's error code means, for our code and for the people inside."""

    error_class: type[ChannelError]
    advice: str
    mail: MailKind | None = None
    """What the conversation must be told when a message fails with this code."""
    needs_operator: bool = False
    retry_after: timedelta | None = None


class Channel(Protocol):
    """One channel at one provider. Holds no state but its connections; `close` ends them."""

    @property
    def name(self) -> ChannelName:
        """The medium."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""

    @property
    def callbacks(self) -> Mapping[str, str]:
        """Where the provider calls us: paths with {account_id}, by what is sent there.

        `status` is the one that learns what became of a message, where messages name an address.
        """

    def endpoint_address(self, text: str) -> str:
        """What an admin typed, as the provider writes it. Raise InvalidInput when it cannot be one."""

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise InvalidSignature unless the provider sent exactly this request to this account."""

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        """Translate a verified request; it may carry several events or none.

        What we cannot show becomes Unsupported content. What we cannot even file is `unreadable`;
        UnreadableWebhook is for a body in which no event can be told from another.
        """

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        """The success answer, given once everything parsed is safely stored."""

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """Hand one message over with exactly one request. Raise ChannelError."""

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        """Fetch a customer's file. Raise MediaRefused for good, MediaUnavailable to try again."""

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:
        """Say what an error code means under these account settings. Knows an answer to any code."""

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """What an admin still has to set right, as sentences. `secrets`: the names that are set."""

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        """The same for the settings of one endpoint."""

    async def close(self) -> None:
        """Let go of all connections."""
