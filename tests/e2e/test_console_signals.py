"""What agent and customer see of each other beside messages, in a real browser."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
from playwright.async_api import expect

from application.demo_channels import CHANNELS
from domain.channels import ChannelName
from tests.e2e.browsers import a_browser
from tests.e2e.desks import Desk
from tests.e2e.people import eventually
from tests.stack import Stack

BUSINESS = next(each for each in CHANNELS if each.channel is ChannelName.RCS)


class Phone:
    """A customer of RCS."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.address = f"+1555{uuid4().int % 10**7:07d}"

    async def say(self, **what: Any) -> None:
        who = {"provider": "rcs", "from": self.address, "to": BUSINESS.address}
        answer = await self._client.post("/control/say", json=who | what)
        assert answer.json()["outcome"] == "answered"

    async def sees_read(self) -> bool:
        """Whether the last message was read, as far as the phone knows."""
        query = {"provider": "rcs", "business": BUSINESS.address, "customer": self.address}
        thread = (await self._client.get("/control/thread", params=query)).json()["messages"]
        said = [each for each in thread if each["direction"] == "inbound"]
        return bool(said[-1]["seen"])


async def test_a_customer_sees_what_is_read_and_an_agent_sees_who_types(stack: Stack) -> None:
    question = f"Anybody there? {uuid4().hex[:8]}"
    async with (
        httpx2.AsyncClient(base_url=stack.simulator) as client,
        a_browser() as browser,
    ):
        phone, desk = Phone(client), Desk(stack, await browser.new_page())
        await phone.say(text=question)
        await desk.sign_in()
        await desk.card(question).click()
        await expect(desk.line(question)).to_be_visible()
        assert not await phone.sees_read(), "nobody has taken it"
        await desk.button("Take").click()
        await eventually(phone.sees_read, "what was read before it was taken is marked")
        await phone.say(type="typing")
        await expect(desk.page.get_by_text("is typing …")).to_be_visible()
        screen = await browser.new_page()
        await screen.goto(f"{stack.simulator}/phone/{quote(phone.address)}?on=rcs")
        await expect(screen.get_by_text(question)).to_be_visible()
        await desk.message.press_sequentially("Yes")
        await expect(screen.locator("#typing")).to_be_visible()
        await phone.say(text="Hello?")
        await expect(desk.page.get_by_text("is typing …")).to_be_hidden()
        await eventually(phone.sees_read, "what comes while the agent looks is marked")
        assert desk.complaints == []
