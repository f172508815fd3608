"""What a message costs in Temporal: events, bytes, activities, billed actions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle

from domain.ids import ConversationId
from tests.bench.findings import Cell, Findings, Table
from tests.bench.kinds import bare, until_taken
from tests.bench.lab import PATIENCE, Lab
from tests.bench.people import People, people

MESSAGES, REPLIES = 20, 10
DOLLARS_PER_MILLION: Final = 50
QUIET = 4
"""So many equal looks in a row, 0.1 s apart, and nothing is under way any more."""

BILLED: Final = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activity",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continue-as-new",
}

DELIVERED = """
    SELECT count(*) FROM deliveries JOIN messages USING (message_id)
    WHERE conversation_id = %s AND status IN ('delivered', 'read')
"""
BILLED_WORDS: Final = ", ".join(BILLED.values())

HOW = f"""\
One conversation on the running stack, its history cut into the pieces that belong to what was done:
{MESSAGES} messages before and {MESSAGES} after an agent took it, each handled before the next was
sent, then {REPLIES} replies, each until the provider reported it as delivered. *Bare* is a workflow
that counts signals and runs one activity per update. Actions are what Temporal Cloud bills:
{BILLED_WORDS}; a start and its first signal are one. Cost = actions times ${DOLLARS_PER_MILLION} per
million (Temporal Cloud price list, first 5 million; storage, queries and heartbeats, which leave no
event, excluded)."""


@dataclass(frozen=True)
class Piece:
    """The part of a history in which something was done so many times."""

    name: str
    times: int
    events: Sequence[HistoryEvent]

    @property
    def size(self) -> float:
        return sum(event.ByteSize() for event in self.events) / self.times

    def count(self, *types: int) -> float:
        """Events of these types, each time."""
        return sum(event.event_type in types for event in self.events) / self.times

    @property
    def actions(self) -> float:
        """What is billed, each time. Signal-with-start is one action, not two."""
        start = self.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
        return self.count(*BILLED) - start + self.retries

    @property
    def retries(self) -> float:
        attempts = (event.activity_task_started_event_attributes.attempt for event in self.events)
        return sum(max(0, attempt - 1) for attempt in attempts) / self.times


class Tape:
    """A history, to be cut where nothing is under way."""

    def __init__(self, handle: WorkflowHandle[Any, None]) -> None:
        self._handle = handle
        self._cut = 0
        self.pieces: list[Piece] = []

    async def cut(self, name: str, times: int = 1) -> None:
        """All that was recorded since the last cut."""
        await self._until_quiet()
        events = (await self._handle.fetch_history()).events
        self.pieces.append(Piece(name, times, events[self._cut :]))
        self._cut = len(events)

    async def _until_quiet(self) -> None:
        lengths = [-1]
        async with asyncio.timeout(PATIENCE):
            while len(lengths) < QUIET or len(set(lengths[-QUIET:])) > 1:
                await asyncio.sleep(0.1)
                lengths.append((await self._handle.describe()).history_length)


async def measure(lab: Lab) -> Findings:
    """Ours on the stack, then the baseline beside it."""
    ours, base = await _conversation(lab), await _bare(lab)
    head = ("", "events", "bytes", "activities", "timers", "actions", "$ per million")
    rows = tuple(_row("Holdfast", piece) for piece in ours) + tuple(_row("bare", each) for each in base)
    whole = _whole(ours)
    remark = (
        f"A conversation of five messages each way, picked, ended and closed, is {whole:.0f} actions:"
        f" ${whole * DOLLARS_PER_MILLION:,.0f} per million of such conversations."
    )
    table = Table("Each time", head, rows)
    return Findings("History: what each thing costs in Temporal", HOW, (table,), (remark,))


async def _conversation(lab: Lab) -> list[Piece]:
    (customer,) = lab.new_customers(1)
    async with people(lab) as who:
        await who.say(customer, "hello")
        (conversation,) = await lab.conversations_of([customer])
        told = _Told(lab, who, customer, conversation)
        tape = Tape(lab.handle(conversation))
        await tape.cut("first message")
        await told.by_the_customer()
        await tape.cut("message, nobody has taken it yet", MESSAGES)
        await who.act(conversation, "accept")
        await tape.cut("state change: picked")
        await told.by_the_customer()
        await tape.cut("message to its agent", MESSAGES)
        await told.by_the_agent()
        await tape.cut("reply, sent and delivered", REPLIES)
        for action, name in (("end", "ended"), ("close-session", "closed")):
            await who.act(conversation, action)
            await tape.cut(f"state change: {name}")
    return tape.pieces


class _Told:
    """Messages one by one, each when the one before has had all its consequences."""

    def __init__(self, lab: Lab, who: People, customer: int, conversation: ConversationId) -> None:
        self._lab = lab
        self._who = who
        self._customer = customer
        self._conversation = conversation
        self._said = 1

    async def by_the_customer(self) -> None:
        for _ in range(MESSAGES):
            await self._who.say(self._customer, "Is it on its way?")
            self._said += 1
            async with asyncio.timeout(PATIENCE):
                while await self._lab.handled(self._conversation) < self._said:
                    await asyncio.sleep(0.02)

    async def by_the_agent(self) -> None:
        for number in range(1, REPLIES + 1):
            await self._who.reply(self._conversation, "It is.")
            async with asyncio.timeout(PATIENCE):
                while await self._lab.number(DELIVERED, self._conversation) < number:
                    await asyncio.sleep(0.05)


async def _bare(lab: Lab) -> list[Piece]:
    async with bare(lab) as kind:
        workflow = kind.new()
        await workflow.tell(1)
        tape = Tape(workflow.handle)
        await tape.cut("first message")
        for number in range(2, MESSAGES + 2):
            await workflow.tell(1)
            await until_taken(workflow, number)
        await tape.cut("message", MESSAGES)
        for _ in range(REPLIES):
            await workflow.answer()
        await tape.cut("reply", REPLIES)
    return tape.pieces


def _row(kind: str, piece: Piece) -> tuple[Cell, ...]:
    return (
        f"{kind}: {piece.name}",
        piece.count(*EventType.values()),
        piece.size,
        piece.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED),
        piece.count(EventType.EVENT_TYPE_TIMER_STARTED),
        piece.actions,
        piece.actions * DOLLARS_PER_MILLION,
    )


def _whole(pieces: Sequence[Piece]) -> float:
    """Actions of a short conversation, from those of its parts."""
    first, _, picked, inbound, outbound, ended, closed = (piece.actions for piece in pieces)
    return first + picked + 4 * inbound + 5 * outbound + ended + closed
