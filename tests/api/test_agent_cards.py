"""Cards and suggestions over the agent API: sent as the channel carries them, and shown so."""

from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from application.services import Engine
from channels.line import CAPABILITIES as LINE
from channels.whatsapp import CAPABILITIES as WHATSAPP
from domain.configuration import Scope
from domain.ids import MessageId, new_id
from domain.messages import Cards
from domain.ports import Claim
from domain.views import ConversationView
from storage.accounts import Accounts
from storage.database import Database
from storage.outbox import Outbox
from tests.api.conftest import Http
from tests.fakes import FakeChannel, FakeConversations
from tests.shop import PUBLIC_URL, Shop, open_shop

YES = {"kind": "reply", "text": "Yes, please", "payload": "replacement:yes"}
TERMS = {"kind": "open_url", "text": "Terms", "url": "https://shop.example/terms"}
CALL = {"kind": "dial", "text": "Call us", "phone": "+14155550100"}
ASKED = {"text": "Shall we?", "suggestions": [YES, TERMS, CALL]}


@pytest.fixture
def channel() -> FakeChannel:
    """It carries what LINE carries."""
    return FakeChannel(capabilities=LINE)


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path, channel: FakeChannel) -> Shop:
    return await open_shop(database, tmp_path, channel, FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


@pytest.fixture
async def ann(http: Http, shop: Shop) -> httpx2.AsyncClient:
    return await http.keyed(Scope.AGENT, agent=shop.ann)


@pytest.fixture
async def conversation(shop: Shop) -> ConversationView:
    return await shop.hears()


async def post(
    ann: httpx2.AsyncClient, conversation: ConversationView, body: dict[str, Any]
) -> httpx2.Response:
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    return await ann.post(path, json=body)


async def said(
    ann: httpx2.AsyncClient, conversation: ConversationView, body: dict[str, Any]
) -> list[dict[str, Any]]:
    """The contents of all messages this became; the transcript says the same."""
    answer = await post(ann, conversation, body)
    assert answer.status_code == 202, answer.text
    sent = answer.json()
    contents = [each["content"] for each in (sent, *sent["continued"])]
    path = f"/agent/v1/conversations/{conversation.conversation_id}/messages"
    shown = (await ann.get(path)).json()["items"][-len(contents) :]
    assert [each["content"] for each in shown] == contents
    return contents


async def a_picture(ann: httpx2.AsyncClient, conversation: ConversationView, kind: str = "PNG") -> str:
    buffer = BytesIO()
    Image.new("RGB", (64, 32), "red").save(buffer, kind)
    answer = await ann.post(
        "/agent/v1/attachments",
        params={"conversation_id": str(conversation.conversation_id)},
        files={"file": (f"kettle.{kind.lower()}", buffer.getvalue(), "image/png")},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["media_id"])


async def test_suggestions_stand_beneath_a_text(
    ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    assert await said(ann, conversation, ASKED) == [{"kind": "text", **ASKED}]


async def test_beneath_a_text_with_files_they_come_last(
    ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    attachments = [await a_picture(ann, conversation)]
    first, last = await said(ann, conversation, {**ASKED, "attachments": attachments})
    assert (first["kind"], first["caption"]) == ("media", "")
    assert last == {"kind": "text", **ASKED}


async def test_cards_carry_pictures_of_our_own_store(
    ann: httpx2.AsyncClient, conversation: ConversationView, shop: Shop, channel: FakeChannel
) -> None:
    media_id = await a_picture(ann, conversation)
    kettle = {"title": "Kettle", "text": "Blue", "suggestions": [YES]}
    drafts = [{**kettle, "image": {"media_id": media_id}}, {"title": "Other"}]
    answer = await post(ann, conversation, {"cards": drafts, "suggestions": [CALL]})
    sent = answer.json()
    first, second = sent["content"]["cards"]
    image = first.pop("image")
    assert (first, second["image"], sent["content"]["suggestions"]) == (kettle, None, [CALL])
    assert (image["media_id"], image["state"], image["file_name"]) == (media_id, "stored", "kettle.png")
    assert image["thumbnail"] == {"width": 64, "height": 32}
    claim = await Outbox(shop.database).claim(MessageId(sent["message_id"]))
    assert isinstance(claim, Claim)
    await shop.parts.provider.send(claim.account_id, claim.message)
    [outgoing] = channel.sent
    assert isinstance(outgoing.content, Cards)
    [url] = outgoing.media_urls
    [preview] = outgoing.preview_urls
    assert url.startswith(f"{PUBLIC_URL}/media/{media_id}")
    assert preview != url


async def test_the_transcript_tells_what_was_sent(
    ann: httpx2.AsyncClient, conversation: ConversationView
) -> None:
    card = {"title": "Kettle", "image": {"media_id": await a_picture(ann, conversation)}}
    (content,) = await said(ann, conversation, {"cards": [card]})
    assert content["cards"][0]["image"]["mime_type"] == "image/png"


async def test_a_channel_without_buttons_says_it_in_words(
    ann: httpx2.AsyncClient, conversation: ConversationView, channel: FakeChannel
) -> None:
    channel.capabilities = WHATSAPP
    (text,) = await said(ann, conversation, ASKED)
    assert text["suggestions"] == []
    assert text["text"] == (
        "Shall we?\n\n1. Yes, please\nTerms: https://shop.example/terms\nCall us: +14155550100"
    )
    media_id = await a_picture(ann, conversation)
    card = {"title": "Kettle", "image": {"media_id": media_id}, "suggestions": [YES]}
    first, second = await said(ann, conversation, {"cards": [card, {"text": "B"}]})
    assert first["items"][0]["media_id"] == media_id
    assert first["caption"] == "Kettle\n\n1. Yes, please"
    assert second["text"] == "B"


async def test_a_picture_is_sent_once(ann: httpx2.AsyncClient, conversation: ConversationView) -> None:
    card = {"image": {"media_id": await a_picture(ann, conversation)}}
    assert (await post(ann, conversation, {"cards": [card, card]})).status_code == 422
    assert (await post(ann, conversation, {"cards": [card]})).status_code == 202
    assert (await post(ann, conversation, {"cards": [card]})).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"suggestions": [YES]},
        {"cards": []},
        {"cards": [{}]},
        {"cards": [{"title": " "}]},
        {"cards": [{"title": "A"}], "text": "Look"},
        {"cards": [{"title": "A"}] * 11},
        {"cards": [{"title": "A" * 201}]},
        {"cards": [{"title": "A", "buttons": []}]},
        {"cards": [{"title": "A", "suggestions": [YES] * 5}]},
        {"cards": [{"image": {"media_id": str(new_id())}}]},
        {"text": "Hi", "suggestions": [YES] * 14},
        {"text": "Hi", "suggestions": [{**YES, "text": " "}]},
        {"text": "Hi", "suggestions": [{"kind": "reply", "text": "Yes"}]},
        {"text": "Hi", "suggestions": [{**TERMS, "url": "javascript:alert(1)"}]},
        {"text": "Hi", "suggestions": [{**CALL, "phone": "112"}]},
        {"text": "Hi", "suggestions": [{"kind": "share", "text": "Yes"}]},
    ],
)
async def test_what_makes_no_sense_is_refused(
    ann: httpx2.AsyncClient, conversation: ConversationView, body: dict[str, Any]
) -> None:
    assert (await post(ann, conversation, body)).status_code in {404, 422}


async def test_a_card_shows_pictures_only(
    ann: httpx2.AsyncClient, conversation: ConversationView, channel: FakeChannel
) -> None:
    channel.capabilities = WHATSAPP
    answer = await ann.post(
        "/agent/v1/attachments",
        params={"conversation_id": str(conversation.conversation_id)},
        files={"file": ("terms.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")},
    )
    card = {"image": {"media_id": answer.json()["media_id"]}}
    refused = await post(ann, conversation, {"cards": [card]})
    assert refused.status_code == 422
    assert "pictures only" in refused.json()["detail"]
