"""A customer on a page of the shop, with the chat in its corner, in a real browser."""

import json
import re
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Locator, Page, expect

from tests.e2e.people import Agent, eventually
from tests.stack import Stack

# What a browser says of a line that is cut, as these tests cut it, and of answers that refuse.
EXPECTED = re.compile(
    r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket connection|the server responded with a status of 4"
)


class Visitor:
    """One tab, and what people find in it by role and name."""

    def __init__(self, stack: Stack, page: Page) -> None:
        self.stack = stack
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    @property
    def chat(self) -> Locator:
        """The panel."""
        return self.page.get_by_role("dialog")

    @property
    def launcher(self) -> Locator:
        return self.page.locator("holdfast-chat .launcher")

    @property
    def message(self) -> Locator:
        """Where one writes; its name differs by language."""
        return self.chat.locator("textarea[data-begin]")

    @property
    def transcript(self) -> Locator:
        return self.chat.get_by_role("log")

    @property
    def status(self) -> Locator:
        """What is said above the conversation of the connection."""
        return self.chat.locator(".notice")

    def button(self, name: str) -> Locator:
        return self.chat.get_by_role("button", name=name, exact=True)

    def line(self, text: str) -> Locator:
        """A message of the transcript."""
        return self.transcript.get_by_role("listitem").filter(has_text=text)

    async def visit(self, path: str = "") -> None:
        """A page of the shop, with its chat ready."""
        await self.page.goto(f"{self.stack.simulator}/shop{path}")
        await expect(self.launcher).to_be_attached()

    async def sign_in(self, name: str = "Kim Minji") -> None:
        """At the shop."""
        await self.page.goto(f"{self.stack.simulator}/shop/account")
        await self.page.get_by_role("button", name=name).click()
        await expect(self.launcher).to_be_attached()

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.chat).to_be_visible()

    async def begin(self, name: str = "Elena") -> None:
        """Open the chat and answer what is asked before it."""
        await self.open()
        await self.chat.get_by_label("Your name").fill(name)
        await self.button("Start chat").click()
        await expect(self.message).to_be_visible()

    async def say(self, text: str) -> None:
        """Write it, press Enter, and see it confirmed."""
        await self.write(text)
        await expect(self.line(text)).not_to_have_class(re.compile("sending"))

    async def write(self, text: str) -> None:
        """Write it and press Enter; it may have to wait."""
        await self.message.fill(text)
        await self.message.press("Enter")
        await expect(self.line(text)).to_have_count(1)

    async def end(self) -> None:
        """End the chat, and mean it."""
        await self.button("More").click()
        await self.button("End chat").click()
        sure = self.page.get_by_role("alertdialog")
        await sure.get_by_role("button", name="End chat").click()
        await expect(sure).to_have_count(0)

    async def texts(self) -> list[str]:
        """Everything that was said, in the order in which it is shown."""
        return await self.transcript.locator(".line .bubble").all_inner_texts()

    async def conversation_id(self) -> str:
        """As this browser remembers it."""
        found: str = await self.page.evaluate(
            "Object.entries(localStorage).find(([name]) => name.endsWith(':chat'))[1]"
        )
        conversation_id: str = json.loads(found)
        return conversation_id

    async def reload(self) -> None:
        await self.page.reload()
        await expect(self.launcher).to_be_attached()

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.complaints.append(message.text)


class Line:
    """The network of one tab, which can be cut as DevTools cuts it."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def of(cls, context: BrowserContext, page: Page) -> "Line":
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        return cls(session)

    async def cut(self) -> None:
        await self._set(offline=True)

    async def mend(self) -> None:
        await self._set(offline=False)

    async def _set(self, *, offline: bool) -> None:
        conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self._session.send("Network.emulateNetworkConditions", {"offline": offline, **conditions})


async def assert_the_same_transcript(visitor: Visitor, agent: Agent, conversation: str) -> None:
    """What the customer sees is what the server has, and what the agent reads there: in order, once."""
    kept = [
        (line["content"].get("text") or line["content"].get("caption") or "")
        for line in await agent.transcript(conversation)
        if line["author"] in ("customer", "agent")
    ]
    lines = visitor.transcript.locator(".line .bubble")
    await expect(lines).to_have_count(len(kept))
    for shown, said in zip(await visitor.texts(), kept, strict=True):
        assert said in shown


async def taken_by(agent: Agent, conversation: str) -> None:
    """The agent takes the chat as soon as it waits for one."""
    await eventually(lambda: agent.is_in(conversation, "open"), "the chat waits")
    (await agent.post(f"/conversations/{conversation}/accept")).raise_for_status()
    await eventually(lambda: agent.is_in(conversation, "active"), "the agent has it")


async def answered(agent: Agent, conversation: str, text: str) -> None:
    """The agent says this."""
    (await agent.write(conversation, text)).raise_for_status()
