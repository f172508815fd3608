"""Everybody can use the chat: in their language, on their phone, in the dark, by keyboard alone."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.e2e.flaws import flaws
from tests.e2e.people import Agent
from tests.e2e.visitors import Visitor, answered, taken_by
from tests.e2e.widgets import a_widget, carrying
from tests.stack import Stack

PHONE = {"width": 390, "height": 780}


async def a_visitor(stack: Stack, browser: Browser, **options: Any) -> Visitor:
    """Somebody with a browser like that."""
    context = await browser.new_context(**({"locale": "en-GB", "reduced_motion": "reduce"} | options))
    return Visitor(stack, await context.new_page())


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_any_pane(
    stack: Stack, browser: Browser, ana: Agent, scheme: str
) -> None:
    visitor = await a_visitor(stack, browser, color_scheme=scheme)
    found = {}
    await visitor.visit()
    found["launcher"] = await flaws(visitor.page)
    await visitor.page.evaluate("Holdfast.startProactiveChat({ message: 'Need a hand?' })")
    found["invitation"] = await flaws(visitor.page)
    await visitor.open()
    found["form"] = await flaws(visitor.page)
    await visitor.button("Start chat").click()
    found["form with errors"] = await flaws(visitor.page)
    await visitor.chat.get_by_label("Your name").fill("Elena")
    await visitor.button("Start chat").click()
    found["welcome"] = await flaws(visitor.page)
    await visitor.say("Hello https://shop.example")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await answered(ana, chat, "Good day")
    await expect(visitor.line("Good day")).to_be_visible()
    found["conversation"] = await flaws(visitor.page)
    await visitor.button("More").click()
    found["menu"] = await flaws(visitor.page)
    await visitor.button("End chat").click()
    found["question"] = await flaws(visitor.page)
    await visitor.page.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
    await expect(visitor.chat.get_by_label("Did we help you?")).to_be_visible()
    found["survey"] = await flaws(visitor.page)
    await visitor.button("Not now").click()
    found["over"] = await flaws(visitor.page)
    assert {pane: those for pane, those in found.items() if those} == {}
    await visitor.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_while_a_chat_is_looked_for_nor_when_nobody_answers(
    stack: Stack, browser: Browser, scheme: str
) -> None:
    visitor = await a_visitor(stack, browser, color_scheme=scheme)
    has_waited = asyncio.Event()

    async def break_off(route: Route) -> None:
        await has_waited.wait()
        await route.abort()

    await visitor.page.route("**/chat/v1/sessions", break_off)
    await visitor.sign_in()
    await visitor.open()
    await expect(visitor.chat.get_by_role("status", name="One moment…")).to_be_visible()
    found = await flaws(visitor.page)
    has_waited.set()
    await expect(visitor.chat.get_by_text("We cannot be reached at the moment.")).to_be_visible()
    await expect(visitor.button("Try again")).to_be_visible()
    assert found + await flaws(visitor.page) == []
    await visitor.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_whatever_accent_a_shop_chooses_can_be_read(
    stack: Stack, browser: Browser, scheme: str
) -> None:
    for accent in ("#ffb703", "navy", "#0f6f5c"):
        snippet = await a_widget(stack, theme={"--holdfast-accent": accent})
        async with carrying(stack, visitors=snippet):
            visitor = await a_visitor(stack, browser, color_scheme=scheme)
            await visitor.visit()
            await visitor.begin()
            await visitor.say("Hello")
            assert await flaws(visitor.page) == [], accent
            await visitor.page.context.close()


async def test_everything_can_be_done_by_keyboard(stack: Stack, browser: Browser) -> None:
    visitor = await a_visitor(stack, browser)
    keyboard = visitor.page.keyboard
    await visitor.visit()
    await visitor.launcher.focus()
    await keyboard.press("Enter")
    await expect(visitor.chat.get_by_label("Your name")).to_be_focused()
    await keyboard.type("Elena")
    await keyboard.press("Enter")
    await expect(visitor.message).to_be_focused()
    await keyboard.type("First")
    await keyboard.press("Shift+Enter")
    await keyboard.type("Second")
    await keyboard.press("Enter")
    await expect(visitor.line("First\nSecond")).to_be_visible()
    seen = await _stops(visitor)
    assert {"More", "Minimize chat", "Messages", "Attach files", "Message"} <= seen
    await visitor.message.focus()
    await keyboard.press("Escape")
    await expect(visitor.chat).to_be_hidden()
    await expect(visitor.launcher).to_be_focused()
    await visitor.page.context.close()


async def _stops(visitor: Visitor) -> set[str]:
    """What Tab visits, until it is where it began: it never leaves the panel."""
    names = set()
    for _ in range(12):
        await visitor.page.keyboard.press("Tab")
        names.add(
            await visitor.page.evaluate(
                "document.querySelector('holdfast-chat').shadowRoot.activeElement.ariaLabel ?? ''"
            )
        )
    return names


async def test_ending_is_asked_by_keyboard_too(stack: Stack, browser: Browser) -> None:
    visitor = await a_visitor(stack, browser)
    keyboard = visitor.page.keyboard
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Hello")
    await visitor.button("More").press("Enter")
    await expect(visitor.button("Save transcript")).to_be_focused()
    await visitor.button("End chat").press("Enter")
    sure = visitor.page.get_by_role("alertdialog", name="End this chat?")
    await expect(sure.get_by_role("button", name="Keep chatting")).to_be_focused()
    await keyboard.press("Escape")
    await expect(sure).to_have_count(0)
    await expect(visitor.chat).to_be_visible()
    await visitor.page.context.close()


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [
        ("ko-KR", ("시작하기 전에", "ltr")),
        ("ar", ("قبل أن نبدأ", "rtl")),
        ("ro-RO", ("Înainte de a începe", "ltr")),
    ],
    ids=["korean", "arabic", "romanian"],
)
async def test_the_chat_speaks_the_language_of_the_browser(
    stack: Stack, browser: Browser, ana: Agent, locale: str, spoken: tuple[str, str]
) -> None:
    title, direction = spoken
    visitor = await a_visitor(stack, browser, locale=locale, viewport=PHONE)
    await visitor.visit()
    await visitor.open()
    await expect(visitor.chat.get_by_role("heading", name=title)).to_be_visible()
    await expect(visitor.page.locator("holdfast-chat .root")).to_have_attribute("dir", direction)
    await visitor.chat.get_by_label("Your name").fill("김민지")
    await visitor.chat.get_by_label("Your name").press("Enter")
    await visitor.say("안녕하세요, مرحبا")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await answered(ana, chat, "네, 확인해 드리겠습니다.")
    await expect(visitor.line("네, 확인해 드리겠습니다.")).to_be_visible()
    assert await flaws(visitor.page) == []
    await visitor.page.context.close()


async def test_another_language_at_any_time(stack: Stack, browser: Browser) -> None:
    visitor = await a_visitor(stack, browser)
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Hello")
    await visitor.page.evaluate("Holdfast.setLocale('de-AT')")
    await expect(visitor.chat.get_by_role("log", name="Nachrichten")).to_contain_text("Hello")
    await visitor.page.context.close()


async def test_on_a_phone_the_chat_fills_the_screen(stack: Stack, browser: Browser) -> None:
    visitor = await a_visitor(stack, browser, viewport=PHONE, has_touch=True, is_mobile=True)
    await visitor.visit()
    await visitor.begin()
    await expect(visitor.launcher).to_be_hidden()
    box = await visitor.chat.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *PHONE.values())
    await expect(visitor.chat).to_have_attribute("aria-modal", "true")
    small = await visitor.chat.locator("button:visible").evaluate_all(
        "(all) => all.filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < 24).length"
    )
    assert small == 0
    await visitor.page.context.close()


async def test_outside_hours_the_chat_says_when_somebody_is_back(
    stack: Stack, browser: Browser
) -> None:
    visitor = await a_visitor(stack, browser)

    async def close(route: Any) -> None:
        answer = await route.fetch()
        settings = await answer.json()
        settings["availability"] = {"open": False, "opens_at": "2026-11-23T09:00:00Z"}
        await route.fulfill(response=answer, json=settings)

    await visitor.page.route(re.compile("/chat/v1/widgets/"), close)
    await visitor.visit()
    await visitor.open()
    await expect(visitor.chat.get_by_text(re.compile("We are back"))).to_be_visible()
    assert await flaws(visitor.page) == []
    await visitor.page.context.close()
