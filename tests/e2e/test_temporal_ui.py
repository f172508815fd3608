"""What operators see in the Temporal UI, in a real browser: nothing, until they have signed in."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desks import a_browser
from tests.e2e.people import Agent, Customer
from tests.stack import Stack

PATIENCE = 30_000  # milliseconds; the UI asks the server many things before it shows any
TIMER = "open auto close"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with a_browser() as browser:
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE)
        yield page


async def sign_in(page: Page, stack: Stack) -> None:
    operator = next(each for each in stack.demo["sign_ins"] if each["role"] == "operator")
    await page.goto(f"{stack.api}/codec/sign-in")
    await page.get_by_label("E-mail").fill(operator["email"])
    await page.get_by_label("Password").fill(operator["password"])
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("You are signed in")).to_be_visible()


async def let_the_ui_send_the_cookie(page: Page, stack: Stack) -> None:
    """As the page after signing in says."""
    await page.get_by_test_id("data-encoder-status-error").click()
    await page.get_by_test_id("use-local-endpoint-input").check()
    await page.get_by_test_id("data-encoder-endpoint-input").fill(f"{stack.api}/codec")
    await page.locator("label", has_text="Include cross-origin credentials").click()
    await page.get_by_role("button", name="Apply").click()


async def test_inv9_only_who_signed_in_as_operator_reads_payloads_in_the_temporal_ui(
    stack: Stack, page: Page
) -> None:
    async with Customer(stack) as customer, Agent(stack) as agent:
        await customer.say("Hello")
        conversation = await agent.conversation_with(customer)
    ui = f"http://127.0.0.1:{stack.ports['TEMPORAL_UI_PORT']}"
    address = f"{ui}/namespaces/default/workflows/conversation%2Fwhatsapp%2F{conversation}"
    await page.goto(address)
    await expect(page.get_by_test_id("data-encoder-status-error")).to_be_visible(timeout=PATIENCE)
    assert TIMER not in await page.content()

    await sign_in(page, stack)
    await page.goto(address)
    await let_the_ui_send_the_cookie(page, stack)

    await page.goto(address)
    await expect(page.get_by_text(TIMER).first).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_test_id("data-encoder-status-error")).to_be_hidden(timeout=PATIENCE)
