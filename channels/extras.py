"""What some providers offer beyond messages. A channel that offers it has these methods too."""

from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from pydantic import Field

from domain.configuration import Approval, Credentials
from domain.messages import OutboundMessage, Receipt
from domain.values import Value


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


@runtime_checkable
class SentLookup(Protocol):
    """A channel that can be asked, after a send without an answer, whether its provider took it."""

    async def find_sent(
        self,
        message: OutboundMessage,
        credentials: Credentials,
        since: datetime,
        *,
        already_known: frozenset[str],
    ) -> Receipt | None:
        """What an attempt begun at `since` became; None: it was not taken. Raise ChannelError.

        `already_known`: provider ids that belong to other messages of ours. Two equal texts look
        alike at the provider, so without them the earlier one would pass for the later one.
        Every error has `outcome_known` False: failing to ask settles nothing.
        """


@runtime_checkable
class TemplateDirectory(Protocol):
    """A channel whose templates are written and approved at the provider."""

    async def templates(self, credentials: Credentials) -> list[ProviderTemplate]:
        """All templates of an account with their approval."""

    async def approval(self, content_sid: str, credentials: Credentials) -> tuple[Approval, str | None]:
        """Where one template stands now, and why it was rejected."""


class Profile(Value):
    """How a person calls themselves at the provider."""

    display_name: str
    language: str | None = None
    """A BCP 47 tag, where the provider tells one."""


@runtime_checkable
class ProfileDirectory(Protocol):
    """A channel whose messages do not say who their author is, but who can be asked."""

    async def profile(self, address: str, credentials: Credentials) -> Profile | None:
        """None when the provider does not tell. Raise ChannelError."""


class Parties(Value):
    """Between whom a signal passes. The names are those of an OutboundMessage."""

    endpoint_address: str
    endpoint_settings: dict[str, str] = Field(default_factory=dict)
    recipient: str
    agent_name: str | None = None
    """The person who speaks for the business, as customers are shown them."""


@runtime_checkable
class TypingIndicator(Protocol):
    """A channel that can show a customer that an answer is being written."""

    async def show_typing(self, parties: Parties, credentials: Credentials) -> None:
        """Show it for a few seconds. Raise ChannelError."""


@runtime_checkable
class RepresentativeEvents(Protocol):
    """A channel that shows a customer when a person takes over, and when they leave.

    `event_id`: the same for a repetition, which is then the same event.
    """

    async def joined(self, parties: Parties, credentials: Credentials, *, event_id: UUID) -> None:
        """A person has come. Raise ChannelError."""

    async def left(self, parties: Parties, credentials: Credentials, *, event_id: UUID) -> None:
        """The person has gone. Raise ChannelError."""


@runtime_checkable
class ReadMarks(Protocol):
    """A channel that can show a customer that their message was read."""

    async def mark_read(
        self, parties: Parties, provider_message_id: str, credentials: Credentials
    ) -> None:
        """Show it. Raise ChannelError."""


@runtime_checkable
class SecretCheck(Protocol):
    """A channel that knows what some of its secrets look like."""

    @property
    def later_secrets(self) -> frozenset[str]:
        """What may be set after the account is made: a key file is uploaded to one that is there."""

    def checked_secret(self, name: str, text: str) -> str:
        """The secret as it is to be kept. Raise InvalidInput when it cannot be one.

        May take long: not for the event loop.
        """


@runtime_checkable
class CredentialCheck(Protocol):
    """A provider that can be asked whether it accepts an account, and nothing else."""

    async def check_credentials(self, credentials: Credentials) -> datetime | None:
        """Until when an access token is used, where there is one.

        Raise ChannelError when the account is not accepted, or nobody answers.
        """


class WebhookTest(Value):
    """What the provider found when it called us."""

    ok: bool
    message: str


@runtime_checkable
class WebhookRegistration(Protocol):
    """A provider that can be told where to call us, instead of an admin copying the address."""

    async def registered_webhook(self, credentials: Credentials) -> str | None:
        """The address it calls now. Raise ChannelError."""

    async def register_webhook(self, url: str, credentials: Credentials) -> None:
        """Have it call this address. Raise ChannelError."""

    async def test_webhook(self, url: str, credentials: Credentials) -> WebhookTest:
        """Have it call this address once. Raise ChannelError."""


class Quota(Value):
    """How many messages this account may send in a period, and how many it has sent."""

    used: int
    limit: int | None = None
    """None: as many as it likes."""
    period: str = "month"


@runtime_checkable
class QuotaDirectory(Protocol):
    """A provider that counts messages and stops at a limit."""

    async def quota(self, credentials: Credentials) -> Quota:
        """Where the account stands. Raise ChannelError."""
