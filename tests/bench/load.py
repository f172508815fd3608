"""The load generator, a process of its own: `python -m tests.bench.load`, a plan on stdin as JSON.

Closed loop: every connection asks again as soon as it was answered; that shows throughput. Open loop:
requests are due at random times at a given rate, whatever is still unanswered; that shows latency as
customers meet it, counted from the moment a request was due.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

import uvloop

from tests.bench.findings import spread
from tests.bench.http_line import HttpLine
from tests.bench.webhooks import Twilio

GOOD = range(200, 300)
SEED = 20_260_101


@dataclass(frozen=True)
class Plan:
    """What to ask, how hard, for how long."""

    twilio: dict[str, Any]
    first_customer: int
    customers: int
    connections: int
    seconds: float
    rate: float | None = None
    """Requests per second of an open loop; None: a closed one."""
    warm_up: float = 1.0
    """Seconds before anything counts."""


@dataclass(frozen=True)
class Outcome:
    """What came of a plan."""

    per_second: float
    refused: int
    p50: float
    p99: float
    longest: float


class Load:
    """The connections of one plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._twilio = Twilio(**plan.twilio)
        customers = range(plan.first_customer, plan.first_customer + plan.customers)
        self._customers: Iterator[int] = cycle(customers)
        self._counts_from = time.monotonic() + plan.warm_up
        self._ends_at = self._counts_from + plan.seconds
        self._answered: list[float] = []
        self._refused = 0
        self._due: asyncio.Queue[float] = asyncio.Queue()

    async def run(self) -> Outcome:
        work = self._closed if self._plan.rate is None else self._open
        async with asyncio.TaskGroup() as tasks:
            for _ in range(self._plan.connections):
                tasks.create_task(self._over_a_line(work))
            if self._plan.rate is not None:
                tasks.create_task(self._make_due(self._plan.rate))
        per_second = len(self._answered) / self._plan.seconds
        return Outcome(per_second, self._refused, *spread(self._answered or [0.0]))

    async def _over_a_line(self, work: Callable[[HttpLine], Awaitable[None]]) -> None:
        line = await HttpLine.open(self._twilio.host, self._twilio.port)
        try:
            await work(line)
        finally:
            await line.close()

    async def _closed(self, line: HttpLine) -> None:
        while (began := time.monotonic()) < self._ends_at:
            await self._ask(line, began)

    async def _open(self, line: HttpLine) -> None:
        while (due := await self._due.get()) < self._ends_at:
            await self._ask(line, due)

    async def _ask(self, line: HttpLine, since: float) -> None:
        status = await line.post(self._twilio.message(next(self._customers)))
        if since < self._counts_from:
            return
        if status in GOOD:
            self._answered.append(time.monotonic() - since)
        else:
            self._refused += 1

    async def _make_due(self, rate: float) -> None:
        chance = random.Random(SEED)  # noqa: S311 - the same arrivals in every run
        due = time.monotonic()
        while due < self._ends_at:
            due += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._due.put_nowait(due)
        for _ in range(self._plan.connections):
            self._due.put_nowait(self._ends_at)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(Load(Plan(**json.load(sys.stdin))).run())
    sys.stdout.write(json.dumps(asdict(outcome)))
