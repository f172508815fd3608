"""The widget's rules, module by module, in the browser that runs them. No server is there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

WIDGET = Path(__file__).parents[2] / "widget"
SITE = "https://widget.example"
TYPES = {".js": "text/javascript", ".json": "application/json"}


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    found = await context.new_page()
    await found.route(f"{SITE}/**", _serve)
    await found.goto(f"{SITE}/")
    yield found
    await context.close()


async def _serve(route: Route) -> None:
    file = WIDGET / route.request.url.removeprefix(f"{SITE}/")
    if file.is_file():
        await route.fulfill(body=file.read_text(), content_type=TYPES[file.suffix])
    else:
        await route.fulfill(body="<!doctype html><title>Empty</title>", content_type="text/html")


async def run(page: Page, module: str, body: str) -> Any:
    """The value of this body, which may use everything that the module exports as `m`."""
    return await page.evaluate(f"async () => {{ const m = await import('/{module}'); {body} }}")


async def test_each_try_waits_longer_but_no_two_browsers_the_same(page: Page) -> None:
    found = await run(
        page,
        "backoff.js",
        "return [0, 1, 2, 30].map((n) => [m.delay(n, () => 0), m.delay(n, () => 1)]);",
    )
    assert found == [[250, 500], [500, 1000], [1000, 2000], [15_000, 30_000]]


OUTBOX = """
    const { Storage } = await import('/storage.js');
    const { ApiError } = await import('/api.js');
    const storage = new Storage('w', 'localStorage');
    const delivered = [];
    const outbox = (deliver) => new m.Outbox({ storage, deliver, lock: 'w' });
    const settled = async (box) => { while (box.list().some((entry) => !entry.failure)) await new Promise(requestAnimationFrame); };
"""  # noqa: E501 - a line of JavaScript


async def test_inv1_the_outbox_keeps_the_order_although_the_first_try_fails(page: Page) -> None:
    found = await run(
        page,
        "outbox.js",
        OUTBOX
        + """
        let tries = 0;
        const box = outbox(async (entry) => {
            tries += 1;
            if (tries === 1) throw new ApiError(503);
            delivered.push(entry.text);
        });
        for (const text of ['one', 'two', 'three']) box.add('c', { text });
        await settled(box);
        return { delivered, tries };
        """,
    )
    assert found == {"delivered": ["one", "two", "three"], "tries": 4}


async def test_inv2_a_repetition_is_the_same_message(page: Page) -> None:
    found = await run(
        page,
        "outbox.js",
        OUTBOX
        + """
        const ids = [];
        const box = outbox(async (entry) => {
            ids.push(entry.client_id);
            if (ids.length === 1) throw new ApiError(0);
        });
        box.add('c', { text: 'one' });
        await settled(box);
        return ids;
        """,
    )
    assert len(found) == 2
    assert len(set(found)) == 1


async def test_inv1_what_waits_survives_the_page(page: Page) -> None:
    before = OUTBOX + "outbox(() => new Promise(() => {})).add('c', { text: 'one' }); return true;"
    await run(page, "outbox.js", before)
    await page.reload()
    after = OUTBOX + (
        "const box = outbox(async (entry) => delivered.push(entry.text));"
        "await box.run(); await settled(box); return delivered;"
    )
    assert await run(page, "outbox.js", after) == ["one"]


async def test_what_is_refused_stays_to_be_seen_and_blocks_nothing(page: Page) -> None:
    found = await run(
        page,
        "outbox.js",
        OUTBOX
        + """
        const box = outbox(async (entry) => {
            if (entry.text === 'bad') throw new ApiError(409, 'chat_ended');
            delivered.push(entry.text);
        });
        box.add('c', { text: 'bad' });
        box.add('c', { text: 'good' });
        await settled(box);
        return { delivered, left: box.list().map(({ text, failure }) => [text, failure]) };
        """,
    )
    assert found == {"delivered": ["good"], "left": [["bad", "chat_ended"]]}


async def test_messages_are_kept_once_and_in_order(page: Page) -> None:
    found = await run(
        page,
        "store.js",
        """
        const messages = new m.Messages();
        const news = [[2, 'b'], [1, 'a'], [2, 'b']].map(([seq, id]) =>
            messages.put({ message_id: id, seq, author: 'agent' }));
        return { news, order: messages.list().map((each) => each.seq), unread: messages.countAfter(1) };
        """,
    )
    assert found == {"news": [True, True, False], "order": [1, 2], "unread": 1}


@pytest.mark.parametrize(
    ("kind", "answer", "complaint"),
    [
        ("email", "name@example.com", None),
        ("email", "name@example", "wrong_email"),
        ("phone", "+82 (10) 1234-5678", None),
        ("phone", "call me", "wrong_phone"),
        ("text", "  ", "missing_answer"),
        ("consent", "", "missing_consent"),
        ("consent", "true", None),
    ],
)
async def test_answers_are_checked(page: Page, kind: str, answer: str, complaint: str | None) -> None:
    question = f"{{ kind: '{kind}', required: true }}"
    assert await run(page, "questions.js", f"return m.complaint({question}, '{answer}')") == complaint


async def test_only_addresses_of_the_web_become_links(page: Page) -> None:
    text = "See https://a.example/b?c=1). javascript:alert(1) <b>no</b>"
    found = await run(
        page,
        "links.js",
        f"const box = document.createElement('p'); box.append(...m.linked({text!r}));"
        "return [box.textContent, [...box.querySelectorAll('*')].map((each) => each.outerHTML)];",
    )
    link = '<a href="https://a.example/b?c=1" target="_blank" rel="noopener noreferrer">'
    assert found == [text, [f"{link}https://a.example/b?c=1</a>"]]


@pytest.mark.parametrize("accent", ["#ffb703", "#0b6e4f", "#000000", "#ffffff", "#7f7f7f"])
async def test_text_on_any_accent_can_be_read(page: Page, accent: str) -> None:
    least = await run(
        page,
        "theme.js",
        f"""
        const dark = m.toward('#ffffff', '{accent}', '#161d1b');
        const ink = m.toward('#000000', '{accent}', '#f3f6f5');
        return Math.min(
            m.contrast(m.readableOn('{accent}'), '{accent}'), m.contrast(dark, '#161d1b'),
            m.contrast(m.readableOn(dark), dark), m.contrast(ink, '#f3f6f5'));
        """,
    )
    assert least >= 4.5


async def test_the_token_of_a_link_leaves_the_address(page: Page) -> None:
    await page.goto(f"{SITE}/help?a=1&holdfast_reconnect=secret#top")
    assert await run(page, "reconnect_link.js", "return m.takeToken()") == "secret"
    assert page.url == f"{SITE}/help?a=1#top"
    assert await run(page, "reconnect_link.js", "return m.takeToken()") is None


# The server's end of a chat's line, which says what a test wants.
LINE = """
    const lines = [];
    window.WebSocket = class {
        static OPEN = 1;
        readyState = 1;
        constructor() { lines.push(this); setTimeout(() => this.onopen?.()); }
        send() { if (!this.isWelcome) { this.isWelcome = true; this.tell({ type: 'welcome', heartbeat_seconds: 15 }); } }
        tell(frame) { this.onmessage?.({ data: JSON.stringify(frame) }); }
        close() { this.isClosed = true; }
    };
    const soon = () => new Promise((resolve) => setTimeout(resolve, 10));
    const chat = new m.Chat({ base: location.href, widgetId: 'w' });
    const conversation = { conversation_id: 'c', state: 'active', can_write: true };
    chat.adopt({ conversation, messages: [], has_more: false, cursor: '1.1' });
    await soon();
    const close = { type: 'conversation', cursor: '1.2', conversation: { ...conversation, state: 'closed', can_write: false } };
"""  # noqa: E501 - a line of JavaScript


async def test_inv1_what_is_said_while_a_chat_closes_is_shown(page: Page) -> None:
    found = await run(
        page,
        "chat.js",
        LINE
        + """
        lines[0].tell(close);
        const message = { message_id: 'm', seq: 1, author: 'system' };
        lines[0].tell({ type: 'message', cursor: '1.3', message });
        return [chat.isOver, chat.messages.list().map((each) => each.message_id)];
        """,
    )
    assert found == [True, ["m"]]


async def test_a_shop_that_does_not_say_who_it_is_is_waited_for_ten_seconds(page: Page) -> None:
    await page.clock.install()
    body = """
        const identity = new m.Identity();
        identity.use(() => new Promise(() => {}));
        return identity.token().catch((error) => error.message);
    """
    told = asyncio.ensure_future(run(page, "identity.js", body))
    for _ in range(9):
        await page.clock.run_for(1_000)
    assert not told.done()
    while not told.done():
        await page.clock.run_for(1_000)
    assert await told == "authenticate: no token within 10 seconds"


async def test_edge11_a_chat_that_begins_after_one_that_closed_keeps_its_line(page: Page) -> None:
    await page.clock.install()
    running = run(
        page,
        "chat.js",
        LINE
        + """
        lines[0].tell(close);
        const next = { conversation_id: 'd', state: 'open', can_write: true };
        chat.adopt({ conversation: next, messages: [], has_more: false, cursor: '1.3' });
        await new Promise((resolve) => setTimeout(resolve, 40_000));
        lines[0].tell(close);
        return [lines.length, Boolean(lines[1].isClosed), chat.conversation.conversation_id];
        """,
    )
    told = asyncio.ensure_future(running)
    while not told.done():
        await page.clock.run_for(1_000)
    assert await told == [2, False, "d"]


async def test_the_line_of_a_chat_that_closed_ends_after_a_while_whatever_still_comes(
    page: Page,
) -> None:
    await page.clock.install()
    running = run(
        page,
        "chat.js",
        LINE
        + """
        lines[0].tell(close);
        await new Promise((resolve) => setTimeout(resolve, 20_000));
        lines[0].tell(close);
        const before = Boolean(lines[0].isClosed);
        await new Promise((resolve) => setTimeout(resolve, 11_000));
        return [before, Boolean(lines[0].isClosed), lines.length, chat.connection.state];
        """,
    )
    told = asyncio.ensure_future(running)
    while not told.done():
        await page.clock.run_for(1_000)
    assert await told == [False, True, 1, "idle"]


async def test_what_is_tapped_on_a_card_is_sent_with_where_it_was_offered(page: Page) -> None:
    found = await run(
        page,
        "views/line.js",
        """
        const said = [];
        const texts = { time: () => '', day: () => '' };
        const chat = { isOver: false, say: (what) => said.push(what) };
        const ui = { chat, say: (name) => name, texts };
        const buy = { kind: 'reply', text: 'This one', payload: 'buy:1' };
        const kettle = { title: 'Kettle', text: 'Blue', suggestions: [buy] };
        const cards = [kettle, { title: 'Pot', text: '' }];
        const content = { kind: 'cards', cards };
        const node = m.lineNode(ui, { kind: 'message', key: 'm1', author: 'agent', content });
        node.querySelector('button').click();
        chat.isOver = true;
        node.querySelector('button').click();
        return [node.querySelectorAll('.shown-card').length, said];
        """,
    )
    tapped = {"message_id": "m1", "payload": "buy:1"}
    assert found == [2, [{"text": "This one", "tapped": tapped}]]


async def test_a_tap_that_waits_to_be_sent_arrives_as_a_choice(page: Page) -> None:
    found = await run(
        page,
        "delivery.js",
        """
        const asked = [];
        const api = { choose: async (...all) => asked.push(all), say: async () => asked.push('said') };
        const chat = { api, conversation: {}, returning: { ensure: async () => {} }, keep: () => {} };
        const tapped = { message_id: 'm1', payload: 'buy:1' };
        await m.deliver(chat, { client_id: 'i', conversation_id: 'c', text: 'This one', tapped });
        return asked;
        """,
    )
    assert found == [["c", {"client_id": "i", "message_id": "m1", "payload": "buy:1"}]]


# Whoever was signed in here before, and a server that knows their chat.
SIGNED_IN = """
    localStorage.setItem('holdfast:w:session', JSON.stringify({ token: 't', subject: 'mia' }));
    const asked = [];
    const snapshot = { conversation: { conversation_id: 'c', state: 'active', can_write: true }, messages: [], cursor: '1.1' };
    window.WebSocket = class { close() {} };
    window.fetch = async (url) => { asked.push(new URL(url).pathname); return new Response(JSON.stringify(snapshot)); };
    const chat = new m.Chat({ base: location.href, widgetId: 'w' });
    chat.widget = { authenticated: true, pre_chat: [], post_chat: [] };
    chat.isOpen = true;
    const token = `h.${btoa(JSON.stringify({ sub: 'mia' }))}.s`;
"""  # noqa: E501 - a line of JavaScript


async def test_who_opens_the_chat_before_the_page_said_who_they_are_stays_signed_in(page: Page) -> None:
    found = await run(
        page,
        "chat.js",
        SIGNED_IN
        + """
        chat.returning.enter();
        await new Promise((resolve) => setTimeout(resolve, 50));
        const before = [chat.session.isSignedIn, chat.isBusy, asked.length];
        chat.identity.use(() => token);
        await chat.returning.identify();
        return [before, chat.session.isSignedIn, chat.isBusy, chat.conversation?.conversation_id];
        """,
    )
    assert found == [[True, True, 0], True, False, "c"]


async def test_who_is_named_by_no_page_is_signed_out_in_the_end(page: Page) -> None:
    await page.clock.install()
    body = "await chat.returning.enter(); return chat.session.isSignedIn;"
    told = asyncio.ensure_future(run(page, "chat.js", SIGNED_IN + body))
    for _ in range(9):
        await page.clock.run_for(1_000)
    assert not told.done()
    while not told.done():
        await page.clock.run_for(1_000)
    assert await told is False


@pytest.mark.parametrize(
    ("chat", "pane"),
    [
        ("{}", "form"),
        ("{ isBusy: true }", "loading"),
        ("{ problem: 'unreachable' }", "problem"),
        ("{ previous: {} }", "ask"),
        ("{ isBegun: true }", "conversation"),
        ("{ conversation: {} }", "conversation"),
        ("{ conversation: {}, isAskedToRate: true }", "survey"),
        ("{ widget: { availability: { open: false }, pre_chat: [] } }", "offline"),
        ("{ widget: { availability: { open: false } }, conversation: {} }", "conversation"),
    ],
)
async def test_the_pane_follows_from_what_is_known(page: Page, chat: str, pane: str) -> None:
    usual = "{ widget: { availability: { open: true }, pre_chat: [{}] }, ..." + chat + " }"
    assert await run(page, "panes.js", f"return m.paneOf({usual})") == pane
