"""Where the benchmarks work: one embedded stack of their own, and the ways into it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

import httpx2
import psycopg
from psycopg.rows import TupleRow
from temporalio.client import Client, WorkflowHandle

from domain.channels import ChannelName
from domain.errors import NotFound, Unavailable
from domain.ids import ConversationId
from runtime.embedded import data_dir
from runtime.keyring import Keyring
from runtime.temporal import DATA_CONVERTER, data_converter
from runtime.wiring import SecretBox
from storage.accounts import Accounts
from storage.database import open_database
from tests.bench.http_line import HttpLine
from tests.bench.webhooks import Twilio, phone
from tests.stack import Stack, a_place, free_ports
from workflows.client import TemporalConversations, workflow_id

PATIENCE = 90.0
RETRY_AFTER = 0.5
CALLERS = 16
IDS = """
    SELECT c.conversation_id FROM conversations c JOIN addresses a USING (address_id)
    WHERE a.value = ANY(%s) AND c.state <> 'closed' ORDER BY a.value
"""
UNDISPATCHED = "SELECT count(*) FROM mailbox"
# Every customer of a chat has the address of this machine: as many calls as they like.
ALL_FROM_HERE = {"HOLDFAST_CHAT_CALLS_PER_IP": "0", "HOLDFAST_CHAT_SESSIONS_PER_IP": "0"}


class Clients(NamedTuple):
    """Of the same Temporal server: as every process of ours has one, and one without encryption."""

    ours: Client
    bare: Client


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything. Empty or zero: as usual."""

    is_quick: bool = False
    idle: tuple[int, ...] = ()
    customers: int = 0
    """Of the soak, as are the minutes."""
    minutes: float = 0


class Lab:
    """A running stack, with the demo's number and credentials at hand."""

    def __init__(self, stack: Stack, clients: Clients, twilio: Twilio, sizes: Sizes) -> None:
        self.stack = stack
        self.temporal = clients.ours
        self.bare_temporal = clients.bare
        self.converter = clients.ours.data_converter
        self.twilio = twilio
        self.is_quick = sizes.is_quick
        self.idle = sizes.idle
        self.customers = sizes.customers
        self.minutes = sizes.minutes
        self._conversations = TemporalConversations(clients.ours)
        self._customers = count()
        self._spare: list[ConversationId] = []

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

    async def start_conversations(self, customers: range) -> list[ConversationId]:
        """Everybody writes once; returns when every workflow has been told. Ids in the same order."""
        waiting = iter(customers)

        async def write() -> None:
            line = await HttpLine.open(self.twilio.host, self.twilio.port)
            for customer in waiting:
                await self._write(line, customer)
            await line.close()

        await asyncio.gather(*(write() for _ in range(CALLERS)))
        await self.dispatched()
        return await self.conversations_of(customers)

    async def _write(self, line: HttpLine, customer: int) -> None:
        """As a provider does it: a webhook that was not taken is sent again."""
        async with asyncio.timeout(PATIENCE):
            while await line.post(self.twilio.message(customer)) != 200:
                await asyncio.sleep(RETRY_AFTER)

    async def some_conversations(self, number: int) -> list[ConversationId]:
        """So many that run and that nobody has taken: left over from before, else started now."""
        if len(self._spare) < number:
            self._spare += await self.start_conversations(self.new_customers(number))
        taken, self._spare = self._spare[:number], self._spare[number:]
        return taken

    def leave(self, conversations: Sequence[ConversationId]) -> None:
        """They run on; somebody else may use them."""
        self._spare += conversations

    async def conversations_of(self, customers: Sequence[int]) -> list[ConversationId]:
        """Their running conversations, in the same order."""
        addresses = [f"whatsapp:{phone(customer)}" for customer in customers]
        return [row[0] for row in await self.rows(IDS, addresses)]

    def handle(self, conversation_id: ConversationId) -> WorkflowHandle[Any, Any]:
        """The workflow of a conversation."""
        return self.temporal.get_workflow_handle(workflow_id(conversation_id, ChannelName.WHATSAPP))

    async def handled(self, conversation_id: ConversationId) -> int:
        """How much mail the conversation has handled; 0 while it is too busy to say."""
        with suppress(NotFound, Unavailable):
            status = await self._conversations.status(conversation_id, ChannelName.WHATSAPP)
            return status.handled
        return 0

    async def dispatched(self) -> None:
        """Until no mail waits for its workflow."""
        async with asyncio.timeout(PATIENCE):
            while await self.number(UNDISPATCHED):
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_lab(sizes: Sizes) -> AsyncIterator[Lab]:
    """A stack in a directory that is thrown away afterwards."""
    with a_place() as place:
        stack = Stack(place, free_ports(), settings=ALL_FROM_HERE)
        try:
            await asyncio.to_thread(stack.until_ready)
            yield Lab(stack, await _clients(stack), await _twilio(stack), sizes)
        finally:
            await asyncio.to_thread(stack.stop)


async def _clients(stack: Stack) -> Clients:
    encrypting = data_converter(data_dir.secret_keys(stack.data_dir))
    return Clients(
        ours=await Client.connect(stack.temporal, data_converter=encrypting),
        bare=await Client.connect(stack.temporal, data_converter=DATA_CONVERTER),
    )


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
        token=credentials.secret("auth_token") or "",
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
