"""Automated messages: what is said by itself when something happens to a conversation."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.channels import ChannelName
from domain.effects import Trigger
from domain.ids import EndpointId
from domain.versioned import Versioned
from domain.wording import Wording


class Recipient(StrEnum):
    """Who reads an automated message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    """A line in the transcript. It reaches no customer."""


NOTHING_MAY_LEAVE: Final = (Trigger.WINDOW_CLOSED, Trigger.CUSTOMER_OPTED_OUT)
"""Moments at which a customer must not be written to; agents may be told."""


class AutomatedMessage(Versioned):
    """What is said at a trigger: on a whole channel, or in its place on one endpoint."""

    automated_message_id: UUID
    trigger: Trigger
    recipient: Recipient = Recipient.CUSTOMER
    channel: ChannelName
    endpoint_id: EndpointId | None = None
    """None: on every endpoint of the channel that has none of its own."""
    wording: Wording
    enabled: bool = True
    """A disabled one of an endpoint keeps its channel's from being said there."""
