"""The soak as a benchmark: pass marks, how long messages take, and what the processes need."""

import os
from collections.abc import Iterator

from tests.bench.findings import Cell, Findings, Table, spread
from tests.bench.lab import Lab
from tests.bench.page import section
from tests.bench.soak.meters import A_MINUTE, Meters
from tests.bench.soak.script import Script
from tests.bench.soak.soaking import Soaked, soak
from tests.bench.soak.verdict import violations

OURS = ("api", "worker")
"""Whose memory and connections are looked at."""
ALL = (*OURS, "postgres", "temporal")
DATABASE_CONNECTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name = 'holdfast'
"""
MESSAGES = "SELECT count(*) FROM messages"
MEGABYTE = 1_000_000

HOW = """\
{customers} customers, each with a session, a chat and a WebSocket of their own, write every
{pause:.0f} s on average for {minutes:.1f} minutes; {desks} agents who signed in take the chats and
answer every message. Sockets are cut at random, a customer's every {cut_every:.0f} s on average,
together with the request that is under way: three times in four for at most 3 s, one time in five for
6 to 12 s (the customer is missed, and back in time), else for 26 to 40 s (the chat waits for them).
Customers repeat what is not confirmed and resume where they broke off, as the widget does; agents
resume too. *To the agent*: from the customer's request to the event on the WebSocket of the agent who
has the chat. *To the customer*: from the agent's request to the frame on the customer's WebSocket. What
was said while one of them was cut off is not part of these figures. The load generator is one process
on the same cores. There is no baseline: what counts is that every transcript is the same for customer,
agent and server, and that all capacity is free in the end. A run in which it is not has no figures."""


async def measure(lab: Lab) -> Findings:
    """Fails if anything was lost, doubled or kept back, or if memory grew."""
    script = a_script(lab)
    meters = Meters({name: lab.stack.pids[name] for name in ALL})
    connections = messages = 0.0

    async def read_meters() -> None:
        nonlocal connections, messages
        before = await lab.number(MESSAGES)
        await meters.read(script.seconds)
        messages = await lab.number(MESSAGES) - before
        connections = await lab.number(DATABASE_CONNECTIONS)

    soaked = await soak(lab.stack, script, read_meters)
    found = Findings(
        "Soak: chats whose connections break",
        HOW.format(minutes=script.seconds / A_MINUTE, **vars(script)),
        (_what_happened(soaked), _latencies(soaked), _costs(meters, messages)),
        (
            f"Connections to PostgreSQL, of all processes together: {connections:.0f}.",
            f"Load of the machine in the last five minutes: {os.getloadavg()[1]:.0f}.",
        ),
    )
    wrong = [*violations(soaked.evidence), *_grown(meters, script)]
    assert not wrong, "\n".join([section(found), *wrong])
    return found


def a_script(lab: Lab) -> Script:
    """Of this size."""
    return Script(
        customers=lab.customers or lab.size(500, 50),
        desks=10,
        seconds=lab.minutes * A_MINUTE or lab.size(300, 30),
        pause=lab.size(60, 10),
        cut_every=lab.size(60, 10),
    )


def _what_happened(soaked: Soaked) -> Table:
    customers, chats = soaked.customers, soaked.evidence.chats
    lines = [*(each.line for each in customers), *(each.line for each in soaked.desks)]
    rows: tuple[tuple[Cell, ...], ...] = (
        ("messages of customers", sum(len(chat.said) for chat in chats)),
        ("sent again, because the connection broke", sum(len(each.repeated) for each in customers)),
        ("replies of agents", sum(len(chat.replies) for chat in chats)),
        ("sockets cut", sum(line.cuts for line in lines)),
        ("sockets that the server closed", sum(sum(line.sent_away.values()) for line in lines)),
        ("faults found in transcripts, capacity and deliveries", len(violations(soaked.evidence))),
        ("chats that used an agent's capacity", len(soaked.evidence.held)),
        ("that still did when all had ended", soaked.evidence.held_after_all),
    )
    return Table("What happened", ("what", "number"), rows)


def _latencies(soaked: Soaked) -> Table:
    to_agents, to_customers = list(_to_agents(soaked)), list(_to_customers(soaked))
    rows = (
        ("to the agent", *spread(to_agents), len(to_agents)),
        ("to the customer", *spread(to_customers), len(to_customers)),
    )
    return Table("How long a message takes", ("", "p50 ms", "p99 ms", "max ms", "messages"), rows)


def _to_agents(soaked: Soaked) -> Iterator[float]:
    desks = {desk.agent_id: desk for desk in soaked.desks}
    for customer, chat in zip(soaked.customers, soaked.evidence.chats, strict=True):
        desk = desks[chat.desk]
        for text in chat.said:
            since, until = customer.began[text], desk.seen[text]
            if text not in customer.repeated and desk.line.was_there(since, until):
                yield until - since


def _to_customers(soaked: Soaked) -> Iterator[float]:
    desks = {desk.agent_id: desk for desk in soaked.desks}
    for customer, chat in zip(soaked.customers, soaked.evidence.chats, strict=True):
        for text in chat.replies:
            since, until = desks[chat.desk].began[text], customer.seen[text]
            if customer.line.was_there(since, until):
                yield until - since


def _costs(meters: Meters, messages: float) -> Table:
    """Processor time is of the load alone, without its beginning and its end; so are the messages."""
    rows: list[tuple[Cell, ...]] = []
    for name in ALL:
        used = 1000 * meters.seconds_used[name] / messages
        if name in OURS:
            first, last = (each / MEGABYTE for each in meters.first_and_last(name))
            rows.append((name, first, last, meters.sockets[name], used))
        else:
            rows.append((name, None, None, None, used))
    head = ("", "first minute MB", "last minute MB", "TCP connections", "CPU ms per message")
    return Table("What the processes needed", head, tuple(rows))


def _grown(meters: Meters, script: Script) -> list[str]:
    """A short run is no proof: everything is still filling up."""
    if script.seconds < 2 * A_MINUTE:
        return []
    return [f"the memory of {name} grows" for name in OURS if not meters.is_flat(name)]
