"""Cards and suggestions as LINE's message objects; the models of its SDK are the oracle."""

import json
from typing import Any

import pytest
from linebot.v3.messaging import FlexMessage, PushMessageRequest, TextMessage

from channels.line import CAPABILITIES
from channels.line_api.actions import DATA_LIMIT, tapped
from channels.line_api.objects import objects
from channels.rendering import render
from domain.errors import ContentRejected
from domain.ids import new_id
from domain.messages import Card, Cards, MediaItem, OutboundMessage, Text
from domain.suggestions import Dial, OpenUrl, Reply
from tests.contract import line_samples as line

PICTURE = "https://desk.example/media/1?signature=x"
YES = Reply(text="Yes, please", payload="replacement:yes")
SHOP = OpenUrl(text="Shop", url="https://shop.example/a?b=c")
CALL = Dial(text="Call us", phone="+81312345678")
POSTBACK = {
    "type": "postback",
    "label": "Yes, please",
    "data": "replacement:yes\u241fYes, please",
    "displayText": "Yes, please",
}
TO_SHOP = {"type": "uri", "label": "Shop", "uri": "https://shop.example/a?b=c"}
TO_PHONE = {"type": "uri", "label": "Call us", "uri": "tel:+81312345678"}


def an_image() -> MediaItem:
    return MediaItem(media_id=new_id(), mime_type="image/png", size=10)


def made(content: Text | Cards, *urls: str, previews: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What we would send; the SDK must know every part of it."""
    message = OutboundMessage(
        message_id=new_id(),
        endpoint_address=line.BOT,
        recipient=line.CUSTOMER,
        content=content,
        media_urls=urls,
        preview_urls=previews,
    )
    found = objects(message)
    read = PushMessageRequest.from_dict({"to": line.CUSTOMER, "messages": found})
    assert all(isinstance(each, TextMessage | FlexMessage) for each in read.messages)
    assert [without_nothing(each.to_dict()) for each in read.messages] == found
    return found


def without_nothing(found: Any) -> Any:
    """The SDK fills in what we leave out: null, and that a picture does not move."""
    if isinstance(found, dict):
        given = {key: value for key, value in found.items() if value is not None}
        given = {key: value for key, value in given.items() if (key, value) != ("animated", False)}
        return {key: without_nothing(value) for key, value in given.items()}
    return [without_nothing(each) for each in found] if isinstance(found, list) else found


def test_suggestions_are_quick_replies() -> None:
    (text,) = made(Text(text="Shall we?", suggestions=(YES, SHOP, CALL)))
    actions = [POSTBACK, TO_SHOP, TO_PHONE]
    items = [{"type": "action", "action": action} for action in actions]
    assert text == {"type": "text", "text": "Shall we?", "quickReply": {"items": items}}


def test_a_card_is_a_bubble() -> None:
    card = Card(title="Kettle", text="Blue", image=an_image(), suggestions=(YES, SHOP))
    (flex,) = made(Cards(cards=(card,), suggestions=(CALL,)), PICTURE)
    button = {"type": "button", "style": "link", "height": "sm"}
    assert flex == {
        "type": "flex",
        "altText": "Kettle\nBlue",
        "contents": {
            "type": "bubble",
            "hero": {
                "type": "image",
                "url": PICTURE,
                "size": "full",
                "aspectRatio": "20:13",
                "aspectMode": "cover",
            },
            "body": {
                "type": "box",
                "layout": "vertical",
                "spacing": "md",
                "contents": [
                    {"type": "text", "text": "Kettle", "wrap": True, "weight": "bold", "size": "lg"},
                    {"type": "text", "text": "Blue", "wrap": True},
                ],
            },
            "footer": {
                "type": "box",
                "layout": "vertical",
                "spacing": "sm",
                "contents": [{**button, "action": POSTBACK}, {**button, "action": TO_SHOP}],
            },
        },
        "quickReply": {"items": [{"type": "action", "action": TO_PHONE}]},
    }


def test_cards_side_by_side_are_a_carousel() -> None:
    (flex,) = made(Cards(cards=(Card(title="A"), Card(text="B"))))
    assert flex["contents"]["type"] == "carousel"
    assert [each["type"] for each in flex["contents"]["contents"]] == ["bubble", "bubble"]


def test_a_small_picture_is_shown_where_there_is_one() -> None:
    cards = Cards(cards=(Card(title="A", image=an_image()), Card(title="B", image=an_image())))
    (flex,) = made(cards, PICTURE, PICTURE + "2", previews=(PICTURE + "&small", ""))
    heroes = [bubble["hero"]["url"] for bubble in flex["contents"]["contents"]]
    assert heroes == [PICTURE + "&small", PICTURE + "2"]


def test_a_picture_line_would_not_fetch_is_an_address_to_tap() -> None:
    url = "http://127.0.0.1:8080/media/1"
    (flex,) = made(Cards(cards=(Card(image=an_image()),)), url)
    assert flex["altText"] == "Image"
    assert "hero" not in flex["contents"]
    (text,) = flex["contents"]["body"]["contents"]
    assert text == {"type": "text", "text": url, "wrap": True, "action": {"type": "uri", "uri": url}}


def test_a_picture_without_an_address_is_refused() -> None:
    with pytest.raises(ContentRejected):
        made(Cards(cards=(Card(image=an_image()),)))


@pytest.mark.parametrize(("length", "shown"), [(1500, 1500), (1600, 1500)])
def test_the_alternative_text_is_as_long_as_line_lets_it(length: int, shown: int) -> None:
    (flex,) = made(Cards(cards=(Card(text="x" * length),)))
    assert len(flex["altText"]) == shown


def test_the_largest_cards_take_several_messages_of_one_call() -> None:
    button = OpenUrl(text="👩\u200d👧" * 20, url="https://a/" + "x" * 990)
    card = Card(title="漢" * 200, text="漢" * 2000, image=an_image(), suggestions=(button,) * 4)
    cards = tuple(card.model_copy(update={"image": an_image()}) for _ in range(10))
    (fitted,) = render(Cards(cards=cards, suggestions=(YES,)), CAPABILITIES, str)
    assert isinstance(fitted, Cards)
    found = made(fitted, *(PICTURE,) * 10)
    assert 1 < len(found) <= 5
    assert all(
        len(json.dumps(each["contents"], ensure_ascii=False).encode()) <= 50_000 for each in found
    )
    bubbles = [bubble for each in found for bubble in each["contents"]["contents"]]
    assert len(bubbles) == 10
    assert all(len(json.dumps(each, ensure_ascii=False).encode()) <= 30_000 for each in bubbles)
    assert ["quickReply" in each for each in found] == [False] * (len(found) - 1) + [True]


# -- taps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "label"),
    [("p" * (DATA_LIMIT - 4), "Yes"), ("a\u241fb", "Yes"), ("p", "👩\u200d👧")],
)
def test_a_tap_brings_label_and_payload_back(payload: str, label: str) -> None:
    (text,) = made(Text(text="?", suggestions=(Reply(text=label, payload=payload),)))
    data = text["quickReply"]["items"][0]["action"]["data"]
    assert len(data) <= DATA_LIMIT
    assert tapped(data) == (label, payload)


def test_a_payload_that_leaves_no_room_travels_alone() -> None:
    longest = "p" * DATA_LIMIT
    (text,) = made(Text(text="?", suggestions=(Reply(text="Yes", payload=longest),)))
    data = text["quickReply"]["items"][0]["action"]["data"]
    assert data == longest
    assert tapped(data) == (longest, longest)


@pytest.mark.parametrize("data", ["action=buy&item=1", "\u241f", "a\u241f", "\u241fb", ""])
def test_what_somebody_else_put_into_a_button_is_left_as_it_is(data: str) -> None:
    assert tapped(data) == (data, data)
