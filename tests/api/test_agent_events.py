"""The live stream over a real WebSocket: no gap, nothing twice, and only what one may see."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from api import sockets
from api.agent import events
from application import live_events
from application.services import Engine, Services
from domain.configuration import Agent, Scope
from domain.offers import Offer
from storage.accounts import Accounts
from storage.agents import Agents
from storage.database import Database
from storage.offers import NewOffer, Offers
from tests.api.conftest import Http
from tests.api.served import PATIENCE, close_code, receive, served, until
from tests.fakes import FakeChannel, FakeConversations
from tests.shop import Shop, open_shop

PRESENCE_CHANGED = "presence_changed"


@pytest.fixture
async def shop(database: Database, accounts: Accounts, tmp_path: Path) -> Shop:
    return await open_shop(database, tmp_path, FakeChannel(), FakeConversations(), accounts)


@pytest.fixture
def engine(shop: Shop) -> Engine:
    return shop.parts.engine


@pytest.fixture
async def address(app: FastAPI, services: Services) -> AsyncIterator[str]:
    """Where the whole API is served, as in production."""
    async with services.engine.live_feed.running(), served(app) as where:
        yield f"ws://{where}/agent/v1/events"


@pytest.fixture
async def ann_token(http: Http, shop: Shop) -> str:
    return await http.key(Scope.AGENT, agent=shop.ann)


def following(
    address: str, token: str, cursor: str = "", **options: Any
) -> AbstractAsyncContextManager[ClientConnection]:
    query = f"?cursor={cursor}" if cursor else ""
    headers = {"Authorization": f"Bearer {token}"}
    return connect(address + query, additional_headers=headers, **options)


async def test_what_a_customer_writes_is_told_at_once(address: str, ann_token: str, shop: Shop) -> None:
    async with following(address, ann_token) as socket:
        assert (await receive(socket))["type"] == "ready"
        await shop.hears("Hello?")
        event = await until(socket, lambda frame: frame["type"] == "message_added")
    assert event["message"]["content"]["text"] == "Hello?"
    assert event["conversation"]["contact"]["display_name"] == "Alice"


async def test_a_browser_signs_in_with_its_first_frame(
    address: str, ann_token: str, shop: Shop
) -> None:
    async with connect(address) as socket:
        await socket.send(json.dumps({"token": ann_token}))
        assert (await receive(socket))["type"] == "ready"


async def test_it_resumes_where_it_broke_off_without_gap_or_repetition(
    address: str, ann_token: str, shop: Shop
) -> None:
    told: list[str] = []
    async with following(address, ann_token) as socket:
        cursor = (await receive(socket))["cursor"]
        await shop.hears("0")
    for start in (1, 4, 7):
        for number in range(start, start + 3):
            await shop.hears(str(number))
        async with following(address, ann_token, cursor) as socket:
            await receive(socket)
            last = str(start + 2)
            while not told or told[-1] != last:
                event = await receive(socket)
                cursor = event.get("cursor", cursor)
                if event["type"] == "message_added":
                    told.append(event["message"]["content"]["text"])
    assert told == [str(number) for number in range(10)]


async def test_nobody_is_told_of_what_is_not_theirs(address: str, http: Http, shop: Shop) -> None:
    eve = await http.key(Scope.AGENT, agent=shop.eve)
    async with following(address, eve) as socket:
        await receive(socket)
        secret = await shop.hears("secret")
        hers = await shop.hears_from("whatsapp:+4915199999999")
        await shop.assign(hers.conversation_id, shop.eve)
        told = [await receive(socket)]
        while told[-1]["type"] != "conversation_changed":
            told.append(await receive(socket))
    of_presences = {frame["agent"]["name"] for frame in told if frame["type"] == PRESENCE_CHANGED}
    assert of_presences <= {shop.eve.name}
    of_conversations = [frame for frame in told if frame["type"] != PRESENCE_CHANGED]
    assert {frame["conversation_id"] for frame in of_conversations} == {str(hers.conversation_id)}
    assert str(secret.conversation_id) not in json.dumps(told)


async def test_a_supervisor_is_told_everything(address: str, http: Http, shop: Shop) -> None:
    sam = await http.key(Scope.AGENT, Scope.SUPERVISOR, agent=shop.sam)
    async with following(address, sam) as socket:
        await receive(socket)
        await shop.hears("secret")
        await until(socket, lambda frame: frame["type"] == "message_added")


@pytest.mark.parametrize("token", ["hfs_wrong", "hf_12345678_wrong", "ä"])
async def test_without_a_known_token_nothing_is_told(address: str, token: str) -> None:
    async with connect(address) as socket:
        await socket.send(json.dumps({"token": token}))
        assert await close_code(socket) == events.POLICY_VIOLATION


@pytest.mark.parametrize("frame", ["", "not json", "{}", '{"token": 1}'])
async def test_a_first_frame_that_is_no_sign_in_ends_it(address: str, frame: str) -> None:
    async with connect(address) as socket:
        await socket.send(frame)
        assert await close_code(socket) == events.POLICY_VIOLATION


async def test_who_says_nothing_is_not_kept(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SIGN_IN_WITHIN", timedelta(milliseconds=50))
    async with connect(address) as socket:
        assert await close_code(socket) == events.POLICY_VIOLATION


async def test_a_key_without_the_scope_is_refused(address: str, http: Http) -> None:
    token = await http.key(Scope.CONFIG_READ)
    async with following(address, token) as socket:
        assert await close_code(socket) == events.POLICY_VIOLATION


async def test_a_cursor_that_is_not_ours_is_refused(address: str, ann_token: str) -> None:
    async with following(address, ann_token, "nonsense") as socket:
        assert await close_code(socket) == events.POLICY_VIOLATION


async def test_a_silent_stream_has_a_heartbeat(
    address: str, ann_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_EVERY", timedelta())
    monkeypatch.setattr(live_events, "POLL_EVERY", timedelta(milliseconds=50))
    async with following(address, ann_token) as socket:
        await until(socket, lambda frame: frame["type"] == "heartbeat")


async def test_who_loses_their_rights_is_cut_off(
    address: str, ann_token: str, shop: Shop, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SESSION_EVERY", timedelta())
    monkeypatch.setattr(live_events, "POLL_EVERY", timedelta(milliseconds=50))
    async with following(address, ann_token) as socket:
        await receive(socket)
        await disable(shop, shop.ann)
        assert await close_code(socket) == events.POLICY_VIOLATION


async def test_without_wake_ups_it_is_polled(
    address: str, ann_token: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_events, "POLL_EVERY", timedelta(milliseconds=50))
    async with following(address, ann_token) as socket:
        await receive(socket)
        shop.parts.engine.live_feed._followers.clear()  # nobody wakes us any more
        await shop.hears()
        await until(socket, lambda frame: frame["type"] == "message_added")


async def test_who_leaves_is_forgotten(address: str, ann_token: str, shop: Shop) -> None:
    followers = shop.parts.engine.live_feed._followers
    async with following(address, ann_token) as socket:
        await receive(socket)
        assert len(followers) == 1
    async with asyncio.timeout(PATIENCE):
        while followers:
            await asyncio.sleep(0.01)


async def test_a_client_that_takes_nothing_is_told_to_come_again(
    address: str, ann_token: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "SEND_WITHIN", timedelta(milliseconds=300))
    async with following(address, ann_token, max_queue=1, compression=None) as socket:
        await receive(socket)
        for _ in range(150):
            await shop.hears("x" * 60_000)
        async with asyncio.timeout(PATIENCE):
            while shop.parts.engine.live_feed._followers:
                await asyncio.sleep(0.05)
        assert await close_code(socket) == events.TRY_AGAIN_LATER


async def disable(shop: Shop, agent: Agent) -> None:
    off = agent.model_copy(update={"enabled": False})
    await Agents(shop.database).update(off, agent.version)


async def test_an_offer_is_told_to_whom_it_is_made_and_to_nobody_else(
    address: str, ann_token: str, http: Http, shop: Shop
) -> None:
    ben = await http.key(Scope.AGENT, Scope.SUPERVISOR, agent=shop.ben)
    conversation = await shop.hears("Hello")
    new = NewOffer(conversation_id=conversation.conversation_id, agent_id=shop.ann.agent_id)
    async with following(address, ann_token) as anns, following(address, ben) as bens:
        for socket in (anns, bens):
            await receive(socket)
        offer = await Offers(shop.database).make(new)
        await shop.hears("Anybody there?")
        event = await until(anns, lambda frame: frame["type"] == "offer_made")
        assert isinstance(offer, Offer)
        assert event["data"]["offer_id"] == str(offer.offer_id)
        told: list[str] = []
        while "message_added" not in told:
            told.append((await receive(bens))["type"])
    assert "offer_made" not in told
