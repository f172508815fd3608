"""What a provider tells us of customers: what they said, and what they do beside writing."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from domain.messages import Content, MessageReceived, Sender, StatusReported
from domain.values import Value


class MessageEdited(Value):
    """A customer changed what they had said."""

    type: Literal["message_edited"] = "message_edited"
    provider_message_id: str
    endpoint_address: str
    content: Content
    edited_at: datetime | None = None
    """The provider's own time, so that an earlier edit that comes late changes nothing."""


class MessageWithdrawn(Value):
    """A customer took back what they had said: the content goes, the fact stays."""

    type: Literal["message_withdrawn"] = "message_withdrawn"
    provider_message_id: str
    endpoint_address: str


class TypingReported(Value):
    """A customer began or stopped writing. Shown while it is true, kept nowhere."""

    type: Literal["typing_reported"] = "typing_reported"
    endpoint_address: str
    address: str
    is_typing: bool


class ConsentReported(Value):
    """A customer asked not to be written to, or allowed it again."""

    type: Literal["consent_reported"] = "consent_reported"
    endpoint_address: str
    sender: Sender
    opted_out: bool
    reported_at: datetime | None = None


InboundEvent: TypeAlias = Annotated[
    MessageReceived
    | StatusReported
    | MessageEdited
    | MessageWithdrawn
    | TypingReported
    | ConsentReported,
    Field(discriminator="type"),
]
