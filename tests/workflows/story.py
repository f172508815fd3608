"""A conversation told step by step: the customer writes, an agent acts, time passes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain import commands
from domain.conversations import ConversationStatus, Mail, MailKind, State
from domain.effects import Trigger
from domain.ids import AgentId, MessageId, new_id
from domain.messages import AuthorKind
from domain.offers import OfferTerms
from tests.builders import ALICE, BOB, a_mail, a_start, an_offer
from tests.workflows.world import Delivery, World
from workflows.client import TemporalConversations, workflow_id
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

PATIENCE = 60.0
"""Seconds of real time in which something must have come true."""


class Story:
    """One running conversation, its world and its clock."""

    def __init__(
        self, environment: WorkflowEnvironment, client: Client, queue: str, **start: Any
    ) -> None:
        self.world = World()
        self.environment = environment
        self.client = client
        self.conversations = TemporalConversations(client, task_queue=queue)
        self.start = a_start(**start)
        self.position = 0
        self.handle: WorkflowHandle[ConversationWorkflow, None] = client.get_workflow_handle_for(
            ConversationWorkflow.run, workflow_id(self.start.conversation_id, self.start.channel)
        )

    async def now(self) -> datetime:
        """The conversation's own time."""
        if not self.environment.supports_time_skipping_v2:
            return await self.environment.get_current_time()
        return await self.environment.get_current_time(self.handle)

    async def customer_writes(self, times: int = 1, **mail: Any) -> MessageId:
        """Mail through the real client, as after a commit."""
        at = self.start.opened_at if self.position == 0 else await self.now()
        items = [self._next_mail(at, **mail) for _ in range(times)]
        self.world.outbox.window_expires_at = at + timedelta(hours=24)
        with self.environment.with_time_skipping_disabled():
            await self.conversations.deliver(self.start, items)
        assert items[-1].message_id is not None
        return items[-1].message_id

    def says(self, trigger: Trigger) -> MessageId:
        """What this trigger has the system say."""
        message_id = self._automated()
        self.world.read_model.automated[trigger] = message_id
        return message_id

    async def system_writes(self) -> MessageId:
        """An automated message that is handed over by mail."""
        message_id = self._automated()
        mail = self._next_mail(await self.now(), kind=MailKind.SYSTEM_WROTE, message_id=message_id)
        with self.environment.with_time_skipping_disabled():
            await self.conversations.deliver(self.start, [mail])
        return message_id

    def _automated(self) -> MessageId:
        message_id = new_id()
        self.world.outbox.rows[message_id] = Delivery(author=AuthorKind.SYSTEM)
        return message_id

    async def provider_reports(self, kind: MailKind, at: datetime) -> None:
        """Mail that is not a customer's message."""
        with self.environment.with_time_skipping_disabled():
            await self.conversations.deliver(self.start, [self._next_mail(at, kind=kind)])

    async def offered(self, agent_id: AgentId = BOB, **terms: Any) -> OfferTerms:
        """Mail that proposes it to somebody, who has two minutes unless told otherwise."""
        now = self.start.opened_at if self.position == 0 else await self.now()
        offer = an_offer(**{"agent_id": agent_id, "expires_at": now + timedelta(minutes=2)} | terms)
        mail = self._next_mail(now, kind=MailKind.OFFERED, message_id=None, offer=offer)
        with self.environment.with_time_skipping_disabled():
            await self.conversations.deliver(self.start, [mail])
        return offer

    async def customer_connects(self, *kinds: MailKind) -> None:
        """A connection is lost or found again, or the customer ends the chat."""
        for kind in kinds:
            await self.provider_reports(kind, await self.now())
        await self.until_handled(self.position)

    async def is_told(self, kind: MailKind, **mail: Any) -> None:
        """Mail of our own, such as that its agent is away; it is read."""
        item = self._next_mail(await self.now(), kind=kind, **mail)
        with self.environment.with_time_skipping_disabled():
            await self.conversations.deliver(self.start, [item])
        await self.until_handled(self.position)

    async def provider_reports_closed_window(self) -> None:
        """The provider says now that the window is closed."""
        await self.provider_reports(MailKind.WINDOW_REFUSED, await self.now())
        await self.until_state(State.TEMPLATE_ONLY)

    def _next_mail(self, at: datetime, **mail: Any) -> Mail:
        self.position += 1
        self.world.read_model.posted = self.position
        return a_mail(self.position, at, **mail)

    async def order(self, command: type[commands.AnyCommand], **fields: Any) -> MessageId:
        """An agent's command; Alice's unless told otherwise. Returns the message it is about."""
        values = {"command_id": new_id(), "agent_id": ALICE, "message_id": new_id()} | fields
        order = command.model_validate(values)
        await self.conversations.execute(self.start.conversation_id, self.start.channel, order)
        message_id: MessageId = values["message_id"]
        return message_id

    async def template(self) -> MessageId:
        """Alice sends an approved template."""
        message_id = new_id()
        self.world.outbox.rows[message_id] = Delivery(is_template=True)
        return await self.order(commands.Send, message_id=message_id, is_template=True)

    async def status(self) -> ConversationStatus:
        """What the conversation says of itself."""
        return await self.conversations.status(self.start.conversation_id, self.start.channel)

    async def pass_time(self, **time: float) -> None:
        """Everything told so far is handled, then this much time passes."""
        await self._come_to_rest()
        await self.environment.fast_forward(self.handle, timedelta(**time))

    async def pause_before_the_next_attempt(self) -> timedelta:
        """How long the server lets the one activity under way rest, which has failed.

        Read, not waited for: time that is made to pass in part may end such a rest early, and on a
        busy machine does (Temporal CLI 1.9, whose skipping is experimental).
        """
        (activity,) = (await self._come_to_rest()).pending_activities
        due: datetime = activity.next_attempt_schedule_time.ToDatetime()
        failed: datetime = activity.last_attempt_complete_time.ToDatetime()
        return due - failed

    async def _come_to_rest(self) -> DescribeWorkflowExecutionResponse:
        """Until the conversation waits for nothing but people, time and its next attempts."""
        async with asyncio.timeout(PATIENCE):
            while _is_busy(described := (await self.handle.describe()).raw_description):
                await asyncio.sleep(0.01)
        return described

    async def until(self, condition: Callable[[], Any], what: str) -> None:
        """Wait, in real time, for something beside the conversation to have happened."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.01)
        assert condition(), what

    async def until_handled(self, position: int) -> ConversationStatus:
        """Wait until the conversation has read its mail up to there."""
        async with asyncio.timeout(PATIENCE):
            while (status := await self.status()).handled < position:
                await asyncio.sleep(0.01)
        return status

    async def until_state(self, state: State) -> None:
        """Wait until the conversation is in that state."""
        async with asyncio.timeout(PATIENCE):
            while (await self.status()).state is not state:
                await asyncio.sleep(0.01)


def _is_busy(described: DescribeWorkflowExecutionResponse) -> bool:
    """Time that passes under an attempt would pass before the rest for which the attempt asks."""
    resting = [each.HasField("next_attempt_schedule_time") for each in described.pending_activities]
    return not all(resting) or described.HasField("pending_workflow_task")


@asynccontextmanager
async def telling(
    environment: WorkflowEnvironment, client: Client | None = None, **start: Any
) -> AsyncIterator[Story]:
    """A story with a worker of its own."""
    queue = f"test-{uuid4()}"
    story = Story(environment, client or environment.client, queue, **start)
    async with Worker(
        story.client,
        task_queue=queue,
        workflows=[ConversationWorkflow],
        activities=story.world.activities(),
        workflow_runner=RUNNER,
        max_cached_workflows=100,
    ):
        yield story
