"""A customer loses the connection and comes back, or not: by link, by prompt, in time, too late."""

from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Request, expect

from tests.e2e.capacities import ANA, is_held_by
from tests.e2e.people import Agent, eventually
from tests.e2e.visitors import Visitor, answered, assert_the_same_transcript, taken_by
from tests.e2e.widgets import a_widget, carrying, hurry
from tests.stack import Stack

GRACE = "PT2S"
TOO_LATE = "PT3S"
SAID = [("customer", "Hello"), ("agent", "Good day")]


async def a_visitor(stack: Stack, browser: Browser) -> tuple[Visitor, BrowserContext]:
    """Somebody with a browser of their own."""
    context = await browser.new_context(locale="en-GB")
    return Visitor(stack, await context.new_page()), context


async def in_conversation(visitor: Visitor, ana: Agent, *, asked: bool = True) -> str:
    """Both have said something. `asked`: the widget asks for a name first."""
    if asked:
        await visitor.begin()
    else:
        await visitor.open()
    await visitor.say("Hello")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await answered(ana, chat, "Good day")
    await expect(visitor.line("Good day")).to_be_visible()
    return chat


async def link_to(ana: Agent, chat: str) -> str:
    """What the agent sends to the customer."""
    url: str = (
        (await ana.post(f"/conversations/{chat}/reconnect-link")).raise_for_status().json()["url"]
    )
    return url


async def an_impatient_widget(stack: Stack, like: str = "visitors", **settings: Any) -> str:
    """A lost connection means nothing for a shorter time than at others."""
    snippet = await a_widget(stack, like, **settings)
    await hurry(stack, snippet, connection_grace=GRACE)
    return snippet


async def has_left(ana: Agent, chat: str) -> None:
    """The server noticed, and waited as long as a lost connection means nothing."""
    await eventually(lambda: ana.is_in(chat, "reconnect_window"), "the chat waits for the customer")


def requests_of(visitor: Visitor) -> list[Request]:
    """What their page asks for from now on."""
    found: list[Request] = []

    def keep(request: Request) -> None:
        found.append(request)

    visitor.page.on("request", keep)
    return found


async def told_of(link: str, requests: list[Request]) -> set[str]:
    """The origins that see the link's token in an address: the page it leads to, and nobody else."""
    token = link.rpartition("=")[2]
    seen = [(each.url, (await each.all_headers()).get("referer", "")) for each in requests]
    return {"/".join(url.split("/")[:3]) for url, referrer in seen if token in url + referrer}


async def wraps_up(stack: Stack, ana: Agent, chat: str) -> None:
    """It is the agent's until they have closed it, and then nobody's."""
    await eventually(lambda: ana.is_in(chat, "wrap_up"), "the agent wraps up", within=20)
    await is_held_by(stack, chat, ANA)
    (await ana.post(f"/conversations/{chat}/close-session")).raise_for_status()
    await is_held_by(stack, chat)


async def test_a_link_leads_from_another_device_to_the_same_agent(
    stack: Stack, browser: Browser, ana: Agent
) -> None:
    async with carrying(stack, visitors=await an_impatient_widget(stack)):
        visitor, first = await a_visitor(stack, browser)
        await visitor.visit()
        chat = await in_conversation(visitor, ana)
        link = await link_to(ana, chat)
        await first.close()
        await has_left(ana, chat)
        await is_held_by(stack, chat, ANA)
        other, second = await a_visitor(stack, browser)
        requests = requests_of(other)
        await other.page.goto(link)
        await expect(other.line("Good day")).to_be_visible()
        assert "holdfast_reconnect" not in other.page.url
        assert await told_of(link, requests) == {stack.simulator}
        await eventually(lambda: ana.is_in(chat, "active"), "the same agent has it", within=20)
        await other.say("I am back")
        await assert_the_same_transcript(other, ana, chat)
        await is_held_by(stack, chat, ANA)
        assert other.complaints == []
        await second.close()


async def test_after_the_agent_closed_the_session_the_link_still_leads_to_the_chat(
    stack: Stack, browser: Browser, ana: Agent
) -> None:
    visitor, first = await a_visitor(stack, browser)
    await visitor.visit()
    chat = await in_conversation(visitor, ana)
    link = await link_to(ana, chat)
    (await ana.post(f"/conversations/{chat}/close-session")).raise_for_status()
    await eventually(lambda: ana.is_in(chat, "open"), "whoever is free may take it")
    await is_held_by(stack, chat)
    other, second = await a_visitor(stack, browser)
    await other.page.goto(link)
    await expect(other.line("Good day")).to_be_visible()
    await taken_by(ana, chat)
    await other.say("I am back")
    await assert_the_same_transcript(other, ana, chat)
    await assert_the_same_transcript(visitor, ana, chat)
    await is_held_by(stack, chat, ANA)
    await first.close()
    await second.close()


async def test_after_the_agent_ended_the_chat_the_link_offers_a_new_one(
    stack: Stack, browser: Browser, ana: Agent
) -> None:
    visitor, first = await a_visitor(stack, browser)
    await visitor.visit()
    chat = await in_conversation(visitor, ana)
    link = await link_to(ana, chat)
    (await ana.post(f"/conversations/{chat}/end")).raise_for_status()
    await expect(visitor.message).to_have_count(0)
    other, second = await a_visitor(stack, browser)
    await other.page.goto(link)
    await expect(other.status).to_contain_text("The chat you came back for is over.")
    await expect(other.button("Start chat")).to_be_visible()
    await assert_the_same_transcript(visitor, ana, chat)
    await wraps_up(stack, ana, chat)
    await first.close()
    await second.close()


async def test_a_link_that_is_opened_too_late_redirects_or_offers_a_new_chat(
    stack: Stack, browser: Browser, ana: Agent
) -> None:
    help_page = f"{stack.simulator}/shop/help"
    contact = f"{stack.simulator}/shop/goods/rope"
    soon = {"enabled": True, "time_limit": "PT30S", "portal_url": help_page}
    plain = await an_impatient_widget(stack, reconnecting=soon)
    leading = await an_impatient_widget(stack, reconnecting={**soon, "redirect_url": contact})
    links, chats = {}, {}
    for snippet in (plain, leading):
        await hurry(stack, snippet, reconnect_limit=TOO_LATE)
        async with carrying(stack, visitors=snippet):
            visitor, context = await a_visitor(stack, browser)
            await visitor.visit()
            chats[snippet] = await in_conversation(visitor, ana)
            links[snippet] = await link_to(ana, chats[snippet])
            await assert_the_same_transcript(visitor, ana, chats[snippet])
            await context.close()
    for chat in chats.values():
        await eventually(lambda chat=chat: ana.is_in(chat, "wrap_up"), "time is over")
        await wraps_up(stack, ana, chat)
        assert [said for said in await ana.said(chat) if said[0] != "system"] == SAID
    async with carrying(stack, visitors=plain):
        visitor, context = await a_visitor(stack, browser)
        await visitor.page.goto(links[plain])
        await expect(visitor.status).to_contain_text("no longer valid")
        await expect(visitor.button("Start chat")).to_be_visible()
        await context.close()
    async with carrying(stack, visitors=leading):
        visitor, context = await a_visitor(stack, browser)
        await visitor.page.goto(links[leading])
        await expect(visitor.page).to_have_url(contact)
        await context.close()


@pytest.mark.parametrize("goes_on", [True, False], ids=["continue", "start-new"])
async def test_who_signed_in_and_comes_back_is_asked(
    stack: Stack, browser: Browser, ana: Agent, *, goes_on: bool
) -> None:
    async with carrying(stack, customers=await an_impatient_widget(stack, "customers")):
        visitor, first = await a_visitor(stack, browser)
        await visitor.sign_in()
        chat = await in_conversation(visitor, ana, asked=False)
        await first.close()
        await has_left(ana, chat)
        other, second = await a_visitor(stack, browser)
        await other.sign_in()
        await other.open()
        await expect(other.chat.get_by_text("Welcome back")).to_be_visible()
        await is_held_by(stack, chat, ANA)
        await (continues if goes_on else starts_anew)(other, ana, chat)
        if goes_on:
            await is_held_by(stack, chat, ANA)
        else:
            await wraps_up(stack, ana, chat)
        assert other.complaints == []
        await second.close()


async def continues(visitor: Visitor, ana: Agent, chat: str) -> None:
    """With the same agent."""
    await visitor.button("Continue chat").click()
    await expect(visitor.line("Good day")).to_be_visible()
    await eventually(lambda: ana.is_in(chat, "active"), "the same agent has it", within=20)
    await visitor.say("I am back")
    await assert_the_same_transcript(visitor, ana, chat)


async def starts_anew(visitor: Visitor, ana: Agent, chat: str) -> None:
    """The chat before ends."""
    await visitor.button("Start a new chat").click()
    await visitor.say("Something else")
    assert await visitor.conversation_id() != chat
    assert await visitor.texts() == ["Something else"]
    await eventually(lambda: ana.is_in(chat, "wrap_up"), "the one before is over", within=20)
    await assert_the_same_transcript(visitor, ana, await visitor.conversation_id())


async def test_a_reload_is_no_goodbye(stack: Stack, browser: Browser, ana: Agent) -> None:
    visitor, context = await a_visitor(stack, browser)
    await visitor.visit()
    chat = await in_conversation(visitor, ana)
    await visitor.reload()
    await expect(visitor.line("Good day")).to_be_visible()
    await visitor.visit("/help")
    await visitor.say("Still here")
    await assert_the_same_transcript(visitor, ana, chat)
    assert await ana.is_in(chat, "active")
    await is_held_by(stack, chat, ANA)
    assert visitor.complaints == []
    await context.close()


async def test_inv8_a_tab_that_was_closed_and_opened_again_finds_the_same_agent(
    stack: Stack, browser: Browser, ana: Agent
) -> None:
    async with carrying(stack, visitors=await an_impatient_widget(stack)):
        visitor, context = await a_visitor(stack, browser)
        await visitor.visit()
        chat = await in_conversation(visitor, ana)
        await visitor.page.close()
        await has_left(ana, chat)
        await answered(ana, chat, "Are you there?")
        await is_held_by(stack, chat, ANA)
        again = Visitor(stack, await context.new_page())
        await again.visit()
        await eventually(lambda: ana.is_in(chat, "active"), "the same agent has it", within=20)
        await again.open()
        await expect(again.line("Are you there?")).to_be_visible()
        await again.say("I am back")
        await assert_the_same_transcript(again, ana, chat)
        await is_held_by(stack, chat, ANA)
        assert again.complaints == []
        await context.close()


async def test_another_customer_of_the_same_browser_sees_nothing(
    stack: Stack, browser: Browser, ana: Agent
) -> None:
    async with carrying(stack, customers=await a_widget(stack, "customers")):
        visitor, context = await a_visitor(stack, browser)
        await visitor.sign_in("Kim Minji")
        await in_conversation(visitor, ana, asked=False)
        await context.clear_cookies()
        await visitor.sign_in("Elena Radu")
        await visitor.page.evaluate("Holdfast.open()")
        await expect(visitor.message).to_be_visible()
        await expect(visitor.line("Good day")).to_have_count(0)
        await context.close()
