"""A customer has the transcript sent to them: the widget asks where to, the shop's page sends it."""

from playwright.async_api import expect

from tests.e2e.flaws import flaws
from tests.e2e.visitors import Visitor

SENDS = "Holdfast.emailTranscript(async (transcript) => { (window.sent ??= []).push(transcript); })"
CANNOT = "Holdfast.emailTranscript(() => { throw new Error('the mail server is down'); })"


async def wants_it(visitor: Visitor) -> None:
    await visitor.button("More").click()
    await visitor.button("E-mail transcript").click()


async def test_the_page_is_handed_the_transcript_and_where_to_send_it(visitor: Visitor) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Is <b>rope</b> in stock?")
    await visitor.button("More").click()
    await expect(visitor.button("Save transcript")).to_be_visible()
    await expect(visitor.button("E-mail transcript")).to_have_count(0)
    await visitor.button("More").click()
    await visitor.page.evaluate(SENDS)
    await wants_it(visitor)
    assert await flaws(visitor.page) == []
    address = visitor.chat.get_by_label("E-mail address")
    await address.fill("elena at example")
    await visitor.button("Send transcript").click()
    await expect(visitor.chat.get_by_text("Please enter an e-mail address")).to_be_visible()
    await address.fill("elena@example.com")
    await visitor.button("Send transcript").click()
    await expect(visitor.status).to_have_text("The transcript has been sent.")
    await expect(visitor.line("in stock?")).to_be_visible()
    (sent,) = await visitor.page.evaluate("sent")
    assert sent["email"] == "elena@example.com"
    assert sent["conversationId"] == await visitor.conversation_id()
    assert "Is &lt;b&gt;rope&lt;/b&gt; in stock?" in sent["html"]


async def test_a_shop_that_knows_its_customer_is_not_told_an_address(visitor: Visitor) -> None:
    await visitor.sign_in()
    await visitor.page.evaluate(SENDS)
    await visitor.open()
    await visitor.say("Hello")
    await wants_it(visitor)
    await expect(visitor.status).to_have_text("The transcript has been sent.")
    (sent,) = await visitor.page.evaluate("sent")
    assert sent["email"] is None
    assert "Hello" in sent["html"]


async def test_what_could_not_be_sent_is_said_and_may_be_tried_again(visitor: Visitor) -> None:
    await visitor.visit()
    await visitor.page.evaluate(CANNOT)
    await visitor.begin()
    await visitor.say("Hello")
    await wants_it(visitor)
    await visitor.chat.get_by_label("E-mail address").fill("elena@example.com")
    await visitor.button("Send transcript").click()
    await expect(visitor.chat.get_by_role("alert").last).to_have_text(
        "That did not work. Please try again."
    )
    await visitor.page.evaluate(SENDS)
    await visitor.button("Send transcript").click()
    await expect(visitor.status).to_have_text("The transcript has been sent.")
