"""The phone page in a real browser: a customer writes, the business answers, and the ticks follow."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.contract import line_samples as line
from tests.contract import simulated_line
from tests.contract.simulated_twilio import (
    BUSINESS,
    CUSTOMER,
    IN_A_HURRY,
    Application,
    Simulator,
    listen,
    serve,
)
from tests.e2e.desks import CHROMIUM, FLAGS


@pytest.fixture
def application() -> Iterator[Application]:
    with listen() as application:
        yield application


@pytest.fixture
def simulator(application: Application) -> Iterator[Simulator]:
    with serve(IN_A_HURRY) as simulator:
        simulator.furnish(application)
        yield simulator


@pytest.fixture
def page(simulator: Simulator) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 390, "height": 844})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.goto(f"{simulator.url}/phone/{CUSTOMER}")
        yield page
        browser.close()
    assert complaints == []


def test_a_chat_from_hello_to_two_blue_ticks(
    page: Page, simulator: Simulator, application: Application
) -> None:
    expect(page.locator("#window")).to_contain_text("only templates")
    page.get_by_label("Message", exact=True).fill("안녕하세요")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .body")).to_have_text("안녕하세요")
    expect(page.locator("#window")).to_contain_text("open for 23 h")
    assert application.to("/messages")[0].params["Body"] == "안녕하세요"
    simulator.post_message(Body="How can I help?")
    answer = page.locator(".bubble", has_text="How can I help?")
    expect(answer.get_by_label("read")).to_be_visible()


def test_a_button_of_a_template_is_tapped(
    page: Page, simulator: Simulator, application: Application
) -> None:
    templates = simulator.ask("state")["templates"]
    sid = next(t["template_id"] for t in templates if t["name"] == "appointment_reminder")
    simulator.post_message(Body="", ContentSid=sid)
    page.get_by_role("button", name="Confirm").click()
    application.wait_until(lambda: bool(application.to("/messages")))
    assert application.to("/messages")[0].params["ButtonPayload"] == "confirm"


def test_a_fault_and_the_clock_are_set_from_the_drawer(page: Page, simulator: Simulator) -> None:
    simulator.say()
    page.get_by_role("button", name="Faults and clock").click()
    page.get_by_label("Provider is down").check()
    page.get_by_role("button", name="+24 h").click()
    expect(page.locator("#offset")).to_contain_text("ahead")
    page.keyboard.press("Escape")
    expect(page.locator("#window")).to_contain_text("closed")
    assert simulator.ask("faults")["down"] is True


def test_the_page_fits_a_phone_and_a_new_customer_can_be_added(
    page: Page, simulator: Simulator
) -> None:
    expect(page.locator("#window")).to_contain_text("only templates")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Customers", exact=True).click()
    page.get_by_label("Phone number or user id").fill("US.13491208655302741918")
    page.get_by_label("Name").fill("Sam")
    page.get_by_role("button", name="Add customer").click()
    expect(page).to_have_url(f"{simulator.url}/phone/US.13491208655302741918")
    thread = simulator.ask("thread", business=BUSINESS, customer="US.13491208655302741918")
    assert thread["messages"] == []


def push(simulator: Simulator, text: str) -> None:
    answer = simulator.http.post(
        "/v2/bot/message/push",
        json={"to": line.CUSTOMER, "messages": [{"type": "text", "text": text}]},
        headers={"Authorization": f"Bearer {line.TOKEN}"},
    )
    assert answer.status_code == 200, answer.text


def test_the_page_switches_to_line_and_back(
    page: Page, simulator: Simulator, application: Application
) -> None:
    simulated_line.furnish(simulator, application)
    simulated_line.befriend(simulator, reads="manual")
    page.get_by_role("button", name="Customers", exact=True).click()
    page.get_by_label("Messenger").select_option("LINE")
    page.get_by_role("button", name="Close the list").click()
    expect(page).to_have_url(f"{simulator.url}/phone/{line.CUSTOMER}?on=line")
    expect(page.locator("#window")).to_contain_text("at any time")
    expect(page.locator("#business")).to_contain_text("Bot")
    page.get_by_label("Message", exact=True).fill("こんにちは")
    page.keyboard.press("Enter")
    expect(page.locator(".mine .body")).to_have_text("こんにちは")
    application.wait_until(lambda: bool(application.to("/line")))
    (event,) = json.loads(application.to("/line")[0].body)["events"]
    assert event["message"]["text"] == "こんにちは"
    push(simulator, "ようこそ")
    expect(page.locator(".bubble", has_text="ようこそ").get_by_label("read")).to_be_visible()
    page.goto(f"{simulator.url}/phone/{CUSTOMER}")
    expect(page.locator("#window")).to_contain_text("only templates")


def test_a_line_friend_unsends_and_blocks(
    page: Page, simulator: Simulator, application: Application
) -> None:
    simulated_line.furnish(simulator, application)
    simulated_line.befriend(simulator, reads="manual")
    page.goto(f"{simulator.url}/phone/{line.CUSTOMER}?on=line")
    page.get_by_label("Message", exact=True).fill("never mind")
    page.keyboard.press("Enter")
    page.locator(".mine").hover()
    page.get_by_role("button", name="Unsend this message").click()
    expect(page.locator(".mine")).to_contain_text("unsent")
    page.get_by_role("button", name="Faults and clock").click()
    page.get_by_label("Blocked the business").check()
    page.keyboard.press("Escape")
    application.wait_until(lambda: len(application.to("/line")) == 3)
    kinds = [json.loads(hit.body)["events"][0]["type"] for hit in application.to("/line")]
    assert kinds == ["message", "unsend", "unfollow"]
    push(simulator, "are you there?")
    expect(page.locator(".bubble", has_text="are you there?")).to_contain_text("Never shown")
