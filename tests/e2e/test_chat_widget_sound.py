"""A message that nobody is looking at is heard, unless the customer does not want that."""

from playwright.async_api import BrowserContext, expect

from tests.e2e.people import Agent
from tests.e2e.visitors import Visitor, answered, taken_by

# Machines that run tests have nothing to sound on; what would sound is counted.
COUNTED = """
    window.tones = 0;
    window.AudioContext = class { state = 'running'; currentTime = 0; async resume() {} };
    const quiet = { connect: () => quiet, start() { window.tones += 1; }, stop() {} };
    window.OscillatorNode = function () { return quiet; };
    window.GainNode = function () {
        const gain = { linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
        return { gain, connect: () => quiet };
    };
"""


async def test_a_message_sounds_while_the_chat_is_put_away_and_not_when_muted(
    visitor: Visitor, context: BrowserContext, ana: Agent
) -> None:
    await context.add_init_script(COUNTED)
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Hello")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    await answered(ana, chat, "While you look")
    await expect(visitor.line("While you look")).to_be_visible()
    assert await visitor.page.evaluate("tones") == 0

    await visitor.button("Minimize chat").click()
    await answered(ana, chat, "While you do not")
    await expect(visitor.launcher).to_have_text("1")
    assert await visitor.page.evaluate("tones") == 2

    await visitor.open()
    await visitor.button("More").click()
    await visitor.button("Turn sound off").click()
    await visitor.button("Minimize chat").click()
    await answered(ana, chat, "Quietly")
    await expect(visitor.launcher).to_have_text("1")
    assert await visitor.page.evaluate("tones") == 2
