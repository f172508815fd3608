"""How long a worker takes to replay the longest run of a conversation."""

import time
from dataclasses import dataclass

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

from tests.bench.bare_workflow import BareWorkflow
from tests.bench.findings import Cell, Findings, Table, quantile
from tests.bench.kinds import Conversation, Workflow, bare, conversations, until_taken
from tests.bench.lab import Lab
from workflows.conversation import ConversationWorkflow
from workflows.policies import EVENTS_PER_RUN
from workflows.sandbox import RUNNER

TIMES = 5
BETWEEN_LOOKS = 5

HOW = f"""\
A run continues as new once it has {EVENTS_PER_RUN} events, so this is the most that a message to a
conversation in nobody's cache should cost. Replayed by the SDK's Replayer in the sandbox of
production, {TIMES} times each; the short history shows what any replay costs. *Bare* is a workflow
that counts as many signals."""


@dataclass(frozen=True)
class Replayed:
    """Seconds of every replay of one history: by the clock, and of a core."""

    name: str
    history: WorkflowHistory
    took: list[float]
    cpu: list[float]

    @property
    def events(self) -> int:
        return len(self.history.events)


async def measure(lab: Lab) -> Findings:
    """Two sorts of long runs, a short one, and the baseline."""
    async with conversations(lab) as kind:
        heard = await _long_run(lab, kind.new(), with_answers=False)
        talked = await _long_run(lab, kind.new(), with_answers=True)
        short = kind.new()
        await short.tell(1)
        await until_taken(short, 1)
        beginning = await short.handle.fetch_history()
    async with bare(lab) as bare_kind:
        counted = await _long_run(lab, bare_kind.new(), with_answers=False)
    ours, plain = lab.converter, lab.bare_temporal.data_converter
    found = (
        await _replayed("Holdfast: customers' messages only", heard, ours),
        await _replayed("Holdfast: messages and replies in turn", talked, ours),
        await _replayed("Holdfast: one message", beginning, ours),
        await _replayed("bare: signals only", counted, plain),
    )
    head = ("", "events", "kB", "p50 ms", "max ms", "CPU ms", "CPU ms per event")
    table = Table("One replay", head, tuple(_row(each) for each in found))
    return Findings("Replay: what a conversation costs that left the cache", HOW, (table,))


async def _long_run(lab: Lab, workflow: Workflow, *, with_answers: bool) -> WorkflowHistory:
    """The history of its first run, as long as a run may become."""
    messages = 1
    await workflow.tell(1)
    await until_taken(workflow, 1)
    first_run = (await workflow.handle.describe()).run_id
    run = lab.temporal.get_workflow_handle(workflow.handle.id, run_id=first_run)
    if isinstance(workflow, Conversation):
        await workflow.pick()
    while (await run.describe()).history_length < EVENTS_PER_RUN:
        for _ in range(BETWEEN_LOOKS):
            messages += 1
            await workflow.tell(1)
            await until_taken(workflow, messages)
            if with_answers:
                await workflow.answer()
    return await run.fetch_history()


async def _replayed(name: str, history: WorkflowHistory, converter: DataConverter) -> Replayed:
    replayer = Replayer(
        workflows=[ConversationWorkflow, BareWorkflow],
        data_converter=converter,
        workflow_runner=RUNNER,
    )
    took, cpu = [], []
    for _ in range(TIMES):
        began, used = time.monotonic(), time.process_time()
        await replayer.replay_workflow(history)
        took.append(time.monotonic() - began)
        cpu.append(time.process_time() - used)
    return Replayed(name, history, took, cpu)


def _row(replayed: Replayed) -> tuple[Cell, ...]:
    middle = 1000 * quantile(replayed.took, 0.5)
    size = sum(event.ByteSize() for event in replayed.history.events) / 1000
    longest = 1000 * max(replayed.took)
    cpu = 1000 * quantile(replayed.cpu, 0.5)
    return replayed.name, replayed.events, size, middle, longest, cpu, cpu / replayed.events
