"""How fast a webhook is answered, while Temporal is well and while it stands still."""

import asyncio
import time
from dataclasses import dataclass

from tests.bench.bare_server import bare_server
from tests.bench.findings import Cell, Findings, Table, share
from tests.bench.lab import UNDISPATCHED, Lab
from tests.bench.load import Outcome, Plan
from tests.bench.processes import CpuMeter, generate, held_still
from tests.bench.webhooks import Twilio

CONNECTIONS = 32
LINES = 64
"""Connections of the open loop: more than can be in use before latency is beyond all bounds."""
CUSTOMERS = 200
SETTLE = 2.0
"""Seconds between two loads, in which the worker finishes what the first one left it."""

HOW = f"""\
Correctly signed webhooks of {CUSTOMERS} customers reach the API process. Holdfast verifies, parses,
and commits message, mailbox row and live event before it answers; handing over to Temporal goes on
beside it. *Bare* is a minimal FastAPI app, served by the same uvicorn on uvloop, that inserts one row
into one table of the same PostgreSQL and gives the same answer. Throughput: a closed loop over
{CONNECTIONS} connections. Latency: an open loop with random arrivals at half of Holdfast's own
throughput, the same for all, counted from the moment a request was due. The load generator is a
process of its own (asyncio streams, HTTP/1.1 keep-alive) on the same cores. *Standing still*: the
Temporal server is stopped with SIGSTOP, so that connections hang instead of failing; the backlog
drains after SIGCONT."""


@dataclass(frozen=True)
class Target:
    """A web process under load."""

    name: str
    twilio: Twilio
    pid: int
    customers: range


@dataclass(frozen=True)
class Throughput:
    """A closed loop: how many, and what each cost the web process in milliseconds of a core."""

    outcome: Outcome
    cpu: float


@dataclass(frozen=True)
class Backlog:
    """Mail that had not reached its workflow when a load ended, and how soon all of it had."""

    items: float
    seconds: float


async def measure(lab: Lab) -> Findings:
    """The same load on three variants, one after the other."""
    customers = lab.new_customers(CUSTOMERS)
    await lab.start_conversations(customers)
    ours = Target("Holdfast", lab.twilio, lab.stack.pids["api"], customers)
    well = await _throughput(lab, ours)
    after_load = await _drain(lab)
    rate = well.outcome.per_second / 2
    well_latency = await _latency(lab, ours, rate)
    await _drain(lab)
    with held_still(lab.stack.pids["temporal"]):
        still = await _throughput(lab, ours)
        still_latency = await _latency(lab, ours, rate)
        waiting = await lab.number(UNDISPATCHED)
    after_pause = await _drain(lab)
    async with bare_server(lab) as server:
        bare = Target("bare", server.twilio, server.pid, customers)
        base = await _throughput(lab, bare)
        base_latency = await _latency(lab, bare, rate)
    rows = (
        _row("Holdfast", well, well_latency, base),
        _row("Holdfast, Temporal standing still", still, still_latency, base),
        _row("bare", base, base_latency, base),
    )
    head = ("", "requests/s", "of bare", "CPU ms/request", "p50 ms", "p99 ms", "max ms", "refused")
    backlogs = (
        ("after the closed loop", after_load.items, after_load.seconds),
        ("after Temporal stood still", waiting, after_pause.seconds),
    )
    return Findings(
        "Webhooks: how fast a provider is answered",
        HOW,
        (
            Table(f"Answers; latency at {rate:.0f} requests/s", head, rows),
            Table("Handing over to Temporal", ("", "mail waiting", "handed over in s"), backlogs),
        ),
    )


async def _throughput(lab: Lab, target: Target) -> Throughput:
    plan = _plan(lab, target, CONNECTIONS, None)
    meter = CpuMeter({"web": target.pid})
    outcome = await generate(plan)
    requests = outcome.per_second * (plan.seconds + plan.warm_up)
    return Throughput(outcome, meter.milliseconds("web", per=requests))


async def _latency(lab: Lab, target: Target, rate: float) -> Outcome:
    return await generate(_plan(lab, target, LINES, rate))


def _plan(lab: Lab, target: Target, connections: int, rate: float | None) -> Plan:
    return Plan(
        twilio=target.twilio.as_dict(),
        first_customer=target.customers.start,
        customers=len(target.customers),
        connections=connections,
        seconds=lab.size(6, 2),
        rate=rate,
    )


async def _drain(lab: Lab) -> Backlog:
    """Until no mail waits; then a moment for the workflows to read what they were handed."""
    items, began = await lab.number(UNDISPATCHED), time.monotonic()
    await lab.dispatched()
    took = time.monotonic() - began
    await asyncio.sleep(SETTLE)
    return Backlog(items, took)


def _row(name: str, load: Throughput, latency: Outcome, base: Throughput) -> tuple[Cell, ...]:
    rate = load.outcome.per_second
    refused = load.outcome.refused + latency.refused
    return (
        name,
        rate,
        share(rate, base.outcome.per_second),
        load.cpu,
        latency.p50,
        latency.p99,
        latency.longest,
        refused,
    )
