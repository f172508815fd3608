"""How many messages a second go through workflows: delivered, and taken up by them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.findings import Cell, Findings, Table, share
from tests.bench.kinds import (
    Conversation,
    Kind,
    Sort,
    Workflow,
    bare,
    conversations,
    size_of_mail,
    until_begun,
    until_taken,
)
from tests.bench.lab import Lab, in_parallel
from tests.bench.processes import CpuMeter

SENDERS = 32
BURST = 20

HOW = f"""\
{SENDERS} senders deliver mail with the client that the API process uses (signal-with-start). *Bare* is
a workflow that only counts signals, told with as many bytes, unencrypted; both have one worker process
of their own with equal settings, on the same Temporal server. Counted until every workflow says, when
queried, that it has taken up all of its messages (of new ones: until the server has recorded so). The
conversations' activities run over a world in memory."""


@dataclass(frozen=True)
class Scenario:
    """`each` messages to each of so many workflows, `per_signal` of them at a time."""

    name: str
    workflows: int
    each: int
    per_signal: int
    running: bool
    """Whether they run, and are in an agent's hands, before anything counts."""

    @property
    def messages(self) -> int:
        return self.workflows * self.each


@dataclass(frozen=True)
class Rate:
    """Messages per second, and milliseconds of a core per message."""

    accepted: float
    taken: float
    server: float
    worker: float


async def measure(lab: Lab) -> Findings:
    """Each scenario with both kinds."""
    running = lab.size(100, 20)
    scenarios = (
        Scenario("one message per signal", running, lab.size(30, 10), 1, running=True),
        Scenario(f"{BURST} messages per signal", running, 10 * BURST, BURST, running=True),
        Scenario("first message: a new workflow", lab.size(400, 60), 1, 1, running=False),
    )
    rows: list[tuple[Cell, ...]] = []
    for scenario in scenarios:
        async with conversations(lab) as kind:
            ours = await _carried_out(lab, kind, scenario)
        async with bare(lab) as bare_kind:
            base = await _carried_out(lab, bare_kind, scenario)
        rows.append(_row(f"{scenario.name}: Holdfast", ours, base))
        rows.append(_row(f"{scenario.name}: bare", base, base))
    head = ("", "accepted/s", "taken up/s", "of bare", "server CPU ms", "worker CPU ms")
    sizes = (
        f"Bytes of a signal: {size_of_mail(1)} with one message, {size_of_mail(BURST)} with {BURST}."
    )
    table = Table("Messages per second, and processor time per message", head, tuple(rows))
    return Findings("Workflows: how many messages they take", HOW, (table,), (sizes,))


async def _carried_out(lab: Lab, kind: Kind[Sort], scenario: Scenario) -> Rate:
    workflows = [kind.new() for _ in range(scenario.workflows)]
    if scenario.running:
        await in_parallel(_begin, workflows)
    meter = CpuMeter({"server": lab.stack.pids["temporal"], "worker": kind.pid})
    began = time.monotonic()
    await _send(workflows, scenario)
    accepted = time.monotonic() - began
    if scenario.running:
        await in_parallel(lambda one: until_taken(one, 1 + scenario.each), workflows)
    else:
        await in_parallel(lambda one: until_begun(one.handle), workflows)
    taken = time.monotonic() - began
    return Rate(
        accepted=scenario.messages / accepted,
        taken=scenario.messages / taken,
        server=meter.milliseconds("server", per=scenario.messages),
        worker=meter.milliseconds("worker", per=scenario.messages),
    )


async def _begin(workflow: Workflow) -> None:
    await workflow.tell(1)
    await until_taken(workflow, 1)
    if isinstance(workflow, Conversation):
        await workflow.pick()


async def _send(workflows: Sequence[Workflow], scenario: Scenario) -> None:
    async def from_one_sender(mine: Sequence[Workflow]) -> None:
        for _ in range(scenario.each // scenario.per_signal):
            for workflow in mine:
                await workflow.tell(scenario.per_signal)

    await asyncio.gather(*(from_one_sender(workflows[start::SENDERS]) for start in range(SENDERS)))


def _row(name: str, rate: Rate, base: Rate) -> tuple[Cell, ...]:
    return (name, rate.accepted, rate.taken, share(rate.taken, base.taken), rate.server, rate.worker)
