"""Plays a scenario: the real workflow, machine and activities, step by step, in the script's time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversations import ConversationStart, Mail, MailKind
from domain.errors import HoldfastError, InvalidInput
from domain.ids import AgentId, MessageId, new_id
from runtime.simulate.ports import MemoryOutbox, MemoryReadModel, activities_over
from runtime.simulate.scenario import SERVICE_WINDOWS, VERBS, Order, Scenario, Step
from runtime.simulate.scene import CUSTOMER, PROVIDER, Done, Record
from runtime.simulate.server import time_skipping
from runtime.timeline.gathering import history_of
from workflows.client import TemporalConversations, workflow_id
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

_QUEUE: Final = "simulation"
_OVER: Final = "the conversation is over; this would begin a new one"
_PATIENCE: Final = 20.0
"""Real seconds in which everything that a step set off must have come to rest."""


async def play(scenario: Scenario, lasting: timedelta) -> Record:
    """All that happened. Raises InvalidInput when a step lies beyond the end."""
    for number, step in enumerate(scenario.steps, start=1):
        if step.at > lasting:
            raise InvalidInput(f"step {number} lies beyond the end: simulate more hours.")
    async with time_skipping("never") as environment, _stage(environment, scenario) as stage:
        for step in scenario.steps:
            await stage.move_to(step.at)
            await stage.perform(step)
        await stage.move_to(lasting)
        return await stage.record()


class Stage:
    """One conversation, its clock and its people."""

    def __init__(
        self,
        environment: WorkflowEnvironment,
        scenario: Scenario,
        read_model: MemoryReadModel,
        outbox: MemoryOutbox,
    ) -> None:
        self._environment = environment
        self._read_model = read_model
        self._outbox = outbox
        self._conversations = TemporalConversations(environment.client, task_queue=_QUEUE)
        self._start = ConversationStart(
            conversation_id=new_id(),
            channel=scenario.channel,
            opened_at=datetime.now(UTC),
            service_window=SERVICE_WINDOWS[scenario.channel],
            timers=scenario.timers,
            queue_id=new_id(),
            queue_name="Simulation",
            endpoint_name="Simulation",
        )
        self._handle: WorkflowHandle[ConversationWorkflow, None] = (
            environment.client.get_workflow_handle_for(
                ConversationWorkflow.run,
                workflow_id(self._start.conversation_id, self._start.channel),
            )
        )
        self._done: list[Done] = []
        self._people: dict[AgentId, str] = {}
        self._parked: list[MessageId] = []

    async def move_to(self, offset: timedelta) -> None:
        """Let time pass, unless the conversation is over: then nothing can happen any more."""
        if self._done and await self._runs():
            left = self._start.opened_at + offset - await self._now()
            if left > timedelta(0):
                await self._environment.fast_forward(self._handle, left)
                await self._come_to_rest()

    async def perform(self, step: Step) -> None:
        """Do it; a refusal is part of the record."""
        at = await self._time_of(step)
        if step.agent is not None:
            await self._obey(step, step.agent, at)
        else:
            await self._report(step, at)

    async def record(self) -> Record:
        """What was done, and what Temporal and the read model tell of its consequences."""
        return Record(
            opened_at=self._start.opened_at,
            done=tuple(self._done),
            history=tuple(await history_of(self._environment.client, self._handle.id)),
            projections=tuple(self._read_model.projections),
            people=self._people,
        )

    async def _report(self, step: Step, at: datetime) -> None:
        is_over = bool(self._done) and not await self._runs()
        kind = step.provider or MailKind.CUSTOMER_WROTE
        deed = Done(
            at=at,
            who=PROVIDER if step.provider else CUSTOMER,
            what=kind,
            words=step.customer or "",
            refusal=_OVER if is_over else None,
        )
        self._done.append(deed)
        if not is_over:
            await self._deliver(kind, at)

    async def _deliver(self, kind: MailKind, at: datetime) -> None:
        """As after a commit: the mail has its position, and the window its end."""
        if kind is MailKind.CUSTOMER_WROTE and self._start.service_window is not None:
            self._outbox.window_expires_at = at + self._start.service_window
        self._read_model.posted += 1
        mail = Mail(position=self._read_model.posted, kind=kind, at=at, message_id=new_id())
        with self._environment.with_time_skipping_disabled():
            await self._conversations.deliver(self._start, [mail])
        await self._come_to_rest()

    async def _obey(self, step: Step, order: Order, at: datetime) -> None:
        message_id, refusal = self._message_of(order), None
        if order.verb == "template":
            self._outbox.templates.add(message_id)
        command = VERBS[order.verb].model_validate(
            {
                "command_id": new_id(),
                "agent_id": self._agent(step.by),
                "as_supervisor": step.supervisor,
                "message_id": message_id,
                "is_template": order.verb == "template",
            }
        )
        try:
            await self._conversations.execute(self._start.conversation_id, self._start.channel, command)
        except HoldfastError as error:
            refusal = str(error)
        deed = Done(
            at=at,
            who=step.by,
            what=order.verb,
            words=order.words,
            message_id=message_id,
            refusal=refusal,
        )
        self._done.append(deed)
        await self._come_to_rest()

    def _message_of(self, order: Order) -> MessageId:
        """A new one; what is withdrawn is the last one that was parked."""
        if order.verb == "withdraw" and self._parked:
            return self._parked.pop()
        message_id = new_id()
        if order.verb == "park":
            self._parked.append(message_id)
        return message_id

    def _agent(self, name: str) -> AgentId:
        agent_id = uuid5(NAMESPACE_OID, name)
        self._people[agent_id] = name
        return agent_id

    async def _time_of(self, step: Step) -> datetime:
        """The conversation's own time; before its beginning and after its end it has none."""
        runs = bool(self._done) and await self._runs()
        return await self._now() if runs else self._start.opened_at + step.at

    async def _now(self) -> datetime:
        return await self._environment.get_current_time(self._handle)

    async def _runs(self) -> bool:
        return (await self._handle.describe()).status is WorkflowExecutionStatus.RUNNING

    async def _come_to_rest(self) -> None:
        """Until the conversation waits for nothing but people and time."""
        async with asyncio.timeout(_PATIENCE):
            while await self._is_busy():  # noqa: ASYNC110 - a server's state
                await asyncio.sleep(0.01)

    async def _is_busy(self) -> bool:
        described = (await self._handle.describe()).raw_description
        if described.pending_activities or described.HasField("pending_workflow_task"):
            return True
        status = await self._conversations.status(self._start.conversation_id, self._start.channel)
        return status.waiting_deliveries > 0 or status.handled < self._read_model.posted


@asynccontextmanager
async def _stage(environment: WorkflowEnvironment, scenario: Scenario) -> AsyncIterator[Stage]:
    read_model, outbox = MemoryReadModel(scenario.timers), MemoryOutbox()
    async with Worker(
        environment.client,
        task_queue=_QUEUE,
        workflows=[ConversationWorkflow],
        activities=activities_over(read_model, outbox),
        workflow_runner=RUNNER,
    ):
        yield Stage(environment, scenario, read_model, outbox)
