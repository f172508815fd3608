"""Each messenger from nothing: connected through the config API only, one conversation, its end."""

from collections.abc import Callable

import httpx2
import pytest

from simulator.samples import sample_for
from tests.e2e.people import Agent, eventually
from tests.e2e.phones import Phone, somebody
from tests.e2e.setting_up import SHOPS, Admin, Shop
from tests.stack import Stack

ONLY_HERE = ["callback_urls"]
"""Nobody on the internet can call this machine; the simulator can."""
SENT = ("words", "a file")


async def leads_to(content: bytes, link: str) -> bool:
    """LINE fetches from https only, which this machine does not have: there a file goes as a link."""
    async with httpx2.AsyncClient() as browser:
        return (await browser.get(link)).content == content


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.__name__)
async def test_a_shop_connects_its_messenger_and_serves_a_customer_to_the_end(
    stack: Stack, shop: Callable[[], Shop]
) -> None:
    business = shop()
    async with Admin(stack) as admin, httpx2.AsyncClient(base_url=stack.simulator) as client:
        sign_in, queue_id = await admin.somebody_to_answer()
        account_id = await admin.connect(business, queue_id)
        phone = Phone(
            client,
            business.channel,
            business.provider,
            business.address,
            somebody(business.channel),
        )
        assert (await phone.say(text="Hello"))["outcome"] == "answered"
        assert await admin.problems(account_id) == ONLY_HERE
        async with Agent(stack, sign_in=sign_in) as agent:
            await serve(agent, phone)


async def serve(agent: Agent, phone: Phone) -> None:
    """Words both ways, a file both ways, and the end."""
    conversation = await agent.conversation_at(phone.address)
    await agent.post(f"/conversations/{conversation}/accept")
    await agent.write(conversation, "What is broken?")
    await phone.say(type="image")

    async def has_the_customers_file() -> bool:
        last = (await agent.transcript(conversation))[-1]["content"]
        return bool(last["kind"] == "media" and last["items"][0]["state"] == "stored")

    await eventually(has_the_customers_file, "the customer's file is in our own store")
    photo = sample_for("image")
    media_id = await agent.upload(conversation, "spare.png", photo.content, photo.content_type)
    body = {"attachments": [media_id]}
    assert (await agent.post(f"/conversations/{conversation}/messages", body)).status_code == 202

    async def has_words_and_file() -> bool:
        sent = [each for each in await phone.thread() if each["direction"] == "outbound"]
        if [each["text"] for each in sent][:1] != ["What is broken?"] or len(sent) != len(SENT):
            return False
        return bool(sent[1]["media"]) or await leads_to(photo.content, sent[1]["text"])

    await eventually(has_words_and_file, "words and file are on the phone, each once")
    await agent.post(f"/conversations/{conversation}/end")
    assert await agent.state(conversation) == "wrap_up"
    await agent.post(f"/conversations/{conversation}/close-session")
    assert await agent.state(conversation) == "closed"
