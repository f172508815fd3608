"""From the transaction that kept a message to the dispatch of that message, in the background.

Only inside one process: a message that another process dispatches, after a crash or a restart, begins
a trace of its own, which names conversation and messages as the first one does.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, set_span_in_context

from domain.channels import ChannelName
from domain.commands import AnyCommand
from domain.conversations import ConversationStart, ConversationStatus, Mail
from domain.ids import ConversationId, MessageId
from runtime.tracing.spans import CONVERSATION, MESSAGE, NOBODY, Attributes, Spans
from workflows.client import Conversations

REMEMBERED: Final = 10_000
"""Messages; as many as conversations may wait for dispatch."""
NAMED: Final = 20
"""Messages of one dispatch. More than that are a flood that nobody reads."""


class Origins:
    """In which span a message came, until it is dispatched."""

    def __init__(self) -> None:
        self._of: OrderedDict[MessageId, SpanContext] = OrderedDict()

    def remember(self, message_id: MessageId, origin: SpanContext) -> None:
        """The eldest one is forgotten for a new one that does not fit."""
        self._of[message_id] = origin
        if len(self._of) > REMEMBERED:
            self._of.popitem(last=False)

    def of(self, messages: Iterable[MessageId]) -> Sequence[SpanContext]:
        """Those that are known."""
        return [self._of[each] for each in messages if each in self._of]

    def forget(self, messages: Iterable[MessageId]) -> None:
        """They are dispatched."""
        for each in messages:
            self._of.pop(each, None)


class TracedConversations:
    """Hands mail over in the trace that brought the first message, linked to those of the others."""

    def __init__(self, conversations: Conversations, spans: Spans, origins: Origins) -> None:
        self._conversations = conversations
        self._spans = spans
        self._origins = origins

    async def deliver(self, start: ConversationStart, mail: Sequence[Mail]) -> None:
        messages = [item.message_id for item in mail if item.message_id]
        origins = self._origins.of(messages)[:NAMED]
        parent = set_span_in_context(NonRecordingSpan(origins[0]), NOBODY) if origins else NOBODY
        told: Attributes = {
            CONVERSATION: str(start.conversation_id),
            MESSAGE: [str(each) for each in messages[:NAMED]],
            "holdfast.mail": len(mail),
        }
        with self._spans.span("dispatch", SpanKind.PRODUCER, told, parent=parent, links=origins[1:]):
            await self._conversations.deliver(start, mail)
        self._origins.forget(messages)

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        await self._conversations.execute(conversation_id, channel, command)

    async def status(self, conversation_id: ConversationId, channel: ChannelName) -> ConversationStatus:
        return await self._conversations.status(conversation_id, channel)
