"""Cards and suggestions in the shapes that Google documents, for both of its channels."""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from channels.google.business_sending import message_body as business_body
from channels.rcs import RcsChannel
from domain.channels import ChannelName
from domain.errors import ContentRejected
from domain.ids import new_id
from domain.messages import Card, Cards, Content, MediaItem, Text
from domain.suggestions import Dial, OpenUrl, Reply
from tests.contract import google_samples as google
from tests.contract.scripted_server import Received, ScriptedServer, a_json, scripted_server

MINE = google.credentials(ChannelName.RCS, {})
PICTURE = "https://desk.example/media/1?signature=x"
YES = Reply(text="Yes, please", payload="replacement:yes")
SHOP = OpenUrl(text="Shop", url="https://shop.example")
CALL = Dial(text="Call us", phone="+4930123456")
A_REPLY = {"reply": {"text": "Yes, please", "postbackData": "replacement:yes"}}
AN_OPENING = {
    "action": {
        "text": "Shop",
        "postbackData": "https://shop.example",
        "openUrlAction": {"url": "https://shop.example"},
    }
}
A_CALL = {
    "action": {
        "text": "Call us",
        "postbackData": "+4930123456",
        "dialAction": {"phoneNumber": "+4930123456"},
    }
}
EVERYTHING = ("RICHCARD_STANDALONE", "RICHCARD_CAROUSEL", "ACTION_OPEN_URL", "ACTION_DIAL")
IMAGE = MediaItem(media_id=new_id(), mime_type="image/png", size=10)
KETTLE = Card(title="Kettle", text="Blue", image=IMAGE, suggestions=(YES, SHOP))
KETTLE_CONTENT = {
    "title": "Kettle",
    "description": "Blue",
    "media": {"height": "MEDIUM", "contentInfo": {"fileUrl": PICTURE}},
    "suggestions": [A_REPLY, AN_OPENING],
}
KETTLE_AS_TEXT = "Kettle\nBlue\n\n1. Yes, please\nShop: https://shop.example"


# -- Business Messages ---------------------------------------------------------------------------


def said_in_business(content: Content, *urls: str) -> dict[str, Any]:
    body = business_body(google.a_message(content, media_urls=urls))
    return {name: value for name, value in body.items() if name not in {"messageId", "representative"}}


def test_business_messages_take_suggestions_beneath_a_text() -> None:
    said = said_in_business(Text(text="Shall we?", suggestions=(YES, SHOP, CALL)))
    assert said == {"text": "Shall we?", "suggestions": [A_REPLY, AN_OPENING, A_CALL]}


def test_business_messages_take_a_card_with_words_for_those_who_see_none() -> None:
    said = said_in_business(Cards(cards=(KETTLE,), suggestions=(CALL,)), PICTURE)
    media = {"height": "MEDIUM", "contentInfo": {"fileUrl": PICTURE, "altText": "Kettle"}}
    assert said["richCard"] == {"standaloneCard": {"cardContent": {**KETTLE_CONTENT, "media": media}}}
    assert said["suggestions"] == [A_CALL]
    assert said["fallback"].startswith(f"{KETTLE_AS_TEXT}\nCall us: +4930123456")
    assert PICTURE in said["fallback"]


def test_business_messages_take_cards_side_by_side() -> None:
    said = said_in_business(Cards(cards=(Card(title="A"), Card(text="B"))))
    assert said["richCard"] == {
        "carouselCard": {"cardWidth": "MEDIUM", "cardContents": [{"title": "A"}, {"description": "B"}]}
    }


@pytest.mark.parametrize(("length", "has_fallback"), [(1535, True), (1536, False)])
def test_a_fallback_is_whole_or_left_out(length: int, *, has_fallback: bool) -> None:
    card = Card(text="x" * length)
    assert ("fallback" in said_in_business(Cards(cards=(card, card)))) is has_fallback


def test_a_picture_without_an_address_is_refused() -> None:
    with pytest.raises(ContentRejected):
        said_in_business(Cards(cards=(KETTLE,)))


# -- RCS -----------------------------------------------------------------------------------------


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as running:
        yield running


@pytest.fixture
async def channel(server: ScriptedServer) -> AsyncIterator[RcsChannel]:
    channel = google.an_rcs_channel(server.url, read=0.3, total=1)
    yield channel
    await channel.close()


async def said_over_rcs(
    server: ScriptedServer,
    channel: RcsChannel,
    content: Content,
    features: Iterable[str] = EVERYTHING,
) -> dict[str, Any]:
    """What is posted to a phone that can show this."""

    def answer(received: Received) -> Any:
        is_asked = received.path.endswith("/capabilities")
        return a_json(
            {"features": list(features)} if is_asked else {"name": "phones/x/agentMessages/y"}
        )

    server.script = google.with_token(answer)
    pictures = (PICTURE,) * sum(card.image is not None for card in getattr(content, "cards", ()))
    await channel.send(google.an_rcs_message(content, media_urls=pictures), MINE)
    (post,) = [each for each in google.calls(server) if each.method == "POST"]
    found: dict[str, Any] = json.loads(post.body)["contentMessage"]
    return found


async def test_rcs_takes_suggestions_beneath_a_text(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    text = Text(text="Shall we?", suggestions=(YES, SHOP, CALL))
    said = await said_over_rcs(server, channel, text)
    assert said == {"text": "Shall we?", "suggestions": [A_REPLY, AN_OPENING, A_CALL]}


async def test_rcs_takes_a_card(server: ScriptedServer, channel: RcsChannel) -> None:
    said = await said_over_rcs(server, channel, Cards(cards=(KETTLE,), suggestions=(CALL,)))
    card = {"cardOrientation": "VERTICAL", "cardContent": KETTLE_CONTENT}
    assert said == {"richCard": {"standaloneCard": card}, "suggestions": [A_CALL]}


async def test_rcs_takes_cards_side_by_side(server: ScriptedServer, channel: RcsChannel) -> None:
    said = await said_over_rcs(server, channel, Cards(cards=(KETTLE, Card(text="B"))))
    contents = [KETTLE_CONTENT, {"description": "B"}]
    assert said == {"richCard": {"carouselCard": {"cardWidth": "MEDIUM", "cardContents": contents}}}


async def test_an_action_that_a_phone_does_not_know_is_a_line(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    text = Text(text="Shall we?", suggestions=(YES, SHOP, CALL))
    said = await said_over_rcs(server, channel, text, ["ACTION_DIAL"])
    assert said == {
        "text": "Shall we?\n\nShop: https://shop.example",
        "suggestions": [A_REPLY, A_CALL],
    }


async def test_a_phone_without_cards_gets_the_words_and_the_buttons(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    card = KETTLE.model_copy(update={"image": None})
    said = await said_over_rcs(server, channel, Cards(cards=(card,)), ["ACTION_OPEN_URL"])
    assert said == {"text": "Kettle\nBlue", "suggestions": [A_REPLY, AN_OPENING]}


@pytest.mark.parametrize("features", [(), ("RICHCARD_STANDALONE",)])
async def test_what_a_phone_would_need_several_messages_for_is_one_text(
    server: ScriptedServer, channel: RcsChannel, features: tuple[str, ...]
) -> None:
    said = await said_over_rcs(server, channel, Cards(cards=(Card(title="A"), KETTLE)), features)
    assert list(said) == ["text"]
    assert said["text"].startswith("A\n\nKettle\nBlue")
    assert PICTURE in said["text"]


async def test_what_is_too_long_for_that_is_refused(
    server: ScriptedServer, channel: RcsChannel
) -> None:
    cards = Cards(cards=(Card(text="x" * 2000), Card(text="y" * 2000)))
    with pytest.raises(ContentRejected):
        await said_over_rcs(server, channel, cards, ())
