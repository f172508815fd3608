"""How long people wait on the running stack, at a low and steady rate, both ways."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.bench.bare_server import NUMBER, BareServer, bare_server
from tests.bench.findings import Cell, Findings, Table, spread
from tests.bench.lab import PATIENCE, Lab, in_parallel
from tests.bench.people import People, people
from tests.bench.webhooks import phone

RATE = 5
CUSTOMERS = 20
STAGGER = 0.5 / RATE

HOW = f"""\
{RATE} messages a second from {CUSTOMERS} customers on simulated phones, and {RATE} replies a second to
them, at the same time. *Seen*: from the moment the customer taps send (simulator, `/control/say`) to
the event on the agent's WebSocket. *Sent*: from the moment the agent's request leaves to the moment
the simulated provider has taken the message. *Bare* does the same through a minimal FastAPI app: a row
is inserted, then the WebSocket is told, or the provider is called, in the same request."""


@dataclass(frozen=True)
class Waits:
    """Seconds, of every message."""

    seen: Sequence[float]
    sent: Sequence[float]
    answered: Sequence[float]
    """Until the agent's own request was answered."""


@dataclass(frozen=True)
class Both:
    """The two directions of one system."""

    say: Callable[[str], Awaitable[None]]
    reply: Callable[[str], Awaitable[None]]
    text_of: Callable[[str], str | None]
    """The text that a frame of its WebSocket brings."""
    number: str | None = None


class Clockwork:
    """Does something at a steady rate, whatever is still under way, and remembers when."""

    def __init__(self, seconds: float) -> None:
        self._beats = int(seconds * RATE)
        self.began: dict[str, datetime] = {}
        self.took: list[float] = []

    async def run(self, mark: str, work: Callable[[str], Awaitable[None]]) -> None:
        """`work` is told a text that nobody else says."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self._beats):
                tasks.create_task(self._one(f"{mark} {number}", work))
                await asyncio.sleep(1 / RATE)

    async def _one(self, text: str, work: Callable[[str], Awaitable[None]]) -> None:
        self.began[text], since = datetime.now(UTC), time.monotonic()
        await work(text)
        self.took.append(time.monotonic() - since)


class Witness:
    """Reads an agent's WebSocket and notes when each text came."""

    def __init__(self) -> None:
        self.seen: dict[str, datetime] = {}

    async def watch(self, socket: ClientConnection, text_of: Callable[[str], str | None]) -> None:
        async for frame in socket:
            text = text_of(str(frame))
            if text is not None:
                self.seen.setdefault(text, datetime.now(UTC))


async def measure(lab: Lab) -> Findings:
    """Holdfast, then the baseline with the same customers."""
    customers = lab.new_customers(CUSTOMERS)
    async with people(lab) as who:
        ours = await _holdfast(lab, who, customers)
        async with bare_server(lab) as server:
            bare = await _bare(lab, who, server, customers)
    head = ("", "p50 ms", "p99 ms", "max ms", "messages")
    rows = (
        _row("seen by the agent: Holdfast", ours.seen),
        _row("seen by the agent: bare", bare.seen),
        _row("sent to the provider: Holdfast", ours.sent),
        _row("sent to the provider: bare", bare.sent),
        _row("agent's request answered: Holdfast", ours.answered),
        _row("agent's request answered: bare", bare.answered),
    )
    table = Table(f"{RATE} messages a second each way", head, rows)
    return Findings("Latency: how long people wait", HOW, (table,))


async def _holdfast(lab: Lab, who: People, customers: range) -> Waits:
    for customer in customers:
        await who.say(customer, "hello")
    await lab.dispatched()
    conversations = await lab.conversations_of(customers)
    await in_parallel(lambda each: who.act(each, "accept"), conversations)
    key = lab.stack.demo["organization"]["api_keys"]["agent"]
    address = f"ws://127.0.0.1:{lab.stack.ports['API_PORT']}/agent/v1/events"
    writers, addressees = cycle(customers), cycle(conversations)
    both = Both(
        say=lambda text: who.say(next(writers), text),
        reply=lambda text: who.reply(next(addressees), text),
        text_of=_text_of_event,
    )
    headers = {"Authorization": f"Bearer {key}"}
    return await _measured(lab, both, connect(address, additional_headers=headers), who, customers)


async def _bare(lab: Lab, who: People, server: BareServer, customers: range) -> Waits:
    await who.connect(server.twilio)
    for customer in customers:
        await who.say(customer, "hello", NUMBER)
    writers, addressees = cycle(customers), cycle(customers)
    async with lab.client(f"http://{server.address}") as desk:

        async def reply(text: str) -> None:
            to = f"whatsapp:{phone(next(addressees))}"
            body = {"To": to, "From": f"whatsapp:{NUMBER}", "Body": text}
            (await desk.post("/reply", json=body)).raise_for_status()

        both = Both(
            say=lambda text: who.say(next(writers), text, NUMBER),
            reply=reply,
            text_of=lambda frame: frame,
            number=NUMBER,
        )
        return await _measured(lab, both, connect(f"ws://{server.address}/events"), who, customers)


async def _measured(lab: Lab, both: Both, connection: connect, who: People, customers: range) -> Waits:
    inbound, outbound, witness = Clockwork(lab.size(24, 6)), Clockwork(lab.size(24, 6)), Witness()
    async with connection as socket, asyncio.TaskGroup() as tasks:
        await socket.recv()  # "ready": nothing is missed from here on
        watching = tasks.create_task(witness.watch(socket, both.text_of))
        speaking = tasks.create_task(inbound.run("question", both.say))
        await asyncio.sleep(STAGGER)
        await outbound.run("answer", both.reply)
        await speaking
        await _until_nothing(lambda: inbound.began.keys() - witness.seen.keys())
        watching.cancel()
    taken: dict[str, datetime] = {}
    async with asyncio.timeout(PATIENCE):
        while not taken.keys() >= outbound.began.keys():
            taken = await _taken(who, customers, both.number)
    return Waits(
        seen=_waits(inbound.began, witness.seen),
        sent=_waits(outbound.began, taken),
        answered=outbound.took,
    )


async def _taken(who: People, customers: range, number: str | None) -> dict[str, datetime]:
    threads = [await who.thread(customer, number) for customer in customers]
    return {
        message["text"]: datetime.fromisoformat(message["created_at"])
        for thread in threads
        for message in thread
        if message["direction"] == "outbound"
    }


async def _until_nothing(is_missing: Callable[[], Collection[str]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while missing := is_missing():
        assert time.monotonic() < deadline, f"never seen: {sorted(missing)}"
        await asyncio.sleep(0.05)


def _waits(began: dict[str, datetime], ended: dict[str, datetime]) -> list[float]:
    return [(ended[text] - at).total_seconds() for text, at in began.items()]


def _text_of_event(frame: str) -> str | None:
    event: dict[str, Any] = json.loads(frame)
    if event["type"] != "message_added":
        return None
    text: str | None = event["message"]["content"].get("text")
    return text


def _row(name: str, seconds: Sequence[float]) -> tuple[Cell, ...]:
    return (name, *spread(seconds), len(seconds))
