"""A customer's window over a real WebSocket: no gap, nothing twice, and connected while it lives."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api import sockets
from api.chat import events
from application.chats import connections, fan_out, feed
from channels.extras import Parties
from channels.live_chat import LiveChatChannel
from domain.configuration import Credentials
from domain.conversations import MailKind, State
from domain.messages import Text
from domain.views import LiveEvent, LiveEventType
from storage.chat_feed import ChatFeed
from storage.visibility import Viewer
from tests.api.chat_customers import CHATS, Customer, a_customer
from tests.api.conftest import Http
from tests.api.served import PATIENCE, close_code, receive, served, until
from tests.chat_shop import ChatShop

PROTOCOL = Subprotocol(events.SUBPROTOCOL)


@pytest.fixture
async def address(app: FastAPI, desk: ChatShop) -> AsyncIterator[str]:
    """Where the whole API is served, as in production."""
    async with desk.chat.feed.running(), served(app) as where:
        yield f"ws://{where}/chat/v1/events"


async def until_message(socket: ClientConnection, text: str) -> dict[str, Any]:
    return await until(
        socket,
        lambda frame: frame["type"] == "message" and frame["message"]["content"].get("text") == text,
    )


def window(address: str) -> AbstractAsyncContextManager[ClientConnection]:
    return connect(address, subprotocols=[PROTOCOL])


async def hello(socket: ClientConnection, token: str, cursor: str | None = None) -> dict[str, Any]:
    await socket.send(json.dumps({"type": "hello", "token": token, "cursor": cursor}))
    return await receive(socket)


async def say(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def test_a_window_is_welcomed_and_told_everything_there_is(address: str, mia: Customer) -> None:
    await mia.begin()
    await mia.say("Hello?")
    async with window(address) as socket:
        welcome = await hello(socket, mia.token)
        assert (welcome["type"], welcome["heartbeat_seconds"]) == ("welcome", 15)
        assert socket.subprotocol == PROTOCOL
        reset = await receive(socket)
    assert reset["type"] == "reset"
    (message,) = reset["snapshot"]["messages"]
    assert message["content"]["text"] == "Hello?"


async def test_what_happens_is_told_at_once(address: str, mia: Customer, desk: ChatShop) -> None:
    snapshot = await mia.begin()
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        await mia.say("Hello?")
        mine = await until_message(socket, "Hello?")
        assert mine["message"]["author"] == "customer"
        await desk.project(UUID(mia.chat), State.ACTIVE, 1)
        taken = await until(socket, lambda frame: frame["type"] == "conversation")
        while taken["conversation"]["state"] != "active":
            taken = await until(socket, lambda frame: frame["type"] == "conversation")
        assert taken["conversation"]["agent_name"] == "Ann"
        await desk.ann_says(UUID(mia.chat))
        hers = await until_message(socket, "How can we help?")
    assert hers["message"]["author_name"] == "Ann"


async def test_it_resumes_where_it_broke_off_without_gap_or_repetition(
    address: str, mia: Customer
) -> None:
    cursor, told = (await mia.begin())["cursor"], list[str]()
    for start in (0, 3, 6):
        for number in range(start, start + 3):
            await mia.say(str(number))
        async with window(address) as socket:
            await hello(socket, mia.token, cursor)
            while not told or told[-1] != str(start + 2):
                frame = await receive(socket)
                cursor = frame.get("cursor", cursor)
                if frame["type"] == "message":
                    told.append(frame["message"]["content"]["text"])
    assert told == [str(number) for number in range(9)]


async def test_a_cursor_from_nowhere_begins_anew(address: str, mia: Customer) -> None:
    await mia.begin()
    for cursor in ("nonsense", "99999999999.1", f"x@{mia.chat}", f"99999999999.1@{mia.chat}"):
        async with window(address) as socket:
            await hello(socket, mia.token, cursor)
            assert (await receive(socket))["type"] == "reset"


async def test_two_windows_of_one_customer_see_the_same(address: str, mia: Customer) -> None:
    snapshot = await mia.begin()
    async with window(address) as one, window(address) as other:
        await hello(one, mia.token, snapshot["cursor"])
        await hello(other, mia.token, snapshot["cursor"])
        await mia.say("Hello?")
        frames = [await until_message(one, "Hello?"), await until_message(other, "Hello?")]
    assert frames[0] == frames[1]


async def test_a_chat_that_begins_is_told_to_windows_that_are_open_already(
    address: str, mia: Customer
) -> None:
    async with window(address) as socket:
        assert (await hello(socket, mia.token))["cursor"] is None
        snapshot = await mia.begin()
        reset = await until(socket, lambda frame: frame["type"] == "reset")
        assert reset["snapshot"]["conversation"] == snapshot["conversation"]
        await mia.begin(start_new=True)
        again = await until(socket, lambda frame: frame["type"] == "reset")
    assert again["snapshot"]["conversation"]["conversation_id"] == mia.chat


async def test_inv1_a_cursor_of_the_chat_before_misses_nothing_of_the_new_one(
    address: str, mia: Customer
) -> None:
    before = (await mia.begin())["cursor"]
    await mia.say("before")
    await mia.begin(start_new=True)
    await mia.say("now")
    place = (await mia.poll(None))["cursor"].partition("@")[0]
    for cursor in (before, f"{place}@{before.partition('@')[2]}"):
        async with window(address) as socket:
            assert (await hello(socket, mia.token, cursor))["cursor"] is None
            reset = await receive(socket)
        (polled,) = (await mia.poll(cursor))["events"]
        for frame in (reset, polled):
            assert frame["type"] == "reset"
            assert frame["snapshot"]["conversation"]["conversation_id"] == mia.chat
            (message,) = frame["snapshot"]["messages"]
            assert message["content"]["text"] == "now"


async def test_a_window_that_knows_nothing_is_not_told_of_what_is_over(
    address: str, mia: Customer
) -> None:
    await mia.begin()
    await mia.post("end")
    async with window(address) as socket:
        assert (await hello(socket, mia.token))["cursor"] is None
        await say(socket, type="ping")
        assert (await receive(socket))["type"] == "pong"


async def test_inv1_the_last_words_of_a_chat_arrive_although_it_has_closed(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    cursor = (await mia.begin())["cursor"]
    await desk.project(UUID(mia.chat), State.WRAP_UP, 1, ended_by="agent_ended")
    async with window(address) as socket:
        await hello(socket, mia.token, cursor)
        last = await desk.ann_writes(UUID(mia.chat), content=Text(text="All the best!"))
        await desk.close(UUID(mia.chat))
        closed = await until(
            socket,
            lambda frame: (
                frame["type"] == "conversation" and frame["conversation"]["state"] == "closed"
            ),
        )
        await desk.leaves(last)
        await until_message(socket, "All the best!")
    async with window(address) as again:
        await hello(again, mia.token, closed["cursor"])
        await until_message(again, "All the best!")
    polled = (await mia.poll(closed["cursor"]))["events"]
    assert [each["message"]["content"]["text"] for each in polled if "message" in each] == [
        "All the best!"
    ]


async def test_nobody_is_told_of_somebody_elses_chat(
    address: str, mia: Customer, http: Http, desk: ChatShop
) -> None:
    snapshot = await mia.begin()
    tom = await a_customer(http, desk)
    await tom.begin()
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        await tom.say("secret")
        await mia.say("mine")
        told = [await receive(socket)]
        while told[-1]["type"] != "message":
            told.append(await receive(socket))
    assert "secret" not in json.dumps(told)


async def test_customers_and_agents_see_each_other_type(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    snapshot = await mia.begin()
    channel = LiveChatChannel(ChatFeed(desk.database))
    parties = Parties(
        endpoint_address=str(desk.widget_id),
        recipient=(await desk.known(mia.token)).visitor.address,
        agent_name="Ann Miller",
    )
    nobody = Credentials(account_id=desk.shop.account.account_id, channel=channel.name)
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        await say(socket, type="ping")
        await until(socket, lambda frame: frame["type"] == "pong")
        await channel.show_typing(parties, nobody)
        typing = await until(socket, lambda frame: frame["type"] == "typing")
        assert (typing["is_typing"], typing["name"]) == (True, "Ann Miller")
        stopped = await until(socket, lambda frame: frame["type"] == "typing")
        assert stopped["is_typing"] is False


async def test_what_a_window_was_told_has_arrived_when_it_says_anything(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    snapshot = await mia.begin()
    await desk.project(UUID(mia.chat), State.ACTIVE, 1)
    messages = desk.shop.parts.engine.desk._messages
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        message_id = await desk.ann_says(UUID(mia.chat))
        frame = await until(socket, lambda frame: frame["type"] == "message")
        before = (await messages.get(message_id)).delivery
        await say(socket, type="ping")
        await until(socket, lambda frame: frame["type"] == "pong")
        arrived = (await messages.get(message_id)).delivery
        await say(socket, type="read", seq=frame["message"]["seq"])
        await say(socket, type="ping")
        await until(socket, lambda frame: frame["type"] == "pong")
        read = (await messages.get(message_id)).delivery
    assert [each and each.status for each in (before, arrived, read)] == ["sent", "delivered", "read"]


async def test_the_customer_sees_that_their_message_was_read(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    snapshot = await mia.begin()
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        await mia.say("one")
        await mia.say("two")
        await until_message(socket, "two")
        newest = await desk.shop.parts.engine.signals._points.newest_of_customer(UUID(mia.chat), 99)
        assert newest is not None
        await ChatFeed(desk.database).agent_read(desk.widget_id, newest.provider_message_id)
        for text in ("one", "two"):
            assert (await until_message(socket, text))["message"]["status"] == "read"


async def test_a_window_holds_a_lease_and_lets_it_go(
    address: str, mia: Customer, desk: ChatShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LINGER", timedelta())
    await mia.begin()
    chat = UUID(mia.chat)
    await desk.run_out()
    async with window(address) as socket:
        await hello(socket, mia.token)
        await desk.chat.connections.sweep()
        assert MailKind.CONNECTION_LOST not in await desk.mail(chat)
    async with asyncio.timeout(PATIENCE):
        while not await desk.chat.connections.sweep():
            await asyncio.sleep(0.05)
    async with window(address) as socket:
        await hello(socket, mia.token)
        assert await desk.mail(chat) == [
            MailKind.CHAT_STARTED,
            MailKind.CONNECTION_LOST,
            MailKind.CUSTOMER_RETURNED,
        ]


async def test_a_heartbeat_renews_the_lease_even_when_it_was_swept(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    async with window(address) as socket:
        await hello(socket, mia.token)
        await desk.run_out()
        assert await desk.chat.connections.sweep() == 1
        await say(socket, type="ping")
        await until(socket, lambda frame: frame["type"] == "pong")
        assert (await desk.mail(UUID(mia.chat)))[-1] is MailKind.CUSTOMER_RETURNED
        assert await desk.chat.connections.sweep() == 0


async def test_a_window_that_says_nothing_is_closed(
    address: str, mia: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SILENT_AT_MOST", timedelta(milliseconds=100))
    async with window(address) as socket:
        await hello(socket, mia.token)
        assert await close_code(socket) == events.GOING_AWAY


@pytest.mark.parametrize("frame", ["", "not json", "{}", '{"type": "hello"}', '{"token": "x"}'])
async def test_a_first_frame_that_is_no_hello_ends_it(address: str, frame: str) -> None:
    async with window(address) as socket:
        await socket.send(frame)
        assert await close_code(socket) == events.TOKEN_NOT_VALID


async def test_a_token_nobody_has_ends_it(address: str) -> None:
    async with window(address) as socket:
        await socket.send(json.dumps({"type": "hello", "token": "hfc_wrong", "cursor": None}))
        assert await close_code(socket) == events.TOKEN_NOT_VALID


async def test_who_says_nothing_at_first_is_not_waited_for(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HELLO_WITHIN", timedelta(milliseconds=50))
    async with window(address) as socket:
        assert await close_code(socket) == events.TOKEN_NOT_VALID


async def test_frames_of_a_later_version_are_ignored_and_nonsense_is_not(
    address: str, mia: Customer
) -> None:
    async with window(address) as socket:
        await hello(socket, mia.token)
        await say(socket, type="wave", hand="left")
        await say(socket, type="ping")
        assert (await receive(socket))["type"] == "pong"
        await socket.send("nonsense")
        assert await close_code(socket) == events.POLICY_VIOLATION


async def test_a_session_that_was_revoked_is_shut_out(
    address: str, mia: Customer, desk: ChatShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SESSION_EVERY", timedelta())
    snapshot = await mia.begin()
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        session = await desk.known(mia.token)
        await desk.chat.sessions._sessions.revoke(session.session_id)
        await desk.project(UUID(mia.chat), State.ACTIVE, 1)
        assert await close_code(socket) == events.TOKEN_NOT_VALID


async def test_a_house_that_is_full_says_try_later(
    address: str, mia: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_WINDOWS", 1)
    async with window(address) as first:
        await hello(first, mia.token)
        async with window(address) as second:
            await second.send(json.dumps({"type": "hello", "token": mia.token}))
            assert await close_code(second) == events.TRY_AGAIN_LATER


async def test_a_window_that_takes_nothing_is_told_to_come_again(
    address: str, mia: Customer, desk: ChatShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SEND_WITHIN", timedelta(milliseconds=300))
    snapshot = await mia.begin()
    session = await desk.known(mia.token)
    async with connect(
        address, subprotocols=[PROTOCOL], max_queue=1, compression=None, max_size=None
    ) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        for _ in range(20):
            content = Text(text="x" * 600_000)
            await desk.chat.chatting.keep(session, UUID(mia.chat), uuid4(), content)
        async with asyncio.timeout(PATIENCE):
            while desk.chat.feed._followers:
                await asyncio.sleep(0.05)
        assert await close_code(socket) == events.TRY_AGAIN_LATER


async def test_without_wake_ups_a_chat_is_followed_all_the_same(
    address: str, mia: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "POLL_EVERY", timedelta(milliseconds=100))
    monkeypatch.setattr(fan_out.FanOut, "_hear", lambda self, news: None)
    snapshot = await mia.begin()
    async with window(address) as socket:
        await hello(socket, mia.token, snapshot["cursor"])
        await mia.say("Hello?")
        await until_message(socket, "Hello?")


async def test_who_leaves_is_forgotten(address: str, mia: Customer, desk: ChatShop) -> None:
    await mia.begin()
    async with window(address) as socket:
        await hello(socket, mia.token)
        assert desk.chat.feed._followers == 1
    async with asyncio.timeout(PATIENCE):
        while desk.chat.feed._followers:
            await asyncio.sleep(0.01)
    assert not desk.chat.feed._fan_out._by_chat
    assert not desk.chat.feed._fan_out._by_session


async def test_agents_see_the_customer_type(address: str, mia: Customer, desk: ChatShop) -> None:
    snapshot = await mia.begin()
    live = desk.shop.parts.engine.live_feed
    async with (
        live.running(),
        live.follow(Viewer(sees_all=True), None) as follower,
        window(address) as socket,
    ):
        await hello(socket, mia.token, snapshot["cursor"])
        told: list[LiveEvent] = []
        async with asyncio.timeout(PATIENCE):
            while not any(each.type is LiveEventType.CUSTOMER_TYPING for each in told):
                await say(socket, type="typing", is_typing=True)
                told = list(await follower.next())
    assert told[-1].data == {"is_typing": True}
    assert str(told[-1].conversation_id) == mia.chat


# -- the same by long poll -------------------------------------------------------------------------


async def test_polling_tells_the_same(address: str, mia: Customer) -> None:
    await mia.begin()
    first = await mia.poll(None)
    assert [event["type"] for event in first["events"]] == ["reset"]
    await mia.say("Hello?")
    cursor, texts = first["cursor"], list[str]()
    async with asyncio.timeout(PATIENCE):
        while not texts:
            told = await mia.poll(cursor, wait=5)
            cursor = told["cursor"]
            texts = [
                each["message"]["content"]["text"]
                for each in told["events"]
                if each["type"] == "message"
            ]
    assert texts == ["Hello?"]
    assert all(event["type"] == "conversation" for event in (await mia.poll(cursor))["events"])


async def test_a_poll_that_waits_is_answered_when_something_happens(
    address: str, mia: Customer
) -> None:
    await mia.begin()
    cursor = (await mia.poll(None))["cursor"]
    # What the start itself tells may come once more.
    cursor = (await mia.poll(cursor))["cursor"]
    waiting = asyncio.create_task(mia.poll(cursor, wait=20))
    await asyncio.sleep(0.1)
    await mia.say("Hello?")
    async with asyncio.timeout(PATIENCE):
        told = await waiting
    assert [event["type"] for event in told["events"]] == ["message"]


async def test_who_polls_is_connected_until_well_after_the_poll(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    await desk.run_out()
    await mia.poll(None)
    assert await desk.chat.connections.sweep() == 0
    row = await desk.database.one("SELECT max(expires_at) - now() AS left FROM chat_leases")
    assert row is not None
    assert timedelta(seconds=15) < row["left"] <= timedelta(seconds=20)


async def test_the_next_poll_confirms_what_the_one_before_told(
    address: str, mia: Customer, desk: ChatShop
) -> None:
    await mia.begin()
    await desk.project(UUID(mia.chat), State.ACTIVE, 1)
    cursor = (await mia.poll(None))["cursor"]
    message_id = await desk.ann_says(UUID(mia.chat))
    messages, told = desk.shop.parts.engine.desk._messages, dict[str, Any]()
    async with asyncio.timeout(PATIENCE):
        while not any(each["type"] == "message" for each in told.get("events", [])):
            told = await mia.poll(cursor, wait=5)
            cursor = told["cursor"]
    before = (await messages.get(message_id)).delivery
    await mia.poll(cursor)
    after = (await messages.get(message_id)).delivery
    assert [each and each.status for each in (before, after)] == ["sent", "delivered"]
    assert (await mia.http.get(f"{CHATS}/current")).status_code == 200
