"""Suggestions and cards from an agent's desk to a customer's phone and back, in a real browser."""

from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from application.demo_channels import CHANNELS
from domain.channels import ChannelName
from tests.e2e.desks import Desk, a_browser
from tests.e2e.people import Agent, Customer, eventually
from tests.e2e.phones import Phone, somebody
from tests.stack import Stack

DEMO = {channel.channel: channel for channel in CHANNELS}


def a_phone(client: httpx2.AsyncClient, channel: ChannelName) -> Phone:
    demo = DEMO[channel]
    return Phone(client, channel, demo.provider, demo.address, somebody(channel))


async def a_screen(browser: Browser, stack: Stack, phone: Phone) -> Page:
    screen = await browser.new_page(viewport={"width": 390, "height": 844})
    await screen.goto(f"{stack.simulator}/phone/{quote(phone.address)}?on={phone.provider}")
    return screen


async def suggest(desk: Desk, number: int, label: str, answer: str) -> None:
    row = desk.page.get_by_role("group", name="Suggestions").get_by_role("listitem").nth(number)
    await row.get_by_label("Label").fill(label)
    await row.get_by_label("Payload").fill(answer)


@pytest.mark.parametrize("channel", [ChannelName.LINE, ChannelName.RCS])
async def test_what_an_agent_suggests_is_tapped_and_comes_back(
    stack: Stack, channel: ChannelName
) -> None:
    question = f"It is broken {uuid4().hex[:8]}"
    async with httpx2.AsyncClient(base_url=stack.simulator) as client, a_browser() as browser:
        phone, desk = a_phone(client, channel), Desk(stack, await browser.new_page())
        await phone.say(text=question)
        await desk.sign_in()
        await desk.take(question)
        await desk.button("Suggestions").click()
        await suggest(desk, 0, "Yes, please", "replacement:yes")
        await desk.button("Add suggestion").click()
        await suggest(desk, 1, "Our shop", "https://shop.example/kettles")
        await desk.say("Shall we send a new one?")
        await expect(desk.page.get_by_role("group", name="Suggestions")).to_be_hidden()
        offered = desk.line("Shall we send a new one?").get_by_role("list", name="Suggestions")
        await expect(offered.get_by_role("listitem")).to_have_text(["Yes, please", "Our shop"])
        screen = await a_screen(browser, stack, phone)
        link = screen.get_by_role("link", name="Our shop")
        await expect(link).to_have_attribute("href", "https://shop.example/kettles")
        await screen.get_by_role("button", name="Yes, please").click()
        await expect(desk.line("Yes, please").last).to_contain_text("tapped a button")
        await expect(screen.get_by_role("button", name="Yes, please")).to_be_hidden()
        assert desk.complaints == []


async def test_whatsapp_offers_no_panel(stack: Stack) -> None:
    question = f"Hello {uuid4().hex[:8]}"
    async with Customer(stack) as customer, a_browser() as browser:
        desk = Desk(stack, await browser.new_page())
        await customer.say(question)
        await desk.sign_in()
        await desk.take(question)
        await expect(desk.button("Suggestions")).to_be_hidden()


async def test_cards_are_seen_alike_on_both_sides(stack: Stack) -> None:
    question = f"Which kettles are there? {uuid4().hex[:8]}"
    async with (
        Agent(stack) as agent,
        httpx2.AsyncClient(base_url=stack.simulator) as client,
        a_browser() as browser,
    ):
        phone, desk = a_phone(client, ChannelName.RCS), Desk(stack, await browser.new_page())
        await phone.say(text=question)
        await desk.sign_in()
        await desk.take(question)
        conversation = await agent.conversation_at(phone.address)
        message = await cards(agent, conversation)
        sent = await agent.post(f"/conversations/{conversation}/messages", message)
        assert sent.status_code == 202, sent.text
        for name in ("Blue kettle", "Red kettle"):
            await expect(desk.transcript).to_contain_text(name)
        await expect(desk.transcript.get_by_role("img", name="blue.png")).to_be_visible()
        screen = await a_screen(browser, stack, phone)
        await expect(screen.locator(".rich img")).to_be_visible()
        red = screen.locator(".rich", has_text="Red kettle")
        await red.get_by_role("button", name="This one").click()

        async def was_chosen() -> bool:
            last = (await agent.transcript(conversation))[-1]["content"]
            return bool(last.get("payload") == "kettle:red")

        await eventually(was_chosen, "the tap comes back with its payload")
        assert desk.complaints == []


async def cards(agent: Agent, conversation: str) -> dict[str, Any]:
    buffer = BytesIO()
    Image.new("RGB", (800, 500), "steelblue").save(buffer, "PNG")
    media_id = await agent.upload(conversation, "blue.png", buffer.getvalue(), "image/png")
    blue: dict[str, Any] = {
        "title": "Blue kettle",
        "text": "1.7 litres",
        "image": {"media_id": media_id},
    }
    red: dict[str, Any] = {"title": "Red kettle", "text": "1.2 litres, and a very long story"}
    for card, name in ((blue, "blue"), (red, "red")):
        payload = f"kettle:{name}"
        card["suggestions"] = [{"kind": "reply", "text": "This one", "payload": payload}]
    call = {"kind": "dial", "text": "Call us", "phone": "+14155550100"}
    return {"cards": [blue, red], "suggestions": [call]}
