"""Live chat as a channel: nobody calls it, and a message that leaves is a mark and nothing more."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from channels.extras import Parties, SentLookup
from channels.live_chat import CAPABILITIES, LiveChatChannel
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.errors import (
    ChannelError,
    InvalidInput,
    InvalidSignature,
    MediaRefused,
    UnreadableWebhook,
)
from domain.ids import new_id
from domain.messages import DeliveryStatus, MediaItem, OutboundMessage, Text

WIDGET = UUID("01890000-0000-7000-8000-00000000c4a7")
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
NOBODY = Credentials(account_id=new_id(), channel=ChannelName.LIVE_CHAT)
REQUEST = WebhookRequest(method="POST", url="https://holdfast.example.com/x", body=b"hello")


class Shown:
    """What customers would see."""

    def __init__(self) -> None:
        self.typing: list[tuple[UUID, str, str | None]] = []
        self.read: list[tuple[UUID, str]] = []

    async def agent_types(self, widget_id: UUID, address: str, name: str | None) -> None:
        self.typing.append((widget_id, address, name))

    async def agent_read(self, widget_id: UUID, provider_message_id: str) -> None:
        self.read.append((widget_id, provider_message_id))


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def channel(shown: Shown) -> LiveChatChannel:
    return LiveChatChannel(shown)


def a_message(**override: object) -> OutboundMessage:
    values: dict[str, object] = {
        "message_id": new_id(),
        "endpoint_address": str(WIDGET),
        "recipient": "visitor:1",
        "content": Text(text="How can we help?"),
    }
    return OutboundMessage.model_validate(values | override)


def test_inv10_whatever_claims_to_be_its_webhook_is_refused(channel: LiveChatChannel) -> None:
    with pytest.raises(InvalidSignature):
        channel.verify(REQUEST, NOBODY)
    with pytest.raises(UnreadableWebhook):
        channel.parse(REQUEST, NOBODY)
    assert channel.callbacks == {}


async def test_a_message_is_sent_by_being_there_however_often(channel: LiveChatChannel) -> None:
    message = a_message()
    receipts = [await channel.send(message, NOBODY) for _ in range(2)]
    assert receipts[0] == receipts[1]
    assert receipts[0].provider_message_id == str(message.message_id)
    assert receipts[0].status is DeliveryStatus.SENT
    assert CAPABILITIES.idempotent_send


async def test_there_is_nobody_to_be_asked(channel: LiveChatChannel) -> None:
    assert not isinstance(channel, SentLookup)
    with pytest.raises(MediaRefused):
        await channel.download(MediaItem(media_id=new_id(), mime_type="image/png"), NOBODY)


async def test_signals_go_to_the_widgets_customer(channel: LiveChatChannel, shown: Shown) -> None:
    parties = Parties(endpoint_address=str(WIDGET), recipient="visitor:1", agent_name="Ann")
    await channel.show_typing(parties, NOBODY)
    await channel.mark_read(parties, "chat:message", NOBODY)
    assert shown.typing == [(WIDGET, "visitor:1", "Ann")]
    assert shown.read == [(WIDGET, "chat:message")]


def test_no_data_leaves_and_nothing_has_to_be_set(channel: LiveChatChannel) -> None:
    assert channel.capabilities.data_goes_to is None
    assert channel.check_settings({}, []) == channel.check_endpoint({}) == []


@pytest.mark.parametrize("code", ["", "0", "abc", "99999999999999999999"])
def test_every_code_is_explained_even_one_that_does_not_exist(
    channel: LiveChatChannel, code: str
) -> None:
    explanation = channel.explain(code, {})
    assert issubclass(explanation.error_class, ChannelError)
    assert explanation.advice


def test_a_widget_is_its_own_address(channel: LiveChatChannel) -> None:
    assert channel.endpoint_address(str(WIDGET).upper()) == str(WIDGET)
    with pytest.raises(InvalidInput):
        channel.endpoint_address("+4915112345678")
