"""Values that are valid by default; a test overrides the one thing it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.channels import ChannelName
from domain.conversations import ConversationStart, Mail, MailKind, Memory, State
from domain.ids import new_id
from domain.offers import OfferTerms
from domain.timers import TimerPolicy

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
ALICE = UUID("01890000-0000-7000-8000-00000000a11c")
BOB = UUID("01890000-0000-7000-8000-000000000b0b")


def a_memory(**override: Any) -> Memory:
    """An open WhatsApp conversation whose customer wrote at noon."""
    values: dict[str, Any] = {
        "channel": ChannelName.WHATSAPP,
        "state": State.OPEN,
        "service_window": timedelta(hours=24),
        "last_inbound_at": NOON,
        "window_expires_at": NOON + timedelta(hours=24),
    }
    return Memory(**values | override)


def an_assigned_memory(state: State = State.ACTIVE, **override: Any) -> Memory:
    """The same, in the hands of Alice."""
    assigned = {"agent_id": ALICE, "session_open": True, "holds_capacity": True}
    return a_memory(**{"state": state} | assigned | override)


def an_offer(**override: Any) -> OfferTerms:
    """Bob is asked at noon, and has two minutes."""
    values: dict[str, Any] = {
        "offer_id": new_id(),
        "agent_id": BOB,
        "expires_at": NOON + timedelta(minutes=2),
    }
    return OfferTerms(**values | override)


def a_start(**override: Any) -> ConversationStart:
    """How a WhatsApp conversation begins."""
    values: dict[str, Any] = {
        "conversation_id": new_id(),
        "channel": ChannelName.WHATSAPP,
        "opened_at": NOON,
        "service_window": timedelta(hours=24),
        "timers": TimerPolicy(),
        "queue_id": new_id(),
        "queue_name": "Support",
        "endpoint_name": "Main number",
    }
    return ConversationStart(**values | override)


def a_mail(position: int, at: datetime, **override: Any) -> Mail:
    """The customer wrote."""
    values: dict[str, Any] = {
        "position": position,
        "kind": MailKind.CUSTOMER_WROTE,
        "at": at,
        "message_id": new_id(),
    }
    return Mail(**values | override)
