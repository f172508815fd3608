"""A message as LINE's message objects; the models of its SDK are the oracle."""

from typing import Any

import pytest
from linebot.v3.messaging import PushMessageRequest

from channels.line import CAPABILITIES
from channels.line_api.objects import objects
from channels.rendering import render
from domain.errors import ContentRejected
from domain.ids import new_id
from domain.messages import (
    Choice,
    Content,
    Erased,
    Location,
    Media,
    MediaItem,
    OutboundMessage,
    TemplateUse,
    Text,
    Unsupported,
)
from tests.contract import line_samples as line

PICTURE = "https://desk.example/media/1.jpg?signature=x"
MEGABYTE = 1024 * 1024


def an_item(mime_type: str = "image/jpeg", size: int = 1000) -> MediaItem:
    return MediaItem(media_id=new_id(), mime_type=mime_type, size=size, file_name="file")


def a_message(content: Content, *urls: str, previews: tuple[str, ...] = ()) -> OutboundMessage:
    return OutboundMessage(
        message_id=new_id(),
        endpoint_address=line.BOT,
        recipient=line.CUSTOMER,
        content=content,
        media_urls=urls,
        preview_urls=previews,
    )


def sent(content: Content, *urls: str, previews: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What we would send; the SDK must read it as messages of the types it names."""
    found = objects(a_message(content, *urls, previews=previews))
    read = PushMessageRequest.from_dict({"to": line.CUSTOMER, "messages": found})
    assert [message.type for message in read.messages] == [each["type"] for each in found]
    assert all(type(message).__name__ != "Message" for message in read.messages)
    return found


def test_a_text() -> None:
    assert sent(Text(text="Hello 👋")) == [{"type": "text", "text": "Hello 👋"}]


@pytest.mark.parametrize("text", ["a" * 5000, "👍" * 2500])
def test_a_text_at_the_limit_is_taken_and_one_beyond_it_is_not(text: str) -> None:
    assert sent(Text(text=text))
    with pytest.raises(ContentRejected):
        objects(a_message(Text(text=text + "a")))


def test_a_text_beyond_the_limit_is_split_where_line_counts() -> None:
    parts = render(Text(text="👍" * 3000), CAPABILITIES, lambda _: "")
    assert [len(part.text) for part in parts if isinstance(part, Text)] == [2500, 500]


def test_pictures_and_their_caption_are_one_call() -> None:
    media = Media(items=(an_item(), an_item("image/png")), caption="Both sides")
    front, back, caption = sent(media, PICTURE, PICTURE + "2")
    assert front == {"type": "image", "originalContentUrl": PICTURE, "previewImageUrl": PICTURE}
    assert back["originalContentUrl"] == PICTURE + "2"
    assert caption == {"type": "text", "text": "Both sides"}


def test_a_large_picture_needs_a_preview_and_is_a_link_without() -> None:
    large = Media(items=(an_item(size=MEGABYTE + 1), an_item(size=MEGABYTE + 1)))
    shown, linked = sent(large, PICTURE, PICTURE + "2", previews=(PICTURE + "&small", ""))
    assert shown["previewImageUrl"] == PICTURE + "&small"
    assert linked == {"type": "text", "text": PICTURE + "2"}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/media/1.jpg", "https://desk.example/" + "x" * 2000]
)
def test_a_picture_line_would_not_fetch_travels_as_its_address(url: str) -> None:
    assert sent(Media(items=(an_item(),)), url) == [{"type": "text", "text": url}]


@pytest.mark.parametrize(
    ("item", "as_file"),
    [
        (an_item(size=10 * MEGABYTE), True),
        (an_item(size=10 * MEGABYTE + 1), False),
        (an_item("image/gif"), False),
        (an_item("video/mp4"), False),
        (an_item("application/pdf"), False),
    ],
)
def test_what_is_no_picture_becomes_a_link(item: MediaItem, *, as_file: bool) -> None:
    (part,) = render(Media(items=(item,)), CAPABILITIES, lambda _: "https://desk.example/m")
    assert isinstance(part, Media) is as_file
    assert as_file or part == Text(text="file: https://desk.example/m")


def test_many_pictures_take_as_few_calls_as_possible() -> None:
    media = Media(items=tuple(an_item() for _ in range(6)), caption="Look")
    parts = render(media, CAPABILITIES, lambda _: "")
    assert [len(part.items) for part in parts if isinstance(part, Media)] == [4, 2]
    assert all(len(objects(a_message(part, *(PICTURE,) * 4))) <= 5 for part in parts[:1])


def test_a_place_always_has_the_title_and_the_address_line_wants() -> None:
    (bare,) = sent(Location(latitude=35.65, longitude=139.7))
    assert (bare["title"], bare["address"]) == ("Location", "35.650000, 139.700000")
    (named,) = sent(Location(latitude=1, longitude=2, label="👍" * 80, address="Street 1"))
    assert named == {
        "type": "location",
        "title": "👍" * 50,
        "address": "Street 1",
        "latitude": 1,
        "longitude": 2,
    }


@pytest.mark.parametrize(
    "content",
    [
        Choice(text="Yes", payload="yes", source="button"),
        Unsupported(provider_type="hologram"),
        Erased(),
        Text(text=" "),
        Media(items=()),
        Media(items=(an_item(),)),
        TemplateUse(template_id=new_id(), name="a", language="en", content_sid="HX", text="Hello"),
    ],
)
def test_what_line_does_not_take_is_not_even_asked(content: Content) -> None:
    with pytest.raises(ContentRejected):
        objects(a_message(content))
