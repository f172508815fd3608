"""What conversations cost in which nothing happens, and how soon one wakes."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from signal import SIGTERM
from typing import Any

from domain.ids import ConversationId
from tests.bench.findings import Cell, Findings, Table, quantile
from tests.bench.kinds import Bare, bare, until_begun
from tests.bench.lab import Lab, in_parallel
from tests.bench.processes import memory_of
from tests.stack import kill_and_await
from worker import CACHED_CONVERSATIONS

WOKEN = 20
SETTLE = 3.0
AT_ONCE = 1000
DATABASE = "SELECT pg_database_size(current_database())"

HOW = f"""\
Each conversation has one message, an open timer of a day or more, and nothing else to do. The worker
keeps as many of them in its cache as it may ({CACHED_CONVERSATIONS:,}); the others are evicted. Bytes:
the growth of Temporal's SQLite file (used pages) and of the PostgreSQL database. Memory: the growth of
the worker process. Waking: a query is answered by a conversation in the cache, and after the worker
was replaced, which then replays it ({WOKEN} of each, one after the other). *Bare* workflows have had
one signal and have one timer."""


@dataclass(frozen=True)
class Sizes:
    """Bytes."""

    temporal: float
    postgres: float
    worker: float

    def growth(self, later: "Sizes", per: int) -> tuple[float, float, float]:
        """For each of so many, in kB."""
        each = 1000 * per
        return (
            (later.temporal - self.temporal) / each,
            (later.postgres - self.postgres) / each,
            (later.worker - self.worker) / each,
        )


@dataclass(frozen=True)
class Idle:
    """What was found for one kind: sizes with nothing, then by number of them; milliseconds."""

    empty: Sizes
    filled: dict[int, Sizes]
    cached: float
    evicted: float

    def rows(self, name: str) -> list[tuple[Cell, ...]]:
        """One for each number of conversations."""
        return [
            (f"{name}: {number:,}", *self.empty.growth(sizes, number), sizes.worker / 1e6)
            for number, sizes in self.filled.items()
        ]


async def measure(lab: Lab) -> Findings:
    """Ours at each number that was asked for; of the bare ones as many as fit into a cache."""
    numbers = lab.idle or (lab.size(10_000, 200),)
    ours = await _holdfast(lab, numbers)
    base = await _bare(lab, min(1000, numbers[0]))
    head = ("how many", "Temporal kB each", "PostgreSQL kB each", "worker kB each", "worker MB")
    empty = ("Holdfast: 0", None, None, None, ours.empty.worker / 1e6)
    sizes = Table("Growth", head, (empty, *ours.rows("Holdfast"), *base.rows("bare")))
    waking = Table(
        "Waking one, p50",
        ("", "cached ms", "evicted ms"),
        (("Holdfast", ours.cached, ours.evicted), ("bare", base.cached, base.evicted)),
    )
    return Findings("Idle conversations", HOW, (sizes, waking))


async def _holdfast(lab: Lab, numbers: Sequence[int]) -> Idle:
    worker = lab.stack.pids["worker"]
    empty, filled = await _sizes(lab, worker), {}
    conversations: list[ConversationId] = []
    for number in numbers:
        while len(conversations) < number:
            customers = lab.new_customers(min(AT_ONCE, number - len(conversations)))
            fresh = await lab.start_conversations(customers)
            await in_parallel(lambda each: until_begun(lab.handle(each)), fresh)
            conversations += fresh
        await asyncio.sleep(SETTLE)
        filled[number] = await _sizes(lab, worker)
    some = conversations[-WOKEN:]
    cached = await _times(lab.handled, some)
    await asyncio.to_thread(kill_and_await, lab.stack, "worker", number=SIGTERM)
    lab.leave(conversations)
    return _idle(empty, filled, cached, await _times(lab.handled, some))


async def _bare(lab: Lab, number: int) -> Idle:
    queue = "bench-idle"
    async with bare(lab, queue) as kind:
        before = await _sizes(lab, kind.pid)
        workflows = [kind.new() for _ in range(number)]
        await in_parallel(_told_once, workflows)
        await asyncio.sleep(SETTLE)
        after = await _sizes(lab, kind.pid)
        some = workflows[:WOKEN]
        cached = await _times(Bare.taken, some)
    async with bare(lab, queue):
        return _idle(before, {number: after}, cached, await _times(Bare.taken, some))


async def _told_once(workflow: Bare) -> None:
    await workflow.tell(1)
    await until_begun(workflow.handle)


async def _times(ask: Callable[[Any], Awaitable[int]], things: Sequence[Any]) -> list[float]:
    found = []
    for thing in things:
        began = time.monotonic()
        assert await ask(thing) == 1
        found.append(time.monotonic() - began)
    return found


async def _sizes(lab: Lab, worker: int) -> Sizes:
    return Sizes(_sqlite_bytes(lab), await lab.number(DATABASE), memory_of(worker))


def _sqlite_bytes(lab: Lab) -> float:
    """Pages in use, those that are only in the write-ahead log included."""
    file = lab.stack.data_dir / "temporal" / "temporal.db"
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
    try:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    finally:
        connection.close()
    return float((pages - free) * size)


def _idle(empty: Sizes, filled: dict[int, Sizes], cached: list[float], evicted: list[float]) -> Idle:
    return Idle(
        empty=empty,
        filled=filled,
        cached=1000 * quantile(cached, 0.5),
        evicted=1000 * quantile(evicted, 0.5),
    )
