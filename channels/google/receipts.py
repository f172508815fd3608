"""Receipts of both channels. We choose the ids of our messages, so that Google's is ours."""

from typing import Final
from uuid import UUID

from domain.ids import MessageId
from domain.messages import DeliveryStatus, StatusReported

_STATUSES: Final = {"DELIVERED": DeliveryStatus.DELIVERED, "READ": DeliveryStatus.READ}


def status_of(provider_message_id: str, receipt: str) -> StatusReported | None:
    """What a receipt says. None: a word that Google added one day."""
    status = _STATUSES.get(receipt)
    if status is None:
        return None
    return StatusReported(
        provider_message_id=provider_message_id,
        message_id=own_id(provider_message_id),
        status=status,
    )


def own_id(provider_message_id: str) -> MessageId | None:
    """Our own id, unless somebody else sent in the name of this agent."""
    try:
        return UUID(provider_message_id)
    except ValueError:
        return None
