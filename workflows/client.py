"""Conversations behind domain verbs: nobody above this file knows that Temporal keeps them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.failures import as_error
from domain.channels import ChannelName
from domain.commands import AnyCommand
from domain.conversations import ConversationStart, ConversationStatus, Mail
from domain.errors import HoldfastError, NotFound, Unavailable
from domain.ids import ConversationId
from workflows import search_attributes
from workflows.conversation import ConversationWorkflow
from workflows.policies import TASK_QUEUE
from workflows.run import ConversationRun, MailBatch
from workflows.updates import name_of

RPC_TIMEOUT: Final = timedelta(seconds=5)
"""The SDK itself would retry for longer than a webhook's background or an agent may wait."""

UPDATE_TIMEOUT: Final = timedelta(seconds=3)
"""How long an agent waits for a worker's answer before being told that it is under way."""


class Conversations(Protocol):
    """What the application asks of running conversations."""

    async def deliver(self, start: ConversationStart, mail: Sequence[Mail]) -> None:
        """Hand over mail, starting the conversation's workflow if it does not run yet.

        Raises Unavailable when Temporal did not take it; repeating it is harmless.
        """

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        """Do what an agent asks.

        Raises Refused (or a subclass) when the conversation does not allow it, NotFound when it
        does not run, Unavailable when nobody answered: then the outcome is unknown and the same
        command, with the same id, may be repeated.
        """

    async def status(self, conversation_id: ConversationId, channel: ChannelName) -> ConversationStatus:
        """What the conversation says of itself. Raises NotFound or Unavailable."""


def workflow_id(conversation_id: ConversationId, channel: ChannelName) -> str:
    """The id operators read in the Temporal UI: `conversation/whatsapp/0198…`."""
    return f"conversation/{channel}/{conversation_id}"


class TemporalConversations:
    """Conversations, kept by Temporal."""

    def __init__(self, client: Client, *, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._task_queue = task_queue

    async def deliver(self, start: ConversationStart, mail: Sequence[Mail]) -> None:
        """Signal-with-start: durable at once, even with no worker running."""
        try:
            await self._client.start_workflow(
                ConversationWorkflow.run,
                ConversationRun(start=start),
                id=workflow_id(start.conversation_id, start.channel),
                task_queue=self._task_queue,
                # A finished conversation is never run again: late mail for it is dropped here. One
                # that an operator terminated is taken up from where PostgreSQL knows it.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                start_signal="receive",
                start_signal_args=[MailBatch(items=tuple(mail))],
                search_attributes=search_attributes.at_start(start),
                static_summary=f"{start.channel} · {start.endpoint_name} · {start.queue_name}",
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise Unavailable("Temporal did not take the mail; it stays in the mailbox.") from error

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        """An update; its id is the command's, so a repetition is recognised."""
        try:
            await self._handle(conversation_id, channel).execute_update(
                name_of(command),
                command,
                id=str(command.command_id),
                rpc_timeout=UPDATE_TIMEOUT,
            )
        except WorkflowUpdateFailedError as error:
            raise _refusal(error) from error
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            raise _no_answer(error) from error

    async def status(self, conversation_id: ConversationId, channel: ChannelName) -> ConversationStatus:
        """A query; it needs a worker."""
        handle = self._handle(conversation_id, channel)
        try:
            return await handle.query(ConversationWorkflow.status, rpc_timeout=UPDATE_TIMEOUT)
        except RPCError as error:
            raise _no_answer(error) from error

    def _handle(
        self, conversation_id: ConversationId, channel: ChannelName
    ) -> WorkflowHandle[ConversationWorkflow, None]:
        return self._client.get_workflow_handle_for(
            ConversationWorkflow.run, workflow_id(conversation_id, channel)
        )


def _refusal(error: WorkflowUpdateFailedError) -> HoldfastError:
    if isinstance(error.cause, ApplicationError):
        return as_error(error.cause)
    return Unavailable("The conversation could not answer; try again.")


def _no_answer(error: Exception) -> HoldfastError:
    if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
        return NotFound("This conversation is not running.")
    return Unavailable("The conversation did not answer in time; what you asked may still happen.")
