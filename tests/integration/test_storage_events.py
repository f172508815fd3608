"""Live events: whoever follows misses nothing, repeats nothing, and sees only what is theirs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypeAlias

import psycopg
import pytest

from domain.conversations import State
from domain.errors import InvalidInput
from domain.ports import Projection
from domain.views import LiveEvent, LiveEventType
from storage.conversations import Conversations, Viewer
from storage.database import Database
from storage.events import LiveEvents
from tests.integration.house import House, now

EVERYBODY = Viewer(sees_all=True)
EVENT = """
    INSERT INTO conversation_events (conversation_id, type, data)
    SELECT conversation_id, 'announced', %s FROM conversations
"""
TwoWriters: TypeAlias = tuple[psycopg.AsyncConnection, psycopg.AsyncConnection]


async def read_all(
    events: LiveEvents, cursor: str, viewer: Viewer = EVERYBODY
) -> tuple[list[LiveEvent], str]:
    """Everything that can be read now, two at a time."""
    found: list[LiveEvent] = []
    for _ in range(100):
        batch = await events.after(cursor, viewer, limit=2)
        cursor = batch.cursor
        found += batch.events
        if not batch.more:
            break
    return found, cursor


@pytest.fixture
async def two_writers(
    database_url: str,
) -> AsyncIterator[tuple[psycopg.AsyncConnection, psycopg.AsyncConnection]]:
    async with (
        await psycopg.AsyncConnection.connect(database_url) as first,
        await psycopg.AsyncConnection.connect(database_url) as second,
    ):
        yield first, second


async def test_a_reader_between_commits_out_of_order_misses_and_repeats_nothing(
    house: House, two_writers: TwoWriters
) -> None:
    await house.receive("SM1")
    events = LiveEvents(house.db)
    _, cursor = await read_all(events, "0.0")
    slow, quick = two_writers

    await slow.execute(EVENT, ['{"n": 1}'])  # takes its number first …
    await quick.execute(EVENT, ['{"n": 2}'])
    await quick.commit()  # … and commits last
    between, cursor = await read_all(events, cursor)
    await slow.execute(EVENT, ['{"n": 3}'])
    await slow.commit()
    after, cursor = await read_all(events, cursor)
    nothing, _ = await read_all(events, cursor)

    assert sorted(event.data["n"] for event in between + after) == [1, 2, 3]
    assert len({event.cursor for event in between + after}) == 3
    assert nothing == []


async def test_a_reader_amid_many_writers_misses_and_repeats_nothing(house: House) -> None:
    events = LiveEvents(house.db)
    cursor, found = await events.latest_cursor(), []
    writing = asyncio.gather(*(house.receive(f"SM{n}", f"whatsapp:+{n % 7}") for n in range(40)))
    while not writing.done():
        batch, cursor = await read_all(events, cursor)
        found += batch
        await asyncio.sleep(0)
    rest, _ = await read_all(events, cursor)

    messages = [event.message.message_id for event in found + rest if event.message]
    assert len(messages) == len(set(messages)) == 40
    assert set(messages) == {one.message_id for one in await writing}


async def test_a_reader_who_starts_now_is_told_nothing_old(house: House) -> None:
    await house.receive("SM1")
    events = LiveEvents(house.db)
    batch = await events.after(None, EVERYBODY)
    assert batch.events == ()

    received = await house.receive("SM2")
    found, _ = await read_all(events, batch.cursor)
    assert [event.message and event.message.message_id for event in found] == [received.message_id]
    assert found[0].conversation is not None
    assert found[0].type is LiveEventType.MESSAGE_ADDED


async def test_an_agent_is_told_only_of_conversations_they_see(house: House) -> None:
    await house.receive("SM1")
    events = LiveEvents(house.db)

    alices, _ = await read_all(events, "0.0", Viewer(agent_id=house.alice.agent_id))
    bobs, cursor = await read_all(events, "0.0", Viewer(agent_id=house.bob.agent_id))

    assert (len(alices), bobs) == (1, [])
    assert cursor == alices[0].cursor


async def test_whoever_loses_a_conversation_learns_that_and_nothing_else(house: House) -> None:
    received = await house.receive("SM1")
    bob, events, conversations = (
        Viewer(agent_id=house.bob.agent_id),
        LiveEvents(house.db),
        Conversations(house.db),
    )
    active = Projection(
        conversation_id=received.conversation_id,
        revision=1,
        state=State.ACTIVE,
        at=now(),
        agent_id=house.bob.agent_id,
    )
    await conversations.project(active)
    _, cursor = await read_all(events, "0.0", bob)

    await conversations.project(
        active.model_copy(update={"revision": 2, "agent_id": None, "state": State.OPEN})
    )
    await house.receive("SM2")
    found, _ = await read_all(events, cursor, bob)

    assert [(event.data, event.conversation, event.message) for event in found] == [
        ({"left": True}, None, None)
    ]


@pytest.mark.parametrize("cursor", ["", "1", "1.2.3", "x.1", "99999999999999999999.1", "1.0; SELECT 1"])
async def test_a_cursor_that_is_not_ours_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        await LiveEvents(database).after(cursor, EVERYBODY)


async def test_a_listener_is_woken_by_a_message(house: House) -> None:
    listening = LiveEvents(house.db).listen()
    await anext(listening)
    await house.receive("SM1")
    async with asyncio.timeout(60):
        await anext(listening)
    await listening.aclose()  # type: ignore[attr-defined]


async def test_old_events_are_purged(house: House) -> None:
    await house.receive("SM1")
    events = LiveEvents(house.db)
    assert await events.purge(timedelta(days=1)) == 0
    assert await events.purge(timedelta()) == 1
