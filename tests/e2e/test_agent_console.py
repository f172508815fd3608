"""The agent console in a real browser: a customer writes, an agent answers, and nothing gets lost."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Browser, FilePayload, ViewportSize, expect

from tests.e2e.desks import Desk
from tests.e2e.people import Customer, eventually
from tests.stack import Stack, kill_and_await

PHONE = ViewportSize(width=390, height=844)
SCREEN = ViewportSize(width=1400, height=900)


@pytest.fixture
async def desk(stack: Stack, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A browser that nobody is signed in at; `param` is its size."""
    size: ViewportSize = getattr(request, "param", SCREEN)
    context = await browser.new_context(viewport=size, timezone_id="Asia/Seoul")
    found = Desk(stack, await context.new_page())
    yield found
    await context.close()
    assert found.complaints == []


@pytest.fixture
async def customer(stack: Stack) -> AsyncIterator[Customer]:
    async with Customer(stack) as found:
        yield found


def something(what: str) -> str:
    """A text that no other conversation has."""
    return f"{what} {uuid4().hex[:8]}"


async def test_a_customer_is_answered_without_ever_reloading_the_page(
    desk: Desk, customer: Customer
) -> None:
    await desk.sign_in()
    question = something("Where is my parcel?")
    await customer.say(question, profile_name="Kim Minji")
    await expect(desk.card(question)).to_contain_text("waiting under a minute")
    await expect(desk.page).to_have_title(re.compile(r"^\(\d+\) "))
    await desk.take(question)
    await expect(desk.transcript).to_contain_text("An agent took the conversation")
    await desk.say("On its way.")
    await eventually(lambda: customer.has("On its way."), "the reply is on the phone")
    await expect(desk.line("On its way.").get_by_role("img", name="read")).to_be_visible()
    await customer.say("안녕하세요, thank you!")
    await expect(desk.line("안녕하세요, thank you!")).to_be_visible()
    await desk.button("End").click()
    await desk.button("Close").click()
    await expect(desk.page.get_by_text("Closed. A new message")).to_be_visible()
    await expect(desk.card("Kim Minji").filter(has_text="thank you!")).to_have_count(0)


async def test_every_kind_of_message_is_shown(desk: Desk, customer: Customer) -> None:
    hello = something("Hello")
    await customer.say(hello)
    await desk.sign_in()
    await desk.card(hello).click()
    await customer.say("Look", type="image")
    await customer.say("", type="document")
    await customer.say("", type="location", location={"latitude": 52.5, "longitude": 13.4})
    await customer.say("", type="button", tap={"text": "Confirm", "payload": "yes"})
    await customer.say("", type="hologram")
    picture = desk.line("Look").get_by_role("img", name="Photo")
    await expect(picture).to_have_js_property("naturalWidth", 96)
    await expect(picture).to_have_attribute("src", re.compile("/thumbnail$"))
    invoice = desk.transcript.get_by_role("link", name="invoice.pdf")
    await expect(invoice).to_have_attribute("href", re.compile("^/agent/media/"))
    await expect(desk.line("52.500000, 13.400000")).to_contain_text("Open map")
    await expect(desk.line("Confirm")).to_contain_text("tapped a button")
    await expect(desk.transcript).to_contain_text("a kind we cannot show")


async def test_inv4_after_the_window_only_a_template_leaves_and_the_reply_waits_behind_it(
    desk: Desk, customer: Customer
) -> None:
    question = something("Is it open?")
    await customer.say(question)
    await desk.sign_in()
    await desk.take(question)
    await customer.let_pass(hours=25)
    await desk.say("Yes, until eight.")
    await expect(desk.line("Yes, until eight.")).to_contain_text("error 63016")
    await expect(desk.page.get_by_text("only an approved template may leave")).to_be_visible()
    await expect(desk.button("Send")).to_be_hidden()
    await desk.message.fill("Yes, until eight. Sorry for the delay.")
    await desk.button("Choose a template").click()
    dialog = desk.page.get_by_role("dialog", name="Choose a template")
    await dialog.get_by_role("radio", name="resume_conversation").check()
    await expect(desk.button("Send template and park reply")).to_be_disabled()
    await dialog.get_by_label("Variable 1").fill("Minji")
    await expect(dialog).to_contain_text("Hello Minji, may we continue")
    await desk.button("Send template and park reply").click()
    await expect(dialog).to_be_hidden()
    parked = desk.line("Sorry for the delay.")
    await expect(parked).to_contain_text("Parked. Leaves as soon as the customer writes.")
    await expect(desk.line("Hello Minji, may we").get_by_role("img", name="read")).to_be_visible()
    await customer.say("Yes please")
    await expect(parked.get_by_role("img", name="read")).to_be_visible()
    await expect(desk.button("Send")).to_be_visible()


async def test_a_parked_reply_is_withdrawn(desk: Desk, customer: Customer) -> None:
    question = something("Hello?")
    await customer.say(question)
    await desk.sign_in()
    await desk.take(question)
    await customer.let_pass(hours=25)
    await desk.say("Too late.")
    await expect(desk.page.get_by_text("only an approved template may leave")).to_be_visible()
    await desk.message.fill("Better later.")
    await desk.button("Choose a template").click()
    await desk.page.get_by_role("radio", name="resume_conversation").check()
    await desk.page.get_by_label("Variable 1").fill("Minji")
    await desk.button("Send template and park reply").click()
    await desk.button("Withdraw").click()
    await expect(desk.line("Better later.")).to_contain_text("withdrawn, never sent")
    await desk.page.reload()
    await expect(desk.line("Better later.")).to_contain_text("withdrawn, never sent")


async def test_a_file_is_attached_and_a_wrong_one_explained(desk: Desk, customer: Customer) -> None:
    question = something("Send me the invoice")
    await customer.say(question)
    await desk.sign_in()
    await desk.take(question)
    await desk.page.locator("#files").set_input_files(
        [
            FilePayload(name="invoice.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4\n%%EOF\n"),
            FilePayload(name="tool.exe", mimeType="application/x-msdownload", buffer=b"MZ"),
        ]
    )
    await expect(desk.page.get_by_role("alert")).to_contain_text("Files of the kind .exe are blocked")
    await expect(desk.page.get_by_role("list", name="Attached files")).to_contain_text("invoice.pdf")
    await desk.message.fill("Here it is.")
    await desk.button("Send").click()
    await expect(desk.line("Here it is.").get_by_role("link", name="invoice.pdf")).to_be_visible()
    await expect(desk.page.get_by_role("list", name="Attached files")).to_be_hidden()
    await eventually(lambda: customer.has("Here it is."), "the file is on the phone")


async def test_inv1_a_reload_and_a_killed_server_lose_nothing_not_even_the_draft(
    desk: Desk, customer: Customer
) -> None:
    question = something("Are you there?")
    await customer.say(question)
    await desk.sign_in()
    await desk.take(question)
    await desk.say("Yes.")
    await desk.message.fill("And what I")
    await desk.page.reload()
    await expect(desk.message).to_have_value("And what I")
    await expect(desk.line("Yes.")).to_be_visible()
    kill_and_await(desk.stack, "api")
    await customer.say("Hello again")
    await expect(desk.line("Hello again")).to_be_visible()
    await expect(desk.transcript).to_contain_text("An agent took the conversation")
    await expect(desk.message).to_have_value("And what I")
    await desk.message.press("End")
    await desk.message.press_sequentially(" wanted to say")
    await desk.page.keyboard.press("Enter")
    await eventually(
        lambda: customer.has("Yes.", "And what I wanted to say"), "everything arrived, once"
    )


@pytest.mark.parametrize("desk", [PHONE], indirect=True)
async def test_on_a_phone_there_is_a_list_then_a_conversation_and_a_way_back(
    desk: Desk, customer: Customer
) -> None:
    question = something("Do you open on Sundays?")
    await customer.say(question)
    await desk.sign_in()
    await expect(desk.card(question)).to_be_visible()
    assert await desk.width() <= PHONE["width"]
    await desk.take(question)
    await expect(desk.card(question)).to_be_hidden()
    assert await desk.width() <= PHONE["width"]
    await desk.page.get_by_role("link", name="Back to the list").click()
    await expect(desk.card(question)).to_be_visible()
    await desk.page.go_back()
    await expect(desk.transcript).to_contain_text(question)
    await desk.page.go_forward()
    await expect(desk.card(question)).to_be_visible()


async def test_shift_and_enter_starts_a_new_line(desk: Desk, customer: Customer) -> None:
    question = something("Where?")
    await customer.say(question)
    await desk.sign_in()
    await desk.take(question)
    await desk.message.press_sequentially("Here:")
    await desk.page.keyboard.press("Shift+Enter")
    await desk.message.press_sequentially("Main Street 1")
    await desk.page.keyboard.press("Enter")
    await eventually(lambda: customer.has("Here:\nMain Street 1"), "one message of two lines")


async def test_notes_stay_among_the_team(desk: Desk, customer: Customer) -> None:
    question = something("Any news?")
    await customer.say(question)
    await desk.sign_in()
    await desk.card(question).click()
    await desk.button("Customer and notes").click()
    await desk.page.get_by_label("New note").fill("Asked the warehouse.")
    await desk.button("Add note").click()
    await expect(desk.page.get_by_role("complementary")).to_contain_text("Asked the warehouse.")
    await expect(desk.page.get_by_label("New note")).to_have_value("")
    assert await customer.received() == []


async def test_two_agents_see_who_has_a_conversation(
    desk: Desk, customer: Customer, browser: Browser
) -> None:
    question = something("Who answers me?")
    await customer.say(question)
    await desk.sign_in()
    await desk.card(question).click()
    context = await browser.new_context(viewport=SCREEN)
    boss = Desk(desk.stack, await context.new_page())
    await boss.sign_in("supervisor")
    await boss.take(question)
    await expect(desk.page.get_by_text("Sam Supervisor has this conversation.")).to_be_visible()
    await expect(desk.button("Take")).to_have_count(0)
    await boss.button("Force close").click()
    await boss.page.get_by_role("dialog").get_by_role("button", name="Force close").click()
    await expect(desk.page.get_by_text("Closed. A new message")).to_be_visible()
    await context.close()


async def test_nobody_gets_in_without_the_password(desk: Desk) -> None:
    await desk.sign_in(password="a wrong password")
    await expect(desk.page.get_by_role("alert")).to_have_text(
        "The e-mail address or the password is wrong."
    )
    await desk.sign_in("admin")
    await expect(desk.page.get_by_role("alert")).to_contain_text("Only agents and supervisors")
    assert await desk.page.context.cookies() == [
        cookie
        for cookie in await desk.page.context.cookies()
        if cookie.get("name") != "holdfast_session"
    ]


async def test_signing_out_ends_the_session_for_good(desk: Desk) -> None:
    await desk.sign_in()
    await expect(desk.page.get_by_role("navigation")).to_be_visible()
    cookies = {cookie.get("name"): cookie for cookie in await desk.page.context.cookies()}
    session = cookies["holdfast_session"]
    assert (session.get("httpOnly"), session.get("sameSite")) == (True, "Lax")
    await desk.button("Sign out").click()
    await expect(desk.button("Sign in")).to_be_visible()
    token = str(session.get("value"))
    async with httpx2.AsyncClient(cookies={"holdfast_session": token}) as stranger:
        answer = await stranger.get(desk.home, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/agent/sign-in")


async def test_a_session_that_ended_elsewhere_ends_here_and_the_form_knows_the_way_back(
    desk: Desk, customer: Customer
) -> None:
    question = something("Still there?")
    await customer.say(question)
    await desk.sign_in()
    await desk.card(question).click()
    await expect(desk.button("Take")).to_be_visible()
    elsewhere = await desk.page.context.new_page()
    await elsewhere.goto(desk.home)
    await elsewhere.get_by_role("button", name="Sign out").click()
    await expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()
    await desk.button("Take").click()
    await expect(desk.page.get_by_role("alert")).to_contain_text("Your session has ended")
    await desk.fill_in("agent")
    await expect(desk.transcript).to_contain_text(question)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"/agent/media/{uuid4()}"), ("POST", f"/agent/attachments/{uuid4()}")],
)
async def test_inv9_files_are_for_those_who_are_signed_in(stack: Stack, method: str, path: str) -> None:
    async with httpx2.AsyncClient(base_url=stack.api) as stranger:
        assert (await stranger.request(method, path)).status_code == 401


async def test_another_site_can_sign_nobody_in(stack: Stack) -> None:
    person = stack.demo["sign_ins"][-1]
    form = {"email": person["email"], "password": person["password"]}
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    async with httpx2.AsyncClient(base_url=stack.api) as browser:
        answer = await browser.post("/agent/sign-in", data=form, headers=elsewhere)
    assert "set-cookie" not in answer.headers


async def test_the_agent_api_keeps_its_own_addresses(stack: Stack) -> None:
    async with httpx2.AsyncClient(base_url=stack.api) as client:
        assert (await client.get("/agent/v1/nonsense")).json()["code"] == "not_found"
        assert (await client.delete("/agent/v1/me")).status_code == 405
