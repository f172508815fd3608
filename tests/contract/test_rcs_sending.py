"""What leaves for RCS for Business: content, events, regions and settings."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.extras import Parties, ReadMarks, TypingIndicator
from channels.rcs import RcsChannel
from domain.channels import ChannelName
from domain.errors import (
    AccountRejected,
    ContentRejected,
    InvalidInput,
    RecipientUnreachable,
)
from domain.ids import new_id
from domain.messages import (
    Choice,
    DeliveryStatus,
    Location,
    Media,
    MediaItem,
    OutboundMessage,
)
from tests.contract import google_samples as google
from tests.contract.scripted_server import Answer, ScriptedServer, a_json

MINE = google.credentials(ChannelName.RCS, {})
DESK = Parties(endpoint_address=google.RCS_AGENT, recipient=google.PHONE)
FILE = "https://desk.example/media/signed"


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    server.script = google.answering()
    return server


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[RcsChannel]:
    channel = google.an_rcs_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


def a_file(mime_type: str = "image/png", caption: str = "") -> OutboundMessage:
    item = MediaItem(media_id=new_id(), mime_type=mime_type)
    return google.an_rcs_message(Media(items=(item,), caption=caption), media_urls=(FILE,))


def body_of(server: ScriptedServer) -> dict[str, Any]:
    (request,) = google.posts(server)
    body: dict[str, Any] = json.loads(request.body)
    return body


async def test_a_text_is_created_once_under_our_own_id(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    message = google.an_rcs_message()
    receipt = await channel.send(message, MINE)
    (request,) = google.posts(server)
    assert request.path == f"{google.PHONE_PATH}/agentMessages"
    assert request.query == {"messageId": str(message.message_id), "agentId": google.RCS_AGENT}
    assert body_of(server) == {
        "contentMessage": {"text": "Hello"},
        "messageTrafficType": "SERVICEREQUEST",
    }
    assert receipt.provider_message_id == str(message.message_id)
    assert receipt.status is DeliveryStatus.SENT


async def test_the_endpoint_says_what_kind_of_traffic_it_is_and_how_long_it_is_worth(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    settings = {"message_traffic_type": "TRANSACTION", "ttl_seconds": "3600"}
    await channel.send(google.an_rcs_message(endpoint_settings=settings), MINE)
    body = body_of(server)
    assert (body["messageTrafficType"], body["ttl"]) == ("TRANSACTION", "3600s")


# -- content -------------------------------------------------------------------------------------


async def test_a_file_travels_by_its_address(server: ScriptedServer, channel: RcsChannel) -> None:
    await channel.send(a_file("application/pdf"), MINE)
    assert body_of(server)["contentMessage"] == {"contentInfo": {"fileUrl": FILE}}


async def test_an_image_with_words_is_a_card(server: ScriptedServer, channel: RcsChannel) -> None:
    await channel.send(a_file(caption="Your receipt"), MINE)
    card = body_of(server)["contentMessage"]["richCard"]["standaloneCard"]["cardContent"]
    assert card["description"] == "Your receipt"
    assert card["media"]["contentInfo"]["fileUrl"] == FILE


@pytest.mark.parametrize(
    ("message", "capable"),
    [
        (a_file("application/pdf", "Your receipt"), google.RCS_ABLE),
        (a_file("image/png", "Your receipt"), a_json({"features": ["ACTION_DIAL"]})),
        (a_file("image/png", "Your receipt"), a_json({"features": "all"})),
        (a_file("image/png", "Your receipt"), Answer(200, b"")),
    ],
)
async def test_what_no_card_can_hold_goes_as_words_and_a_link(
    server: ScriptedServer, channel: RcsChannel, message: OutboundMessage, capable: Answer
) -> None:
    server.script = google.answering(capable=capable)
    await channel.send(message, MINE)
    assert body_of(server)["contentMessage"] == {"text": f"Your receipt\n{FILE}"}


async def test_a_place_is_a_link_to_a_map(server: ScriptedServer, channel: RcsChannel) -> None:
    await channel.send(
        google.an_rcs_message(Location(latitude=1, longitude=2, address="Main St 1")), MINE
    )
    text = body_of(server)["contentMessage"]["text"]
    assert text.startswith("Main St 1\nhttps://www.google.com/maps/")


async def test_what_cannot_be_said_is_refused(server: ScriptedServer, channel: RcsChannel) -> None:
    with pytest.raises(ContentRejected):
        await channel.send(google.an_rcs_message(Choice(text="a", payload="a", source="button")), MINE)
    assert google.posts(server) == []


@pytest.mark.parametrize("recipient", ["", "4915112345678", "+1/../x", "+1?x=1", "alice"])
async def test_a_recipient_that_is_no_number_is_never_asked_for(
    server: ScriptedServer, channel: RcsChannel, recipient: str
) -> None:
    with pytest.raises(RecipientUnreachable):
        await channel.send(google.an_rcs_message(recipient=recipient), MINE)
    assert server.requests == []


# -- events, regions, settings -------------------------------------------------------------------


async def test_typing_and_reading_are_shown(server: ScriptedServer, channel: RcsChannel) -> None:
    assert isinstance(channel, TypingIndicator)
    assert isinstance(channel, ReadMarks)
    await channel.show_typing(DESK, MINE)
    await channel.mark_read(DESK, "Mx1", MINE)
    typing, reading = google.posts(server)
    assert {typing.path, reading.path} == {f"{google.PHONE_PATH}/agentEvents"}
    assert json.loads(typing.body) == {"eventType": "IS_TYPING"}
    assert json.loads(reading.body) == {"eventType": "READ", "messageId": "Mx1"}
    assert typing.query["eventId"] != reading.query["eventId"]


async def test_typing_goes_by_the_settings_of_the_endpoint(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    elsewhere = DESK.model_copy(update={"endpoint_settings": {"region": "mars"}})
    with pytest.raises(AccountRejected):
        await channel.show_typing(elsewhere, MINE)
    assert server.requests == []


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({}, "rcsbusinessmessaging.googleapis.com"),
        ({"region": "us"}, "us-rcsbusinessmessaging.googleapis.com"),
        ({"region": "europe"}, "europe-rcsbusinessmessaging.googleapis.com"),
        ({"region": "asia"}, "asia-rcsbusinessmessaging.googleapis.com"),
    ],
)
def test_the_region_decides_which_server_is_called(settings: dict[str, str], host: str) -> None:
    url = google.an_rcs_reader()._phone_url(google.PHONE, settings)
    assert url == f"https://{host}{google.PHONE_PATH}"


@pytest.mark.parametrize(
    "settings",
    [
        {"region": "evil.example/"},
        {"message_traffic_type": "SPAM"},
        {"ttl_seconds": "5"},
        {"ttl_seconds": "1296001"},
        {"ttl_seconds": "soon"},
    ],
)
async def test_a_setting_that_google_would_refuse_waits_for_an_operator(
    server: ScriptedServer, channel: RcsChannel, settings: dict[str, str]
) -> None:
    assert channel.check_endpoint(settings)
    with pytest.raises(AccountRejected):
        await channel.send(google.an_rcs_message(endpoint_settings=settings), MINE)
    assert google.posts(server) == []


async def test_an_account_may_set_the_region_for_all_its_agents(channel: RcsChannel) -> None:
    secrets = ("client_token", "service_account")
    assert channel.check_settings({"region": "europe"}, secrets) == []
    assert channel.check_settings({"region": "mars"}, secrets)
    assert len(channel.check_settings({}, ())) == 2


@pytest.mark.parametrize("typed", ["", "a b", "a/b", "../x"])
def test_what_is_no_agent_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        google.an_rcs_reader().endpoint_address(typed)
