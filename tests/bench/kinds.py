"""Running workflows to send messages to: conversations, and their baseline, behind the same verbs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError

from domain.commands import Pick, Send
from domain.conversations import Mail
from domain.errors import Unavailable
from domain.ids import new_id
from runtime.embedded import data_dir
from tests.bench.bare_workflow import BareWorkflow
from tests.bench.bench_worker import BARE, CONVERSATION
from tests.bench.lab import PATIENCE, Lab, now
from tests.bench.processes import running
from tests.builders import ALICE, a_mail, a_start
from workflows.client import RPC_TIMEOUT, TemporalConversations, workflow_id
from workflows.run import MailBatch

Sort = TypeVar("Sort", bound="Workflow")
FIRST_TASK_DONE: Final = 5
"""Events: started, signaled; the first task scheduled, started, completed."""
A_DAY: Final = timedelta(days=1)
WORKER: Final = "tests.bench.bench_worker"


class Workflow(Protocol):
    """One that takes messages."""

    async def tell(self, messages: int) -> None:
        """So many messages in one signal; starts the workflow if need be."""

    async def taken(self) -> int:
        """How many it has taken up so far."""

    async def answer(self) -> None:
        """One message the other way."""

    @property
    def handle(self) -> WorkflowHandle[Any, None]:
        """For its history."""


class Conversation:
    """Ours, told by the same code that the API process uses."""

    def __init__(self, client: Client, queue: str) -> None:
        self._conversations = TemporalConversations(client, task_queue=queue)
        self._start = a_start(opened_at=now())
        self._position = 0
        self.handle: WorkflowHandle[Any, None] = client.get_workflow_handle(
            workflow_id(self._start.conversation_id, self._start.channel)
        )

    async def tell(self, messages: int) -> None:
        await self._conversations.deliver(self._start, [self._next() for _ in range(messages)])

    async def taken(self) -> int:
        status = await self._conversations.status(self._start.conversation_id, self._start.channel)
        return status.handled

    async def pick(self) -> None:
        """From now on it is in an agent's hands."""
        command = Pick(command_id=new_id(), agent_id=ALICE)
        await self._conversations.execute(self._start.conversation_id, self._start.channel, command)

    async def answer(self) -> None:
        message_id = new_id()
        command = Send(command_id=message_id, agent_id=ALICE, message_id=message_id)
        await self._conversations.execute(self._start.conversation_id, self._start.channel, command)

    def _next(self) -> Mail:
        self._position += 1
        return a_mail(self._position, now())


class Bare:
    """The baseline, told with as many bytes."""

    def __init__(self, client: Client, queue: str) -> None:
        self._client = client
        self._queue = queue
        self._per_signal = 1
        self.handle: WorkflowHandle[Any, None] = client.get_workflow_handle(f"bare/{uuid4()}")

    async def sleep_until(self, due: datetime) -> None:
        """Started with nothing to do but that."""
        await self._client.start_workflow(
            BareWorkflow.run, due, id=self.handle.id, task_queue=self._queue, rpc_timeout=RPC_TIMEOUT
        )

    async def tell(self, messages: int) -> None:
        self._per_signal = messages
        await self._client.start_workflow(
            BareWorkflow.run,
            now() + A_DAY,
            id=self.handle.id,
            task_queue=self._queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            start_signal="receive",
            start_signal_args=["x" * size_of_mail(messages)],
            rpc_timeout=RPC_TIMEOUT,
        )

    async def taken(self) -> int:
        """Counted in messages: the first of a scenario that sends many at a time came alone."""
        signals: int = await self.handle.query(BareWorkflow.taken, rpc_timeout=RPC_TIMEOUT)
        return signals * self._per_signal

    async def answer(self) -> None:
        await self.handle.execute_update(BareWorkflow.send, str(new_id()))


@dataclass(frozen=True)
class Kind(Generic[Sort]):
    """A sort of workflow, and the process of its worker."""

    pid: int
    new: Callable[[], Sort]
    """One that nobody has told anything yet."""


@asynccontextmanager
async def conversations(lab: Lab) -> AsyncIterator[Kind[Conversation]]:
    """Their worker runs while the block does, on a task queue of its own."""
    queue = f"bench-{uuid4()}"
    keys = ",".join(data_dir.secret_keys(lab.stack.data_dir))
    async with running(WORKER, CONVERSATION, lab.stack.temporal, queue, told=keys) as pid:
        yield Kind(pid, lambda: Conversation(lab.temporal, queue))


@asynccontextmanager
async def bare(lab: Lab, queue: str = "bench-bare") -> AsyncIterator[Kind[Bare]]:
    """The same for the baseline."""
    async with running(WORKER, BARE, lab.stack.temporal, queue) as pid:
        yield Kind(pid, lambda: Bare(lab.bare_temporal, queue))


async def until_begun(handle: WorkflowHandle[Any, None]) -> None:
    """Its first message is taken up. Seen from outside: asking it would cost as much as that did."""
    async with asyncio.timeout(PATIENCE):
        while (await handle.describe()).history_length < FIRST_TASK_DONE:
            await asyncio.sleep(0.1)


async def until_taken(workflow: Workflow, messages: int) -> None:
    """Ask until it has taken up so many."""
    async with asyncio.timeout(PATIENCE):
        while await _taken(workflow) < messages:
            await asyncio.sleep(0.02)


def size_of_mail(messages: int) -> int:
    """Bytes of a signal that carries so much mail."""
    batch = MailBatch(items=tuple(a_mail(position, now()) for position in range(1, messages + 1)))
    return len(batch.model_dump_json())


async def _taken(workflow: Workflow) -> int:
    try:
        return await workflow.taken()
    except (Unavailable, RPCError):  # too busy to say; it is asked again
        return 0
