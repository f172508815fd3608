"""The contract every channel adapter keeps. Adapters translate; they decide nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from domain.channels import Capabilities, ChannelName
from domain.configuration import Approval, Credentials
from domain.conversations import MailKind
from domain.errors import ChannelError
from domain.messages import (
    DownloadedMedia,
    InboundEvent,
    MediaItem,
    MessageReceived,
    OutboundMessage,
    Receipt,
)
from domain.values import Value


class WebhookRequest(Value):
    """A provider's HTTP request, as the provider made it.

    `url` is the public address with path and query exactly as sent: some providers sign it.
    `headers` have lower-case names.
    """

    method: str
    url: str
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    body: bytes = Field(default=b"", repr=False)


class WebhookAnswer(Value):
    """What a provider takes for success."""

    status: int = 200
    content_type: str = "text/plain"
    body: str = ""


class Explanation(Value):
    """What a provider's error code means, for our code and for the people inside."""

    error_class: type[ChannelError]
    advice: str
    mail: MailKind | None = None
    """What the conversation must be told when a message fails with this code."""
    needs_operator: bool = False
    retry_after: timedelta | None = None


class ProviderTemplate(Value):
    """One language of a template as the provider lists it."""

    content_sid: str
    name: str
    language: str
    text: str
    variables: dict[str, str] = Field(default_factory=dict)
    """Placeholder to sample value: {"1": "Ann"} for a text with {{1}}."""
    approval: Approval = Approval.UNSUBMITTED
    rejection_reason: str | None = None
    category: str | None = None
    media: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


class Channel(Protocol):
    """One channel at one provider. Holds no state but its connections; `close` ends them."""

    @property
    def name(self) -> ChannelName:
        """The medium."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise InvalidSignature unless the provider sent exactly this request to this account."""

    def parse(self, request: WebhookRequest, credentials: Credentials) -> list[InboundEvent]:
        """Translate a verified request; it may carry several events or none.

        What we cannot show becomes Unsupported content. What we cannot even file (no id, no
        sender) raises UnreadableWebhook; events of the same body that could be read travel in its
        `details["readable"]`, so that one broken event never costs its neighbours.
        """

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        """The success answer, given once everything parsed is safely stored."""

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """Hand one message over with exactly one request. Raise ChannelError."""

    async def find_sent(
        self,
        message: OutboundMessage,
        credentials: Credentials,
        since: datetime,
        *,
        already_known: frozenset[str],
    ) -> Receipt | None:
        """Ask whether an attempt begun at `since` was taken. Raise ChannelError.

        `already_known`: provider ids that belong to other messages of ours. Two equal texts look
        alike at the provider, so without them the earlier one would pass for the later one.
        Every error has `outcome_known` False: failing to ask settles nothing.
        """

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        """Fetch a customer's file. Raise MediaRefused for good, MediaUnavailable to try again."""

    async def received_since(
        self, credentials: Credentials, addresses: Sequence[str], since: datetime
    ) -> list[MessageReceived]:
        """What customers wrote to these endpoints since then, oldest first, seen or not."""

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:
        """Say what an error code means under these account settings. Knows an answer to any code."""

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """What an admin still has to set right, as sentences. `secrets`: the names that are set."""

    async def close(self) -> None:
        """Let go of all connections."""


class TemplateDirectory(Protocol):
    """A channel whose templates are written and approved at the provider."""

    async def templates(self, credentials: Credentials) -> list[ProviderTemplate]:
        """All templates of an account with their approval."""

    async def approval(self, content_sid: str, credentials: Credentials) -> tuple[Approval, str | None]:
        """Where one template stands now, and why it was rejected."""
