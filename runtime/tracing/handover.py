"""From the transaction that kept a message to its dispatch, in the background of whatever process.

The mailbox says where a message came from: after a crash or a restart it is another one's to dispatch.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, set_span_in_context

from domain.channels import ChannelName
from domain.commands import AnyCommand
from domain.conversations import ConversationStart, ConversationStatus, Mail
from domain.ids import ConversationId
from runtime.tracing.in_workflow import PARENT
from runtime.tracing.spans import CONVERSATION, MESSAGE, NOBODY, Attributes, Spans, remote
from storage.mailbox import PendingItem
from workflows.client import Conversations

NAMED: Final = 20
"""Messages of one dispatch. More than that are a flood that nobody reads."""


class TracedConversations:
    """Hands mail over in the trace that brought the first message, linked to those of the others."""

    def __init__(self, conversations: Conversations, spans: Spans) -> None:
        self._conversations = conversations
        self._spans = spans

    async def deliver(self, start: ConversationStart, mail: Sequence[Mail]) -> None:
        messages = [item.message_id for item in mail if item.message_id]
        origins = _origins(mail)[:NAMED]
        parent = set_span_in_context(NonRecordingSpan(origins[0]), NOBODY) if origins else NOBODY
        told: Attributes = {
            CONVERSATION: str(start.conversation_id),
            MESSAGE: [str(each) for each in messages[:NAMED]],
            "holdfast.mail": len(mail),
        }
        with self._spans.span("dispatch", SpanKind.PRODUCER, told, parent=parent, links=origins[1:]):
            await self._conversations.deliver(start, mail)

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        await self._conversations.execute(conversation_id, channel, command)

    async def status(self, conversation_id: ConversationId, channel: ChannelName) -> ConversationStatus:
        return await self._conversations.status(conversation_id, channel)


def _origins(mail: Iterable[Mail]) -> Sequence[SpanContext]:
    told = [each.traceparent for each in mail if isinstance(each, PendingItem) and each.traceparent]
    return [origin for traceparent in told for origin in remote({PARENT: traceparent})]
