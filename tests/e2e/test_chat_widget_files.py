"""Files in a chat: chosen, pasted and dropped by the customer, sent by the agent."""

import base64
import re

from playwright.async_api import FilePayload, expect

from tests.e2e.people import Agent
from tests.e2e.visitors import Visitor, assert_the_same_transcript, taken_by

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_files_go_both_ways(visitor: Visitor, ana: Agent) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Look at this")
    chat = await visitor.conversation_id()
    await taken_by(ana, chat)
    photo = FilePayload(name="photo.png", mimeType="image/png", buffer=PICTURE)
    await visitor.chat.locator("input[type=file]").set_input_files([photo])
    picture = visitor.transcript.get_by_role("img", name="photo.png")
    await expect(picture).to_have_js_property("complete", value=True)
    await expect(picture).not_to_have_js_property("naturalWidth", 0)
    media_id = await ana.upload(chat, "label.png", PICTURE, "image/png")
    sent = await ana.post(f"/conversations/{chat}/messages", {"attachments": [media_id]})
    assert sent.status_code < 300, sent.text
    await expect(visitor.transcript.get_by_role("link", name=re.compile("label"))).to_be_visible()
    await _paste(visitor, "notes.txt", "text/plain")
    await expect(visitor.line("notes.txt")).not_to_have_class(re.compile("sending"))
    await assert_the_same_transcript(visitor, ana, chat)


async def _paste(visitor: Visitor, name: str, kind: str) -> None:
    await visitor.message.evaluate(
        """(field, [name, type]) => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File(['a note'], name, { type }));
            field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
        }""",
        [name, kind],
    )


async def test_files_are_dropped_anywhere_on_the_conversation(visitor: Visitor, ana: Agent) -> None:
    await visitor.visit()
    await visitor.begin()
    await visitor.say("Look at these")
    chat = await visitor.conversation_id()
    invitation = visitor.chat.locator(".drop")
    await expect(invitation).to_be_hidden()
    await _drag(visitor, "dragover", "letter.txt", "receipt.txt")
    await expect(invitation).to_be_visible()
    await _drag(visitor, "dragleave")
    await expect(invitation).to_be_hidden()
    await _drag(visitor, "dragover", "letter.txt", "receipt.txt")
    await _drag(visitor, "drop", "letter.txt", "receipt.txt")
    await expect(invitation).to_be_hidden()
    for name in ("letter.txt", "receipt.txt"):
        await expect(visitor.line(name)).not_to_have_class(re.compile("sending"))
    await assert_the_same_transcript(visitor, ana, chat)
    kinds = [line["content"]["kind"] for line in await ana.transcript(chat)]
    assert kinds == ["text", "media", "media"]


async def test_what_is_dropped_and_no_file_stays_the_page_s_business(visitor: Visitor) -> None:
    await visitor.visit()
    await visitor.begin()
    assert not await _drag(visitor, "dragover")
    assert not await _drag(visitor, "drop")
    await expect(visitor.chat.locator(".drop")).to_be_hidden()
    assert await visitor.texts() == []


async def _drag(visitor: Visitor, event: str, *names: str) -> bool:
    """As a browser reports it, with these files or with a text; whether the chat takes it."""
    taken: bool = await visitor.transcript.evaluate(
        """(node, [event, names]) => {
            const dataTransfer = new DataTransfer();
            if (!names.length) dataTransfer.setData('text/plain', 'a text');
            for (const name of names) {
                dataTransfer.items.add(new File([`in ${name}`], name, { type: 'text/plain' }));
            }
            const options = { dataTransfer, bubbles: true, cancelable: true };
            return !node.dispatchEvent(new DragEvent(event, options));
        }""",
        [event, names],
    )
    return taken
