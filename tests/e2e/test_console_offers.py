"""Pushed work in the console, in a real browser: offered, declined by one, accepted by another."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Browser, ViewportSize, expect

from domain.channels import ChannelName
from tests.e2e.desks import Desk
from tests.e2e.flaws import flaws
from tests.e2e.people import Agent, eventually
from tests.e2e.phones import Phone, somebody
from tests.e2e.setting_up import Admin, whatsapp
from tests.stack import Stack

SCREEN = ViewportSize(width=1400, height=900)
NARROW = ViewportSize(width=390, height=844)
PUSHED = {"distribution": "push"}
OFFERS = {"include": [[".offered"], [".load"]]}
DETAILS = {"include": [[".more-details"]]}
# A browser that nobody has told yet whether it may notify, whose page somebody can hide.
RECORDING = """
    window.heard = {tones: 0, notices: [], closed: 0};
    window.Notification = class extends EventTarget {
        static permission = "default";
        static async requestPermission() { return (Notification.permission = "granted"); }
        constructor(title, options) { super(); heard.notices.push(options.body); }
        close() { heard.closed += 1; }
    };
    window.AudioContext = class extends AudioContext {
        createOscillator() { heard.tones += 1; return super.createOscillator(); }
    };
    const get = () => window.hiding ? "hidden" : "visible";
    Object.defineProperty(document, "visibilityState", {get});
"""


@dataclass(frozen=True)
class Floor:
    """Agents of one queue at their desks, an agent's programs, and a customer's phone."""

    desks: list[Desk]
    programs: list[Agent]
    phone: Phone

    async def asked(self, question: str) -> tuple[Desk, Desk]:
        """Whoever is offered it, and whoever is not."""

        async def somebody_is() -> bool:
            return any([await desk.offer(question).count() for desk in self.desks])

        await eventually(somebody_is, "somebody is offered it")
        first, second = self.desks
        return (first, second) if await first.offer(question).count() else (second, first)


@pytest.fixture
async def opening(stack: Stack, browser: Browser) -> AsyncIterator["Opening"]:
    async with AsyncExitStack() as doors:
        yield Opening(stack, browser, doors)


class Opening:
    """Sets up a shop whose work is pushed, with people who are there."""

    def __init__(self, stack: Stack, browser: Browser, doors: AsyncExitStack) -> None:
        self._stack = stack
        self._browser = browser
        self._doors = doors
        self.script = ""
        """What runs in every page before ours does."""

    async def floor(self, *names: str, **work: object) -> Floor:
        shop, admin = whatsapp(), await self._doors.enter_async_context(Admin(self._stack))
        people, queue_id = await admin.people_to_answer(*names)
        await admin.connect(shop, queue_id, **PUSHED, work=work)
        desks = [await self._desk(person) for person in people]
        programs = [
            await self._doors.enter_async_context(Agent(self._stack, sign_in=person))
            for person in people
        ]
        client = await self._doors.enter_async_context(
            httpx2.AsyncClient(base_url=self._stack.simulator, timeout=30)
        )
        address = somebody(ChannelName.WHATSAPP).removeprefix("whatsapp:")
        phone = Phone(client, ChannelName.WHATSAPP, shop.provider, shop.address, address)
        return Floor(desks, programs, phone)

    async def _desk(self, person: dict[str, str]) -> Desk:
        context = await self._browser.new_context(viewport=SCREEN)
        self._doors.push_async_callback(context.close)
        await context.add_init_script(self.script)
        desk = Desk(self._stack, await context.new_page())
        await desk.sign_in_as(person)
        await expect(desk.page.get_by_role("navigation")).to_be_visible()
        return desk


async def test_an_offer_is_declined_by_one_agent_and_accepted_by_another(opening: Opening) -> None:
    floor = await opening.floor("Alice Park", "Bob Ionescu")
    question = f"Where is my parcel? {uuid4().hex[:8]}"
    await floor.phone.say(text=question, profile_name="Kim Minji")
    first, second = await floor.asked(question)

    offer = first.offer(question)
    for fact in ("Kim Minji", "New customer", "WhatsApp"):
        await expect(offer).to_contain_text(fact)
    await expect(first.page).to_have_title(re.compile("^1 offered · "))
    await expect(offer.get_by_role("timer")).to_have_text(re.compile(r"^[12]:\d\d$"))
    told = await offer.get_by_role("timer").inner_text()
    await expect(offer.get_by_role("timer")).not_to_have_text(told)
    at = floor.desks.index(first)
    (seen,) = (await floor.programs[at].get("/offers"))["items"]
    assert seen["shown_at"] is not None, "the browser said that it could be seen"

    assert await flaws(first.page, OFFERS) == []

    await first.page.keyboard.press("Alt+Shift+D")
    reason = offer.get_by_role("textbox", name="Reason, if you like")
    await expect(reason).to_be_focused()
    await reason.fill("I do not speak Korean.")
    await first.page.keyboard.press("Enter")
    await expect(offer).to_have_count(0)

    await expect(second.offer(question)).to_be_visible()
    await second.offer(question).get_by_role("button", name="Accept").click()
    await expect(second.message).to_be_visible()
    await expect(second.message).to_be_focused()
    assert second.page.url.endswith(f"/conversations/{seen['conversation_id']}")
    await expect(second.page).not_to_have_title(re.compile("offered"))
    await expect(second.page.get_by_text("1 conversation · 30 units, no limit")).to_be_visible()
    await second.button("Customer and notes").click()
    details = second.page.get_by_role("complementary")
    await expect(details).to_contain_text("Offered to you: accepted")
    await expect(details).to_contain_text(re.compile("Offered to (Alice Park|Bob Ionescu): declined"))
    await second.say("On its way.")

    assert first.complaints + second.complaints == []


async def test_an_agent_says_what_skills_a_conversation_needs(opening: Opening) -> None:
    floor = await opening.floor("Fatima Okoro", offers={"auto_assign": True})
    (desk,) = floor.desks
    question = f"Where is my refund? {uuid4().hex[:8]}"
    await floor.phone.say(text=question)
    await desk.card(question).click()
    await expect(desk.message).to_be_visible()
    await desk.button("Customer and notes").click()
    details = desk.page.get_by_role("complementary")
    await expect(details).to_contain_text("Offered to you: accepted")
    await desk.button("Change skills").click()
    await desk.button("Add skill").click()
    await details.get_by_role("combobox", name="Skill").select_option("Billing")
    await details.get_by_role("combobox", name="Level").select_option("Expert")
    assert await flaws(desk.page, DETAILS) == []
    await desk.button("Save skills").click()
    await expect(details).to_contain_text("Billing: Expert")
    await expect(details).to_contain_text("asks for Billing 3 instead of no skill")
    assert desk.complaints == []


async def test_what_is_settled_elsewhere_is_gone_at_once(opening: Opening) -> None:
    floor = await opening.floor("Cho Alice", offers={"may_decline": False, "countdown": "PT5M"})
    (desk,), (program,) = floor.desks, floor.programs
    question = f"Anybody? {uuid4().hex[:8]}"
    await floor.phone.say(text=question)
    offer = desk.offer(question)
    await expect(offer.get_by_role("button", name="Accept")).to_be_visible()
    await expect(offer.get_by_role("button", name="Decline")).to_be_hidden()
    (item,) = (await program.get("/offers"))["items"]
    answer = await program.post(f"/conversations/{item['conversation_id']}/accept")
    assert answer.status_code == 200
    await expect(offer).to_have_count(0)
    await expect(desk.card(question)).to_be_visible()
    assert desk.complaints == []


async def test_an_offer_is_seen_on_a_phone_while_a_conversation_is_open(opening: Opening) -> None:
    floor = await opening.floor("Dana Kim")
    (desk,), (program,) = floor.desks, floor.programs
    await desk.page.set_viewport_size(NARROW)
    first, second = f"One {uuid4().hex[:8]}", f"Two {uuid4().hex[:8]}"
    await floor.phone.say(text=first)
    await desk.page.keyboard.press("Alt+Shift+A")
    await expect(desk.offer(first)).to_be_visible()
    await desk.page.keyboard.press("Alt+Shift+A")
    await expect(desk.message).to_be_visible()
    floor.phone.address = somebody(ChannelName.WHATSAPP).removeprefix("whatsapp:")
    await floor.phone.say(text=second)
    await expect(desk.offer(second)).to_be_visible()
    await expect(desk.message).to_be_visible()
    assert await desk.width() <= NARROW["width"]

    async def is_told() -> bool:
        offers = (await program.get("/offers"))["items"]
        return bool(offers) and offers[0]["shown_at"] is not None

    await eventually(is_told, "it was seen above the conversation")
    assert desk.complaints == []


async def test_an_offer_rings_and_notifies_whoever_looks_elsewhere(opening: Opening) -> None:
    opening.script = RECORDING
    floor = await opening.floor("Eun-ji Han")
    (desk,) = floor.desks
    first, second = f"One {uuid4().hex[:8]}", f"Two {uuid4().hex[:8]}"
    await floor.phone.say(text=first)
    question = desk.page.get_by_text("Show offers as desktop notifications")
    await expect(question).to_be_visible()
    await desk.button("Yes").click()
    await expect(question).to_be_hidden()
    assert await desk.page.evaluate("heard.notices") == [], "whoever looks needs no notification"

    await desk.page.evaluate("window.hiding = true; heard.tones = 0")
    floor.phone.address = somebody(ChannelName.WHATSAPP).removeprefix("whatsapp:")
    await floor.phone.say(text=second, profile_name="Kim Minji")
    await expect(desk.offer(second)).to_be_visible()
    (notice,) = await desk.page.evaluate("heard.notices")
    assert notice.startswith("Offered to you: Kim Minji, WhatsApp · ")
    assert await desk.page.evaluate("heard.tones") == 2, "one hint of two tones"
    await desk.offer(second).get_by_role("button", name="Accept").click()
    await expect(desk.offer(second)).to_have_count(0)
    assert await desk.page.evaluate("heard.closed") == 1
    await expect(desk.page.get_by_text("Show offers as desktop")).to_be_hidden()
    await desk.page.reload()
    await expect(desk.offer(first)).to_be_visible()
    assert await desk.page.evaluate("heard.tones") == 0, "it has rung for this one"
    assert desk.complaints == []
