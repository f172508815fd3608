"""An agent at a desk: the console in a real browser."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.stack import Stack

# What a browser says of an answer that refuses, or of a server that is being restarted.
EXPECTED = re.compile(r"the server responded with a status of 4|ERR_CONNECTION_|WebSocket")


class Desk:
    """One page, and what people find on it by its role and name, as a screen reader would."""

    def __init__(self, stack: Stack, page: Page) -> None:
        self.stack = stack
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._see)

    @property
    def home(self) -> str:
        return f"{self.stack.api}/agent/"

    @property
    def message(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def transcript(self) -> Locator:
        return self.page.get_by_role("log")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def card(self, text: str) -> Locator:
        """A conversation in the list."""
        return self.page.get_by_role("navigation").get_by_role("link").filter(has_text=text)

    def offer(self, text: str) -> Locator:
        """Something that is offered, at the top of the list."""
        offers = self.page.get_by_role("region", name="Offered to you")
        return offers.get_by_role("list").first.locator("> li").filter(has_text=text)

    def line(self, text: str) -> Locator:
        """A message of the transcript."""
        return self.transcript.get_by_role("listitem").filter(has_text=text)

    async def sign_in(self, role: str = "agent", password: str | None = None) -> None:
        """With the demo's password, unless another is given."""
        await self.page.goto(self.home)
        await self.fill_in(role, password)

    async def fill_in(self, role: str, password: str | None = None) -> None:
        """The form that is on the page."""
        person = next(each for each in self.stack.demo["sign_ins"] if each["role"] == role)
        await self._tell(person["email"], password or person["password"])

    async def sign_in_as(self, person: dict[str, str]) -> None:
        """Somebody who is not of the demo."""
        await self.page.goto(self.home)
        await self._tell(person["email"], person["password"])

    async def take(self, text: str) -> None:
        """The conversation with this text, as soon as it is in the list."""
        await self.card(text).click()
        await self.button("Take").click()
        await expect(self.message).to_be_visible()

    async def say(self, text: str) -> None:
        """Type it, and press Enter."""
        await self.message.fill(text)
        await self.page.keyboard.press("Enter")
        await expect(self.line(text)).to_be_visible()

    async def width(self) -> int:
        """How wide the page is, whatever the window."""
        found: int = await self.page.evaluate("document.documentElement.scrollWidth")
        return found

    async def _tell(self, email: str, password: str) -> None:
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.button("Sign in").click()

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.complaints.append(message.text)

    def _see(self, request: Any) -> None:
        """Everything the page needs comes from us."""
        if not request.url.startswith((self.stack.api, "data:", "blob:")):
            self.complaints.append(f"asked somebody else: {request.url}")
