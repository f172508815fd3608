"""A customer chats from a page of the shop, an agent answers, and nothing is lost or said twice."""

import re

import httpx2
import pytest
from playwright.async_api import BrowserContext, expect

from tests.e2e.capacities import ANA, is_held_by
from tests.e2e.people import Agent, eventually
from tests.e2e.visitors import (
    Line,
    Visitor,
    answered,
    assert_the_same_transcript,
    taken_by,
)
from tests.stack import Stack

IN_LINE = re.compile(r"next in line|People ahead of you: [1-9]")


async def test_a_first_chat_both_ways(visitor: Visitor, ana: Agent) -> None:
    await visitor.visit("/goods/mug")
    await visitor.begin("Elena")
    await visitor.say("Is the mug in stock? https://shop.example/mug")
    chat = await visitor.conversation_id()
    await expect(visitor.chat.locator(".queue")).to_have_text(IN_LINE)
    await taken_by(ana, chat)
    await expect(visitor.chat.get_by_role("heading", name="Ana Agent")).to_be_visible()
    await ana.post(f"/conversations/{chat}/typing", {"is_typing": True})
    await expect(visitor.chat.get_by_text("is typing…")).to_be_visible()
    await answered(ana, chat, "It is: <b>three</b> are left.")
    await expect(visitor.line("It is: <b>three</b> are left.")).to_be_visible()
    link = visitor.chat.get_by_role("link", name="https://shop.example/mug")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await eventually(lambda: _is_read(ana, chat), "the agent sees that it was read", within=20)
    await assert_the_same_transcript(visitor, ana, chat)
    facts = await ana.get(f"/conversations/{chat}/chat")
    assert facts["pre_chat"] == {"name": "Elena"}
    assert facts["context"]["shop"] == "Harbour Goods"
    assert facts["pages"][0]["url"].endswith("/shop/goods/mug")


async def _is_read(agent: Agent, chat: str) -> bool:
    last = (await agent.transcript(chat))[-1]
    return bool(last["delivery"]["status"] == "read")


async def test_what_is_asked_before_a_chat_must_be_answered(visitor: Visitor) -> None:
    await visitor.visit()
    await visitor.open()
    await visitor.button("Start chat").click()
    name = visitor.chat.get_by_label("Your name")
    await expect(name).to_have_attribute("aria-invalid", "true")
    await expect(name).to_be_focused()
    await expect(visitor.chat.get_by_text("Please answer this.")).to_be_visible()
    await name.fill("Elena")
    await expect(visitor.chat.get_by_text("Please answer this.")).to_have_count(0)


async def test_inv1_a_cut_line_loses_and_doubles_nothing(
    stack: Stack, visitor: Visitor, context: BrowserContext, ana: Agent
) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("One")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    line = await Line.of(context, visitor.page)
    await line.cut()
    await expect(visitor.status).to_contain_text("Connection lost")
    await visitor.write("Two")
    await visitor.write("Three")
    await answered(ana, chat, "Meanwhile")
    await expect(visitor.line("Two")).to_have_class(re.compile("sending"))
    await line.mend()
    await expect(visitor.status).to_contain_text("Connected again")
    await expect(visitor.line("Meanwhile")).to_be_visible()
    await expect(visitor.line("Three")).not_to_have_class(re.compile("sending"))
    await assert_the_same_transcript(visitor, ana, chat)
    await is_held_by(stack, chat, ANA)


async def test_inv1_what_waits_is_sent_after_a_reload(
    visitor: Visitor, context: BrowserContext, ana: Agent
) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("One")
    chat = await visitor.conversation_id()
    await context.route("**/chat/v1/**/messages", lambda route: route.abort())
    await visitor.write("Two")
    await visitor.write("Three")
    await visitor.message.fill("Not yet sent")
    await context.unroute_all()
    await visitor.reload()
    await expect(visitor.chat).to_be_visible()
    await expect(visitor.line("Three")).not_to_have_class(re.compile("sending"))
    await expect(visitor.message).to_have_value("Not yet sent")
    assert await visitor.texts() == ["One", "Two", "Three"]
    await assert_the_same_transcript(visitor, ana, chat)


async def test_without_web_sockets_the_chat_goes_on(
    visitor: Visitor, context: BrowserContext, ana: Agent
) -> None:
    await context.add_init_script(
        "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 })); }"
        " close() {} send() {} };"
    )
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Can you read me?")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await answered(ana, chat, "Loud and clear")
    await expect(visitor.line("Loud and clear")).to_be_visible()
    await visitor.say("Good")
    await assert_the_same_transcript(visitor, ana, chat)


async def test_two_tabs_are_one_customer(
    visitor: Visitor, context: BrowserContext, ana: Agent, stack: Stack
) -> None:
    other = Visitor(stack, await context.new_page())
    await other.visit("/help")
    await visitor.visit()
    await visitor.begin()
    await visitor.say("From the first tab")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await visitor.button("Minimize chat").click()
    await answered(ana, chat, "Hello")
    await expect(other.page.get_by_role("button", name="Open chat, new messages: 1")).to_be_visible()
    await other.open()
    await expect(other.line("From the first tab")).to_be_visible()
    await other.say("From the second tab")
    await visitor.open()
    await expect(visitor.line("From the second tab")).to_be_visible()
    await assert_the_same_transcript(visitor, ana, chat)
    await assert_the_same_transcript(other, ana, chat)
    await is_held_by(stack, chat, ANA)
    assert other.complaints == []


async def test_the_customer_ends_the_chat_rates_it_and_begins_another(
    stack: Stack, visitor: Visitor, ana: Agent
) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("That is all")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await visitor.end()
    await visitor.chat.get_by_label("Did we help you?").select_option("Yes")
    await visitor.button("Send feedback").click()
    await expect(visitor.chat.get_by_text("You have ended this chat.")).to_be_visible()
    await expect(visitor.message).to_have_count(0)
    await assert_the_same_transcript(visitor, ana, chat)
    await visitor.button("More").click()
    async with visitor.page.expect_download() as saved:
        await visitor.button("Save transcript").click()
    assert "That is all" in (await (await saved.value).path()).read_text()
    await eventually(lambda: ana.is_in(chat, "wrap_up"), "the agent wraps up", within=20)
    await is_held_by(stack, chat, ANA)
    (await ana.post(f"/conversations/{chat}/close-session")).raise_for_status()
    await is_held_by(stack, chat)
    await visitor.button("Start a new chat").click()
    await expect(visitor.chat.get_by_label("Your name")).to_be_visible()


async def test_edge12_what_is_said_of_a_chat_that_ended_is_not_said_of_the_next_one(
    visitor: Visitor, ana: Agent
) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Thank you")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    (await ana.post(f"/conversations/{chat}/end")).raise_for_status()
    over = visitor.chat.get_by_text("Ana Agent has ended this chat.")
    await expect(over).to_be_visible()
    await expect(visitor.message).to_have_count(0)
    await assert_the_same_transcript(visitor, ana, chat)
    await visitor.button("Start a new chat").click()
    await visitor.chat.get_by_label("Your name").fill("Elena")
    await visitor.button("Start chat").click()
    await visitor.say("Something else")
    assert await visitor.conversation_id() != chat
    (await ana.post(f"/conversations/{chat}/close-session")).raise_for_status()
    await eventually(lambda: ana.is_in(chat, "closed"), "the one before is closed")
    await visitor.say("Are you there?")
    assert await visitor.texts() == ["Something else", "Are you there?"]
    await expect(over).to_have_count(0)
    await expect(visitor.status).to_have_text("")


async def test_a_page_talks_to_the_chat(visitor: Visitor) -> None:
    await visitor.visit()
    await visitor.page.evaluate(
        """() => {
            window.told = [];
            for (const event of ['opened', 'closed']) Holdfast.on(event, () => told.push(event));
            Holdfast.setContext({ cart: 3 });
            return Holdfast.open();
        }"""
    )
    await expect(visitor.chat).to_be_visible()
    await visitor.page.evaluate("Holdfast.close()")
    await expect(visitor.chat).to_be_hidden()
    assert await visitor.page.evaluate("told") == ["opened", "closed"]
    await visitor.page.evaluate("Holdfast.startProactiveChat({ message: 'Need a hand?' })")
    await expect(visitor.page.get_by_text("Need a hand?")).to_be_visible()
    await visitor.page.get_by_role("button", name="Chat now").click()
    await expect(visitor.chat.get_by_label("Your name")).to_be_visible()
    too_many = "Holdfast.setContext(Object.fromEntries([...Array(101).keys()].map((n) => [n, n])))"
    with pytest.raises(Exception, match="at most 100"):
        await visitor.page.evaluate(too_many)


async def test_what_is_loaded_at_the_start_is_small(stack: Stack) -> None:
    headers = {"Accept-Encoding": "gzip"}
    async with httpx2.AsyncClient(base_url=stack.api, headers=headers) as shop:
        start = await shop.get("/widget.js")
    assert int(start.headers["Content-Length"]) < 25_000
