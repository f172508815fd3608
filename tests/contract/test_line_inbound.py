"""What LINE tells, in our words; its SDK is the oracle of the payloads themselves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from linebot.v3.webhook import WebhookParser

from channels.webhooks import Parsed
from domain.customer_events import ConsentReported, InboundEvent, MessageEdited, MessageWithdrawn
from domain.messages import (
    Choice,
    Location,
    Media,
    MediaState,
    MessageReceived,
    Sender,
    Text,
    Unsupported,
)
from tests.contract import line_samples as line

SERVED = line.credentials(groups="serve")


def event_in(name: str, **settings: str) -> InboundEvent:
    found = line.parsed(line.body(name), **settings)
    (event,) = found.events
    assert found.unreadable == ()
    return event


def received(name: str, **settings: str) -> MessageReceived:
    event = event_in(name, **settings)
    assert isinstance(event, MessageReceived)
    return event


def media_in(name: str) -> Media:
    content = received(name).content
    assert isinstance(content, Media)
    return content


def test_the_payloads_are_what_the_sdk_knows() -> None:
    ours = {"future_event", "future_message", "future_sticker", "batch_with_poison"}
    for name in set(line.names()) - ours:
        content = line.body(name)
        for event in WebhookParser(line.SECRET).parse(content.decode(), line.sign(content)):
            assert type(event).__name__ != "UnknownEvent", name


@pytest.mark.parametrize("name", sorted(set(line.names()) - {"batch_with_poison"}))
def test_whatever_line_sends_is_filed_or_kept_and_lost_never(name: str) -> None:
    found = line.parsed(line.body(name), groups="serve")
    count = len(line.payload(name)["events"])
    assert len(found.events) + len(found.unreadable) == count
    assert not found.unreadable or name in {"account_link_failed", "bot_suspended"}


def test_an_address_is_verified_with_no_events_at_all() -> None:
    assert line.parsed(line.body("verify")) == Parsed()
    assert line.parsed(b'{"destination":"xxxxxxxxxx","events":[]}') == Parsed()


def test_a_text_with_its_sender_and_its_facts() -> None:
    event = received("text")
    assert event.content == Text(text="Hello, world! (love)")
    assert event.provider_message_id == "444573847500000001"
    assert (event.endpoint_address, event.sender) == (line.BOT, Sender(address=line.CUSTOMER))
    assert event.sent_at == datetime(2016, 5, 7, 13, 58, 1, 859000, UTC)
    assert event.details == {
        "webhook_event_id": "01FZ74A0TDDPYRVKNK77XKC002",
        "reply_token": "nHuyWiB7yP5Zw52FIkcQobQuGDXCT002",
        "emojis": "5ac1bfd5040ab15980c9b435/001",
    }


def test_emojis_and_mentions_are_found_by_utf16_units() -> None:
    event = received("text_with_surrogates")
    assert event.content == Text(text="👨‍👩‍👧 @Kim 보내주세요 (emoji) 감사")
    assert event.details["mentions"] == "@Kim"
    assert event.details["mentions_us"] == "true"
    assert event.reply_to == "444573844083572737"


@pytest.mark.parametrize(
    "ranges", [[(0, 99)], [(-1, 2)], [(5, 0)], [(1, 1), (1, 1)], [(0, 2), (1, 2)], [("a", None)]]
)
def test_impossible_ranges_leave_the_text_readable(ranges: list[tuple[Any, Any]]) -> None:
    emojis = [{"index": index, "length": length} for index, length in ranges]
    message = {"id": "1", "type": "text", "text": "👍 good", "emojis": emojis}
    found = line.parsed(line.an_envelope({**line.payload("text")["events"][0], "message": message}))
    (event,) = found.events
    assert isinstance(event, MessageReceived)
    assert isinstance(event.content, Text)
    assert event.content.text.endswith("good")


def test_an_emoji_inside_another_one_is_left_alone() -> None:
    emojis = [{"index": 0, "length": 2}, {"index": 1, "length": 1}]
    message = {"id": "1", "type": "text", "text": "ab good", "emojis": emojis}
    event = {**line.payload("text")["events"][0], "message": message}
    (found,) = line.parsed(line.an_envelope(event)).events
    assert isinstance(found, MessageReceived)
    assert found.content == Text(text="a(emoji) good")


@pytest.mark.parametrize(
    ("name", "mime_type", "file_name"),
    [
        ("image", "image/jpeg", None),
        ("video", "video/mp4", None),
        ("audio", "audio/mp4", None),
        ("file", "application/pdf", "invoice 7.pdf"),
    ],
)
def test_files_lie_at_lines_data_host(name: str, mime_type: str, file_name: str | None) -> None:
    event = received(name)
    (item,) = media_in(name).items
    assert (item.mime_type, item.file_name, item.state) == (mime_type, file_name, MediaState.PENDING)
    assert item.source_url == (
        f"https://api-data.line.me/v2/bot/message/{event.provider_message_id}/content"
    )


def test_parts_of_a_set_of_images_know_their_place() -> None:
    found = line.parsed(line.body("image_set")).events
    places = [event.details["image_set_index"] for event in found if isinstance(event, MessageReceived)]
    assert places == ["2", "1"]


def test_a_file_kept_elsewhere_is_named_and_not_fetched() -> None:
    media = media_in("image_external")
    assert media.caption == "https://pictures.example/cat.jpg"
    assert (media.items[0].state, media.items[0].source_url) == (MediaState.REFUSED, None)


def test_a_place() -> None:
    assert received("location").content == Location(
        latitude=35.67966,
        longitude=139.73669,
        label="my location",
        address="1-3 Kioicho, Chiyoda-ku, Tokyo",
    )


@pytest.mark.parametrize(
    ("name", "caption", "sticker_id"),
    [
        ("sticker", "bed", "10855"),
        ("sticker_message", "Let's hang out", "738839"),
        ("sticker_bare", "Sticker", "1"),
        ("future_sticker", "Sticker", "7"),
    ],
)
def test_a_sticker_is_shown_as_its_picture(name: str, caption: str, sticker_id: str) -> None:
    media = media_in(name)
    assert media.caption == caption
    assert media.items[0].source_url == (
        f"https://stickershop.line-scdn.net/stickershop/v1/sticker/{sticker_id}/android/sticker.png"
    )
    assert received(name).details["sticker_id"] == sticker_id


@pytest.mark.parametrize(
    ("name", "text", "payload"),
    [
        ("postback", "action=buy&itemid=123", "action=buy&itemid=123"),
        ("postback_datetime", "2017-12-25T01:00", "storeId=12345"),
        ("postback_rich_menu", "richmenu-changed-to-b", "richmenu-changed-to-b"),
    ],
)
def test_a_tap_has_no_message_id_and_is_named_by_its_event(name: str, text: str, payload: str) -> None:
    event = received(name)
    assert event.content == Choice(text=text, payload=payload, source="button")
    assert event.provider_message_id == event.details["webhook_event_id"]


@pytest.mark.parametrize(
    ("name", "address", "opted_out"),
    [
        ("follow", line.CUSTOMER, False),
        ("unfollow", line.CUSTOMER, True),
        ("join", line.GROUP, False),
        ("leave", line.GROUP, True),
    ],
)
def test_who_may_be_written_to(name: str, address: str, *, opted_out: bool) -> None:
    event = event_in(name, groups="serve")
    assert isinstance(event, ConsentReported)
    assert (event.sender.address, event.opted_out) == (address, opted_out)
    assert event.reported_at


def test_what_is_taken_back_and_what_is_corrected() -> None:
    withdrawn = event_in("unsend")
    assert withdrawn == MessageWithdrawn(provider_message_id="325708", endpoint_address=line.BOT)
    edited = event_in("message_edited", groups="serve")
    assert isinstance(edited, MessageEdited)
    assert edited == MessageEdited(
        provider_message_id="444573844083572737",
        endpoint_address=line.BOT,
        content=Text(text="I meant Tuesday"),
        edited_at=edited.edited_at,
    )
    assert edited.edited_at == datetime.fromtimestamp(1_462_629_512_859 / 1000, UTC)


@pytest.mark.parametrize(("name", "group"), [("group_text", line.GROUP), ("room_text", line.ROOM)])
def test_a_group_is_ignored_or_served_as_one_customer(name: str, group: str) -> None:
    assert line.parsed(line.body(name)) == Parsed()
    event = received(name, groups="serve")
    assert event.sender.address == group
    assert event.details["group_id"] == group
    assert event.details["user_id"] == line.MEMBER


def test_standby_is_marked_and_carries_no_right_to_answer() -> None:
    details = received("standby_text").details
    assert details["mode"] == "standby"
    assert "reply_token" not in details


def test_a_redelivered_event_is_the_same_event() -> None:
    event = received("redelivered_text")
    assert event.details["redelivered"] == "true"
    assert event.provider_message_id == line.payload("redelivered_text")["events"][0]["message"]["id"]


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("future_event", "hologramProjected", ""),
        ("future_message", "hologram", "in three dimensions"),
        ("beacon", "beacon", "enter d41d8cd98f"),
        ("video_play_complete", "videoPlayComplete", "track-id"),
        ("account_link", "accountLink", "ok"),
        ("membership", "membership", "joined"),
        ("member_joined", "memberJoined", "2"),
        ("member_left", "memberLeft", "1"),
    ],
)
def test_what_we_cannot_show_is_kept(name: str, kind: str, text: str) -> None:
    content = received(name, groups="serve").content
    assert content == Unsupported(provider_type=kind, text=text)
