"""What PostgreSQL and Temporal say of chats when they are asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from temporalio.client import Client

from domain.channels import ChannelName
from runtime.embedded import data_dir
from runtime.temporal import data_converter
from storage.capacity import AUDIT
from tests.stack import Stack
from workflows.client import TemporalConversations

AT_A_TIME: Final = 16
MOST: Final = 1_000
HELD: Final = """
    SELECT conversation_id::text, agent_id::text FROM capacity_leases
    WHERE conversation_id = ANY(%s::uuid[])
"""
NOT_CLOSED: Final = """
    SELECT conversation_id::text, agent_id::text FROM conversations
    WHERE state <> 'closed' AND conversation_id = ANY(%s::uuid[])
"""
UNDELIVERED: Final = """
    SELECT message_id::text, status FROM deliveries JOIN messages USING (message_id)
    WHERE conversation_id = ANY(%s::uuid[]) AND status NOT IN ('sent', 'delivered', 'read')
"""


async def in_turn(work: Callable[[Any], Awaitable[Any]], things: Sequence[Any]) -> list[Any]:
    """Do it to each of them, some at a time; the results in the same order."""
    places = asyncio.Semaphore(AT_A_TIME)

    async def one(thing: object) -> Any:
        async with places:
            return await work(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


async def assigned(stack: Stack, ids: Sequence[str]) -> dict[str, str]:
    """Who has each chat, as its workflow says."""
    converter = data_converter(data_dir.secret_keys(stack.data_dir))
    client = await Client.connect(stack.temporal, data_converter=converter)
    conversations = TemporalConversations(client)

    async def agent_of(chat: str) -> str:
        status = await conversations.status(UUID(chat), ChannelName.LIVE_CHAT)
        return str(status.agent_id)

    return dict(zip(ids, await in_turn(agent_of, ids), strict=True))


async def wrong_sums(stack: Stack) -> int:
    """How many agents use something else than the sum of what they hold."""
    async with await psycopg.AsyncConnection.connect(stack.conninfo) as connection:
        found = await connection.execute(AUDIT.encode(), {"limit": MOST})
        return len(await found.fetchall())


async def rows(stack: Stack, query: str, ids: Sequence[str]) -> list[tuple[str, str]]:
    async with await psycopg.AsyncConnection.connect(stack.conninfo) as connection:
        found = await connection.execute(query.encode(), [list(ids)])
        return [(row[0], row[1]) for row in await found.fetchall()]
