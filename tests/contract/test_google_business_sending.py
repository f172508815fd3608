"""What leaves for Google's Business Messages: messages, events, and what is set up for them."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from channels.extras import Parties, ReadMarks, RepresentativeEvents, TypingIndicator
from channels.google_business_messages import BusinessMessagesChannel
from domain.channels import ChannelName
from domain.errors import (
    ContentRejected,
    InvalidInput,
    RecipientUnreachable,
)
from domain.ids import new_id
from domain.messages import (
    AuthorKind,
    Choice,
    DeliveryStatus,
    Erased,
    Location,
    Media,
    MediaItem,
    OutboundMessage,
    TemplateUse,
    Unsupported,
)
from tests.contract import google_samples as google
from tests.contract.scripted_server import (
    ScriptedServer,
    a_json,
)

MINE = google.credentials()
ANN = Parties(endpoint_address=google.AGENT, recipient=google.CONVERSATION, agent_name="Ann Lee")
FILE = "https://desk.example/media/signed"
TAKEN = a_json({"name": "conversations/c/messages/m"})


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    server.script = google.with_token(TAKEN)
    return server


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[BusinessMessagesChannel]:
    channel = google.a_business_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def an_image(mime_type: str = "image/png", caption: str = "") -> OutboundMessage:
    item = MediaItem(media_id=new_id(), mime_type=mime_type)
    return google.a_message(Media(items=(item,), caption=caption), media_urls=(FILE,))


def body_of(server: ScriptedServer) -> dict[str, Any]:
    (request,) = google.calls(server)
    body: dict[str, Any] = json.loads(request.body)
    return body


async def test_a_text_is_created_once_under_our_own_id(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    message = google.a_message(author_name="Ann Lee")
    receipt = await channel.send(message, MINE)
    (request,) = google.calls(server)
    assert request.method == "POST"
    assert request.target == f"/v1/conversations/{google.CONVERSATION}/messages"
    assert request.headers["authorization"] == "Bearer ya29.token"
    assert body_of(server) == {
        "messageId": str(message.message_id),
        "representative": {"representativeType": "HUMAN", "displayName": "Ann Lee"},
        "text": "Hello",
    }
    assert receipt.provider_message_id == str(message.message_id)
    assert receipt.status is DeliveryStatus.SENT


SHOP = {"representative_name": "Shop"}
AVATAR = {"avatar_url": "https://shop.example/a.png"}


@pytest.mark.parametrize(
    ("speaks", "kind", "name"),
    [
        ({"author": AuthorKind.AGENT}, "HUMAN", "Support"),
        ({"author": AuthorKind.BOT}, "BOT", "Support"),
        ({"author": AuthorKind.SYSTEM, "endpoint_settings": SHOP}, "BOT", "Shop"),
        ({"author_name": "Ann", "endpoint_settings": SHOP}, "HUMAN", "Ann"),
    ],
)
async def test_the_representative_is_who_really_speaks(
    server: ScriptedServer,
    channel: BusinessMessagesChannel,
    speaks: dict[str, Any],
    kind: str,
    name: str,
) -> None:
    await channel.send(google.a_message(**speaks), MINE)
    assert body_of(server)["representative"] == {"representativeType": kind, "displayName": name}


async def test_the_endpoints_picture_is_shown(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    await channel.send(google.a_message(endpoint_settings=AVATAR), MINE)
    assert body_of(server)["representative"]["avatarImage"] == AVATAR["avatar_url"]


async def test_an_image_travels_by_its_address(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    await channel.send(an_image(), MINE)
    assert body_of(server)["image"] == {"contentInfo": {"fileUrl": FILE, "altText": "Image"}}


async def test_an_image_with_words_is_a_card(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    await channel.send(an_image(caption="Your receipt"), MINE)
    card = body_of(server)["richCard"]["standaloneCard"]["cardContent"]
    assert card["description"] == "Your receipt"
    assert card["media"]["contentInfo"]["fileUrl"] == FILE


@pytest.mark.parametrize(("length", "carried"), [(2000, "richCard"), (2001, "text")])
async def test_words_that_no_card_holds_go_with_a_link(
    server: ScriptedServer, channel: BusinessMessagesChannel, length: int, carried: str
) -> None:
    await channel.send(an_image(caption="x" * length), MINE)
    assert FILE in json.dumps(body_of(server)[carried])


async def test_a_place_is_a_link_to_a_map(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    await channel.send(
        google.a_message(Location(latitude=37.5665, longitude=-126.978, label="Shop")), MINE
    )
    assert body_of(server)["text"] == (
        "Shop\nhttps://www.google.com/maps/search/?api=1&query=37.566500%2C-126.978000"
    )


async def test_a_template_is_its_text(server: ScriptedServer, channel: BusinessMessagesChannel) -> None:
    use = TemplateUse(
        template_id=new_id(), name="n", language="en", content_sid="HX", text="Your order is here"
    )
    await channel.send(google.a_message(use), MINE)
    assert body_of(server)["text"] == "Your order is here"


@pytest.mark.parametrize(
    "message",
    [
        an_image("application/pdf"),
        an_image("image/gif"),
        an_image(caption="x" * 3072),
        an_image().model_copy(update={"media_urls": ()}),
        google.a_message(Choice(text="a", payload="a", source="button")),
        google.a_message(Unsupported(provider_type="x")),
        google.a_message(Erased()),
    ],
)
async def test_what_google_would_not_take_is_refused_before_asking(
    server: ScriptedServer, channel: BusinessMessagesChannel, message: OutboundMessage
) -> None:
    with pytest.raises(ContentRejected):
        await channel.send(message, MINE)
    assert google.calls(server) == []


@pytest.mark.parametrize("recipient", ["", "../brands", "a/b", "a?b", "..", "x" * 300])
async def test_a_recipient_that_is_no_conversation_is_never_asked_for(
    server: ScriptedServer, channel: BusinessMessagesChannel, recipient: str
) -> None:
    with pytest.raises(RecipientUnreachable):
        await channel.send(google.a_message(recipient=recipient), MINE)
    assert server.requests == []


# -- events --------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["joined", "left"])
async def test_a_person_comes_and_goes(
    server: ScriptedServer, channel: BusinessMessagesChannel, event: str
) -> None:
    assert isinstance(channel, RepresentativeEvents)
    event_id = new_id()
    tell = channel.joined if event == "joined" else channel.left
    await tell(ANN, MINE, event_id=event_id)
    (request,) = google.calls(server)
    assert request.path == f"/v1/conversations/{google.CONVERSATION}/events"
    assert request.query == {"eventId": str(event_id)}
    assert body_of(server) == {
        "eventType": f"REPRESENTATIVE_{event.upper()}",
        "representative": {"representativeType": "HUMAN", "displayName": "Ann Lee"},
    }


async def test_typing_is_shown(server: ScriptedServer, channel: BusinessMessagesChannel) -> None:
    assert isinstance(channel, TypingIndicator)
    await channel.show_typing(ANN, MINE)
    assert body_of(server)["eventType"] == "TYPING_STARTED"
    assert body_of(server)["representative"]["displayName"] == "Ann Lee"


async def test_an_agent_without_a_name_types_as_the_endpoint_says(
    server: ScriptedServer, channel: BusinessMessagesChannel
) -> None:
    shown = {"agent_name": None, "endpoint_settings": SHOP}
    await channel.show_typing(ANN.model_copy(update=shown), MINE)
    assert body_of(server)["representative"]["displayName"] == "Shop"


async def test_reading_is_shown(server: ScriptedServer, channel: BusinessMessagesChannel) -> None:
    assert isinstance(channel, ReadMarks)
    await channel.mark_read(ANN, "m-1", MINE)
    (request,) = google.calls(server)
    assert request.method == "PATCH"
    assert request.path == f"/v1/conversations/{google.CONVERSATION}/messages/m-1/receipt"
    assert body_of(server) == {"receiptType": "READ"}


# -- setting up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["1111-brand/2222-agent", google.AGENT, f" {google.AGENT} "])
def test_an_agent_may_be_typed_short_or_long(typed: str) -> None:
    assert google.a_business_reader().endpoint_address(typed) == google.AGENT


@pytest.mark.parametrize(
    "typed",
    ["", "agent", "brands/1111", "brands/a/agents/", "a/b/c", "../x", "a/b?c", "brands/../agents/x"],
)
def test_what_is_no_agent_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        google.a_business_reader().endpoint_address(typed)


def test_an_endpoint_is_told_what_google_will_not_show() -> None:
    check = google.a_business_reader().check_endpoint
    assert check({}) == []
    assert check({"avatar_url": "https://shop.example/a.png", "representative_name": "Shop"}) == []
    assert (
        len(check({"avatar_url": "http://shop.example/a.png", "representative_name": "x" * 200})) == 2
    )


def test_the_end_of_the_service_and_its_successors_are_known() -> None:
    offered = google.a_business_reader().capabilities
    assert str(offered.deprecated_on) == "2024-07-31"
    assert offered.replaced_by == (ChannelName.LIVE_CHAT, ChannelName.RCS)
    assert offered.service_window == timedelta(days=30)
    assert offered.idempotent_send
