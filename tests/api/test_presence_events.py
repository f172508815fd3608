"""Windows of agents over a real WebSocket: who has one is there, and is told of presences."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect

from application import windows
from application.configuration.agents import NewAgent
from application.services import Configuration, Engine, Services
from domain.configuration import Agent, Caller, Role, Scope
from storage.database import Database
from tests.api.conftest import PASSWORD, ROOT, Http
from tests.api.served import PATIENCE, receive, served, until

OWN = "/agent/v1/presence"


@pytest.fixture
async def address(app: FastAPI, services: Services) -> AsyncIterator[str]:
    """Where the whole API is served, as in production."""
    async with services.engine.live_feed.running(), served(app) as where:
        yield f"ws://{where}/agent/v1/events"


async def somebody(configuration: Configuration, name: str, role: Role) -> Agent:
    draft = NewAgent(name=name, email=f"{name.lower()}@example.com", roles=(role,))
    return await configuration.agents.create(ROOT, draft)


@pytest.fixture
async def token(http: Http, ann: Agent) -> str:
    return await http.key(Scope.AGENT, agent=ann)


def following(address: str, token: str) -> AbstractAsyncContextManager[ClientConnection]:
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"})


def presence_of(frame: dict[str, Any]) -> str:
    return str(frame["agent"]["presence"]["base"]) if frame["type"] == "presence_changed" else ""


async def run_out(database: Database) -> None:
    await database.execute("UPDATE agent_leases SET expires_at = clock_timestamp()")


async def test_who_has_a_window_is_there_and_offline_after_it_is_closed(
    address: str, http: Http, token: str, engine: Engine, database: Database
) -> None:
    client = http.bearing(token)
    async with following(address, token) as socket:
        await receive(socket)
        assert (await client.get(OWN)).json()["base"] == "available"
        assert await engine.windows.sweep() == 0
    await run_out(database)
    assert await engine.windows.sweep() == 1
    assert (await client.get(OWN)).json()["base"] == "offline"


async def test_one_is_told_of_ones_own_presence(address: str, http: Http, token: str) -> None:
    client = http.bearing(token)
    async with following(address, token) as socket:
        await receive(socket)
        await client.put(OWN, json={"base": "away"})
        frame = await until(socket, lambda frame: presence_of(frame) == "away")
    assert frame["agent"]["name"] == "Ann"
    assert frame["agent"]["sessions"] == 0


async def test_a_stream_begins_with_how_one_is(address: str, token: str) -> None:
    async with following(address, token) as socket:
        assert (await receive(socket))["type"] == "ready"
        assert presence_of(await receive(socket)) == "available"


async def test_supervisors_are_told_of_everybodys_and_others_are_not(
    address: str, http: Http, token: str, configuration: Configuration
) -> None:
    supervisor = await somebody(configuration, "Sam", Role.SUPERVISOR)
    carl = await somebody(configuration, "Carl", Role.AGENT)
    boss = await http.key(Scope.AGENT, Scope.SUPERVISOR, agent=supervisor)
    other = await http.key(Scope.AGENT, agent=carl)
    client, his = http.bearing(token), http.bearing(other)
    async with following(address, boss) as above, following(address, other) as beside:
        await receive(above), await receive(beside)
        await client.put(OWN, json={"base": "away"})
        await until(above, lambda frame: presence_of(frame) == "away")
        await his.put(OWN, json={"base": "busy"})
        told = await until(beside, lambda frame: presence_of(frame) in {"away", "busy"})
    assert told["agent"]["name"] == "Carl"


async def test_a_window_whose_session_has_ended_stays_closed(
    http: Http, services: Services, ann: Agent, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "RENEW_EVERY", timedelta(milliseconds=10))
    answer = await http.anonymous().post(
        "/agent/v1/sign-in", json={"email": ann.email, "password": PASSWORD}
    )
    token = answer.json()["token"]
    asked: list[str] = []

    async def identify() -> Caller:
        asked.append(token)
        return await services.access.authenticate(token)

    async with services.engine.windows.open(token, identify):
        await http.bearing(token).post("/agent/v1/sign-out")
        async with asyncio.timeout(PATIENCE):
            while len(asked) < 2:
                await database.check()
        row = await database.one("SELECT count(*) AS number FROM agent_leases")
    assert row == {"number": 0}


async def test_a_window_that_was_taken_for_lost_comes_back(
    services: Services, token: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stood still for long, or a database that did."""
    monkeypatch.setattr(windows, "RENEW_EVERY", timedelta(milliseconds=10))
    caller = await services.access.authenticate(token)

    async def identify() -> Caller:
        return caller

    async with services.engine.windows.open(token, identify):
        await database.execute("DELETE FROM agent_leases")
        async with asyncio.timeout(PATIENCE):
            while not await database.execute("SELECT 1 FROM agent_leases"):
                pass
        assert (await services.engine.presences.own(caller)).connected
