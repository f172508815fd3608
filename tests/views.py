"""Conversations and messages as people see them, valid by default."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from console.reader import Reader
from domain.channels import ChannelName
from domain.conversations import State
from domain.ids import new_id
from domain.messages import AuthorKind, DeliveryStatus, Direction, Text
from domain.views import (
    ContactView,
    ConversationView,
    DeliveryView,
    LiveEvent,
    LiveEventType,
    MessageView,
    OfferView,
)
from tests.builders import ALICE, BOB, NOON

ALICE_READS = Reader(agent_id=ALICE, name="Alice")
BOB_READS = Reader(agent_id=BOB, name="Bob")
SUPERVISOR = Reader(agent_id=new_id(), name="Sue", is_supervisor=True)
CONVERSATION = UUID("01890000-0000-7000-8000-00000000c0de")


def a_view(**override: Any) -> ConversationView:
    """Minji's WhatsApp conversation, waiting since noon."""
    values: dict[str, Any] = {
        "conversation_id": CONVERSATION,
        "channel": ChannelName.WHATSAPP,
        "endpoint_id": new_id(),
        "contact_id": new_id(),
        "workstream_id": new_id(),
        "queue_id": new_id(),
        "state": State.OPEN,
        "opened_at": NOON,
        "last_inbound_at": NOON,
        "state_changed_at": NOON,
        "window_expires_at": NOON + timedelta(hours=24),
        "contact": a_contact(),
        "endpoint_name": "Main number",
        "queue_name": "Support",
        "last_seq": 1,
        "last_message": a_message(),
    }
    return ConversationView(**values | override)


def alices(state: State = State.ACTIVE, **override: Any) -> ConversationView:
    """The same, in the hands of Alice."""
    return a_view(**{"state": state, "agent_id": ALICE, "agent_name": "Alice"} | override)


def a_contact(**override: Any) -> ContactView:
    """Minji, who has a phone."""
    values: dict[str, Any] = {
        "contact_id": new_id(),
        "display_name": "Kim Minji",
        "address": "whatsapp:+821012345678",
        "phone": "+821012345678",
    }
    return ContactView(**values | override)


def a_message(seq: int = 1, text: str = "Hello", **override: Any) -> MessageView:
    """The customer says hello, a minute after the message before."""
    values: dict[str, Any] = {
        "message_id": new_id(),
        "conversation_id": CONVERSATION,
        "seq": seq,
        "direction": Direction.INBOUND,
        "author": AuthorKind.CUSTOMER,
        "content": Text(text=text),
        "at": NOON + timedelta(minutes=seq - 1),
    }
    return MessageView(**values | override)


def an_answer(
    seq: int = 2, status: DeliveryStatus = DeliveryStatus.SENT, **override: Any
) -> MessageView:
    """Alice answers."""
    ours: dict[str, Any] = {
        "direction": Direction.OUTBOUND,
        "author": AuthorKind.AGENT,
        "author_id": ALICE,
        "delivery": DeliveryView(status=status),
    }
    return a_message(seq, **ours | override)


def an_offer(**override: Any) -> OfferView:
    """Alice is asked at noon, for two minutes."""
    values: dict[str, Any] = {
        "offer_id": new_id(),
        "conversation_id": CONVERSATION,
        "agent_id": ALICE,
        "queue_id": new_id(),
        "offered_at": NOON,
        "expires_at": NOON + timedelta(minutes=2),
        "remaining": timedelta(seconds=110.4),
        "channel": ChannelName.WHATSAPP,
        "queue_name": "Support",
        "customer_name": "Kim Minji",
        "first_message": a_message(text="Where is\nmy parcel?"),
        "fields": {"tier": "gold"},
    }
    return OfferView(**values | override)


def an_event(
    kind: LiveEventType = LiveEventType.CONVERSATION_CHANGED,
    *,
    at: datetime = NOON,
    **override: Any,
) -> LiveEvent:
    """Something happened to it."""
    values: dict[str, Any] = {
        "cursor": f"1.{at.timestamp()}",
        "type": kind,
        "at": at,
        "conversation_id": CONVERSATION,
    }
    return LiveEvent(**values | override)
