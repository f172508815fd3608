"""Where the benchmarks work: one embedded stack of their own, and the ways into it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx2
import psycopg
from psycopg.rows import TupleRow
from temporalio.client import Client

from runtime.embedded import data_dir
from runtime.keyring import Keyring
from runtime.temporal import DATA_CONVERTER
from runtime.wiring import SecretBox
from storage.accounts import Accounts
from storage.database import open_database
from tests.bench.http_line import HttpLine
from tests.bench.webhooks import Twilio, phone
from tests.stack import Stack, a_place, free_ports

PATIENCE = 90.0
CALLERS = 16
IDS = """
    SELECT c.conversation_id FROM conversations c JOIN addresses a USING (address_id)
    WHERE a.value = ANY(%s) AND c.state <> 'closed' ORDER BY a.value
"""
UNDISPATCHED = "SELECT count(*) FROM mailbox"


class Lab:
    """A running stack, with the demo's number and credentials at hand."""

    def __init__(self, stack: Stack, temporal: Client, twilio: Twilio, *, is_quick: bool) -> None:
        self.stack = stack
        self.temporal = temporal
        self.twilio = twilio
        self.is_quick = is_quick
        self._customers = count()

    def size(self, full: int, quick: int) -> int:
        """How much of something this run does."""
        return quick if self.is_quick else full

    def new_customers(self, number: int) -> range:
        """People who never wrote before."""
        first = next(self._customers)
        self._customers = count(first + number)
        return range(first, first + number)

    def client(self, base: str, key: str = "") -> httpx2.AsyncClient:
        """Somebody with an API key of the demo, or with none."""
        token = self.stack.demo["organization"]["api_keys"].get(key)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(base_url=base, headers=headers, timeout=30, trust_env=False)

    async def rows(self, query: str, *values: object) -> list[TupleRow]:
        """Ask PostgreSQL directly."""
        async with await psycopg.AsyncConnection.connect(self.stack.conninfo) as connection:
            return await (await connection.execute(query.encode(), values)).fetchall()

    async def number(self, query: str, *values: object) -> float:
        """The one number that a query answers with."""
        return float((await self.rows(query, *values))[0][0])

    async def start_conversations(self, customers: range) -> list[str]:
        """Everybody writes once; returns when every workflow has been told. Ids in the same order."""
        waiting = iter(customers)

        async def write() -> None:
            line = await HttpLine.open(self.twilio.host, self.twilio.port)
            for customer in waiting:
                assert await line.post(self.twilio.message(customer)) == 200
            await line.close()

        await asyncio.gather(*(write() for _ in range(CALLERS)))
        await self.dispatched()
        addresses = [f"whatsapp:{phone(customer)}" for customer in customers]
        return [str(row[0]) for row in await self.rows(IDS, addresses)]

    async def dispatched(self) -> None:
        """Until no mail waits for its workflow."""
        async with asyncio.timeout(PATIENCE):
            while await self.number(UNDISPATCHED):
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_lab(*, is_quick: bool) -> AsyncIterator[Lab]:
    """A stack in a directory that is thrown away afterwards."""
    with a_place() as place:
        stack = Stack(place, free_ports())
        try:
            await asyncio.to_thread(stack.until_ready)
            temporal = await Client.connect(stack.temporal, data_converter=DATA_CONVERTER)
            yield Lab(stack, temporal, await _twilio(stack), is_quick=is_quick)
        finally:
            await asyncio.to_thread(stack.stop)


async def _twilio(stack: Stack) -> Twilio:
    organization = stack.demo["organization"]
    box = SecretBox(Keyring(data_dir.secret_keys(stack.data_dir)))
    async with open_database(stack.conninfo, max_size=2) as database:
        credentials = await Accounts(database, box).credentials(organization["account_id"])
    path = f"/webhooks/twilio/{organization['account_id']}/messages"
    return Twilio(
        host="127.0.0.1",
        port=stack.ports["API_PORT"],
        path=path,
        signed_url=stack.api + path,
        account_sid=credentials.settings["account_sid"],
        number=organization["number"],
        token=credentials.secret("auth_token"),
    )


async def in_parallel(
    work: Callable[[Any], Awaitable[Any]], things: Sequence[Any], callers: int = CALLERS
) -> list[Any]:
    """Do it to each of them, so many at a time; the results in the same order."""
    places = asyncio.Semaphore(callers)

    async def one(thing: object) -> Any:
        async with places:
            return await work(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))


def now() -> datetime:
    return datetime.now(UTC)
