"""Two people at their desks work together: what one asks the other, the customer never sees."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from tests.e2e.desks import Desk
from tests.e2e.flaws import flaws
from tests.e2e.people import Customer, eventually
from tests.stack import Stack

TEAM = {"include": [[".team"], [".private .bubble"]]}
DIALOG = {"include": [["dialog[open]"]]}
SCREEN = ViewportSize(width=1400, height=900)


@pytest.fixture
async def desks(stack: Stack, browser: Browser) -> AsyncIterator[tuple[Desk, Desk]]:
    """An agent's and a supervisor's."""
    contexts = [await browser.new_context(viewport=SCREEN) for _ in range(2)]
    agent, supervisor = [Desk(stack, await context.new_page()) for context in contexts]
    await agent.sign_in("agent")
    await supervisor.sign_in("supervisor")
    await expect(supervisor.page.get_by_role("navigation")).to_be_visible()
    yield agent, supervisor
    for context in contexts:
        await context.close()
    assert agent.complaints == supervisor.complaints == []


@pytest.fixture
async def customer(stack: Stack) -> AsyncIterator[Customer]:
    async with Customer(stack) as found:
        yield found


def name_of(stack: Stack, role: str) -> str:
    return str(next(each["name"] for each in stack.demo["sign_ins"] if each["role"] == role))


async def choose(desk: Desk, dialog: str, name: str, done: str) -> None:
    found = desk.page.get_by_role("dialog", name=dialog)
    label = await found.get_by_role("option").filter(has_text=name).first.text_content()
    await found.get_by_label("To whom").select_option(label=label)
    await desk.button(done).click()
    await expect(found).to_be_hidden()


async def test_inv9_help_stays_between_agents_and_a_transfer_hands_it_over(
    stack: Stack, desks: tuple[Desk, Desk], customer: Customer
) -> None:
    agent, supervisor = desks
    helper = name_of(stack, "supervisor")
    question = f"Which size? {uuid4().hex[:8]}"
    await customer.say(question)
    await agent.take(question)
    await agent.button("Ask for help …").click()
    await choose(agent, "Ask somebody for help", helper, "Ask")
    await supervisor.button("Decline").click()
    await supervisor.button("Decline it").click()
    await expect(agent.page.get_by_text(f"{helper} declined.")).to_be_visible()
    await agent.button("Ask for help …").click()
    await choose(agent, "Ask somebody for help", helper, "Ask")
    await supervisor.button("Accept").click()
    await expect(agent.page.get_by_text(f"{helper} helps")).to_be_visible()
    secret = f"The larger one, surely. {uuid4().hex[:8]}"
    private = supervisor.page.get_by_role("textbox", name="To the agents only")
    await private.fill(secret)
    await private.press("Enter")
    await expect(agent.line(secret)).to_contain_text("Only you and your team see this")
    await expect(private).to_have_value("")
    await supervisor.page.set_viewport_size({"width": 390, "height": 844})
    assert await supervisor.width() == 390
    await supervisor.page.set_viewport_size(SCREEN)
    assert await flaws(agent.page, TEAM) == []
    await agent.say("The larger one.")
    await agent.button(f"End the help of {helper}").click()
    await expect(agent.page.get_by_text(f"{helper} helps")).to_be_hidden()
    await agent.button("Transfer …").click()
    await expect(agent.page.get_by_role("dialog")).to_be_visible()
    assert await flaws(agent.page, DIALOG) == []
    await choose(agent, "Transfer this conversation", helper, "Transfer")
    await supervisor.button("Accept").click()
    await expect(agent.page.get_by_text("It was transferred to another agent")).to_be_visible()
    await supervisor.say("Here I am.")
    await eventually(
        lambda: customer.has("The larger one.", "Here I am."), "only what was meant is on the phone"
    )
