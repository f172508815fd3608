"""What agents suggest in a chat is tapped, and comes back with its payload; cards are cards."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from domain.conversations import MailKind, State
from domain.messages import Card, Cards, Choice, Text
from domain.suggestions import OpenUrl, Reply
from tests.api.chat_customers import CHATS, Customer, a_customer
from tests.api.conftest import Http
from tests.chat_shop import ChatShop

YES = Reply(text="Yes", payload="replacement:yes")
BUY = Reply(text="This one", payload="buy:1")
PAGE = OpenUrl(text="Our shop", url="https://shop.example/")
ASKED = Text(text="A replacement?", suggestions=(YES, PAGE))
SHOWN = Cards(cards=(Card(title="Kettle", text="Blue", suggestions=(BUY,)),), suggestions=(YES,))


@pytest.fixture
async def mia(http: Http, desk: ChatShop) -> Customer:
    return await chatting(http, desk)


async def chatting(http: Http, desk: ChatShop) -> Customer:
    customer = await a_customer(http, desk)
    await customer.begin()
    await desk.project(UUID(customer.chat), State.ACTIVE, 1)
    return customer


async def tap(customer: Customer, message_id: UUID, payload: str, **body: Any) -> httpx2.Response:
    tapped = {"client_id": str(uuid4()), "message_id": str(message_id), "payload": payload} | body
    return await customer.http.post(f"{CHATS}/{customer.chat}/choices", json=tapped)


async def test_a_card_is_shown_as_a_card(mia: Customer, desk: ChatShop) -> None:
    await desk.ann_says(UUID(mia.chat), content=SHOWN)
    (message,) = (await mia.messages())["messages"]
    (card,) = message["content"]["cards"]
    assert (message["content"]["kind"], card["title"], card["image"]) == ("cards", "Kettle", None)
    assert card["suggestions"] == [BUY.model_dump()]
    text = await mia.http.get(f"{CHATS}/{mia.chat}/transcript?format=text")
    assert "Kettle\nBlue" in text.text


@pytest.mark.parametrize(("content", "reply"), [(ASKED, YES), (SHOWN, BUY), (SHOWN, YES)])
async def test_what_is_tapped_arrives_with_its_payload(
    mia: Customer, desk: ChatShop, content: Text | Cards, reply: Reply
) -> None:
    message_id = await desk.ann_says(UUID(mia.chat), content=content)
    client_id = str(uuid4())
    answers = [await tap(mia, message_id, reply.payload, client_id=client_id) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 200]
    *_, said = await desk.shop.parts.engine.desk._messages.transcript(UUID(mia.chat))
    assert said.content == Choice(text=reply.text, payload=reply.payload, source="button")
    assert await desk.mail(UUID(mia.chat)) == [MailKind.CHAT_STARTED, MailKind.CUSTOMER_WROTE]


async def test_nobody_taps_what_was_not_offered_to_them(
    mia: Customer, http: Http, desk: ChatShop
) -> None:
    tom = await chatting(http, desk)
    to_mia = await desk.ann_says(UUID(mia.chat), content=ASKED)
    waits = await desk.ann_writes(UUID(mia.chat), content=SHOWN)
    for message_id, payload in (
        (to_mia, "refund:all"),
        (to_mia, PAGE.url),
        (waits, BUY.payload),
        (uuid4(), YES.payload),
    ):
        refused = await tap(mia, message_id, payload)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert (await tap(tom, to_mia, YES.payload)).status_code == 422
    tom.chat = mia.chat
    assert (await tap(tom, to_mia, YES.payload)).status_code == 404


async def test_a_tap_that_comes_too_late_is_refused(mia: Customer, desk: ChatShop) -> None:
    message_id = await desk.ann_says(UUID(mia.chat), content=ASKED)
    await mia.post("end")
    refused = await tap(mia, message_id, YES.payload)
    assert (refused.status_code, refused.json()["code"]) == (409, "chat_ended")
