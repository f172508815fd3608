"""What a provider remembers of the messages it received: the way to find what no webhook brought."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import Field

from domain.configuration import Credentials
from domain.messages import MessageReceived
from domain.values import Value


class ListedMessage(Value):
    """A customer's message as the provider lists it: enough to know it again, at no further cost."""

    provider_message_id: str
    facts: dict[str, str] = Field(default_factory=dict, repr=False)
    """What the adapter makes the whole message of."""
    sent_at: datetime | None = None


class Slice(Value):
    """Everything that an endpoint received up to a moment, the oldest first."""

    messages: tuple[ListedMessage, ...] = ()
    until: datetime


@runtime_checkable
class History(Protocol):
    """A channel that can be asked what it received. One without these methods cannot, and is not."""

    async def received_between(
        self, credentials: Credentials, address: str, since: datetime, until: datetime
    ) -> Slice:
        """What customers wrote to an endpoint from `since` on, as far as is cheap to read at once.

        The slice may end before `until`, but always after `since`, and nothing in it is left out.
        A little more on both sides does no harm. Raise ChannelError.
        """

    async def recover(self, credentials: Credentials, listed: ListedMessage) -> MessageReceived:
        """The whole message, as far as the provider still has it. Raise ChannelError."""
