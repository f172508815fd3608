"""What conversations cost in which nothing happens, and how soon one wakes."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from signal import SIGTERM
from typing import Any

from tests.bench.findings import Findings, Table, quantile
from tests.bench.kinds import Bare, bare, until_begun
from tests.bench.lab import Lab, in_parallel
from tests.bench.processes import memory_of
from tests.stack import kill_and_await

WOKEN = 20
SETTLE = 3.0
DATABASE = "SELECT pg_database_size(current_database())"

HOW = f"""\
Each conversation has one message, an open timer of a day or more, and nothing else to do; all of them
are in the worker's cache. Bytes: the growth of Temporal's SQLite file (used pages) and of the
PostgreSQL database. Memory: the growth of the worker process. Waking: a query is answered by a
conversation in the cache, and after the worker was replaced, which then replays it ({WOKEN} of each,
one after the other). *Bare* workflows have had one signal and have one timer."""


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
    """What was found for one kind. kB each, and milliseconds."""

    growth: tuple[float, float, float]
    memory_before: float
    memory_after: float
    cached: float
    evicted: float


async def measure(lab: Lab) -> Findings:
    """Both kinds with equal numbers."""
    number = lab.size(2000, 200)
    ours, base = await _holdfast(lab, number), await _bare(lab, number // 2)
    head = ("", "Temporal kB", "PostgreSQL kB", "worker kB", "worker before MB", "with them MB")
    sizes = Table(
        f"For each of {number:,} conversations, or {number // 2:,} bare workflows",
        head,
        (
            ("Holdfast", *ours.growth, ours.memory_before, ours.memory_after),
            ("bare", base.growth[0], None, base.growth[2], base.memory_before, base.memory_after),
        ),
    )
    waking = Table(
        "Waking one, p50",
        ("", "cached ms", "evicted ms"),
        (("Holdfast", ours.cached, ours.evicted), ("bare", base.cached, base.evicted)),
    )
    return Findings("Idle conversations", HOW, (sizes, waking))


async def _holdfast(lab: Lab, number: int) -> Idle:
    before = await _sizes(lab, lab.stack.pids["worker"])
    conversations = await lab.start_conversations(lab.new_customers(number))
    await in_parallel(lambda each: until_begun(lab.handle(each)), conversations)
    await asyncio.sleep(SETTLE)
    after = await _sizes(lab, lab.stack.pids["worker"])
    some = conversations[:WOKEN]
    cached = await _times(lab.handled, some)
    await asyncio.to_thread(kill_and_await, lab.stack, "worker", number=SIGTERM)
    lab.leave(conversations)
    return _idle(before, after, number, cached, await _times(lab.handled, some))


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
        return _idle(before, after, number, cached, await _times(Bare.taken, some))


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


def _idle(before: Sizes, after: Sizes, number: int, cached: list[float], evicted: list[float]) -> Idle:
    return Idle(
        growth=before.growth(after, number),
        memory_before=before.worker / 1e6,
        memory_after=after.worker / 1e6,
        cached=1000 * quantile(cached, 0.5),
        evicted=1000 * quantile(evicted, 0.5),
    )
