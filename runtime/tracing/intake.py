"""The transaction that keeps a customer's message, as a span."""

from datetime import timedelta

from domain.messages import MessageReceived
from runtime.tracing.in_workflow import PARENT
from runtime.tracing.spans import CONVERSATION, MESSAGE, Spans, carrier_of
from storage.beginnings import Placer
from storage.database import Database
from storage.intake import Intake, IntakeEndpoint, Received


class TracedIntake(Intake):
    """Says which message of which conversation it became, and whether it was there already."""

    def __init__(self, database: Database, placer: Placer, spans: Spans) -> None:
        super().__init__(database, placer)
        self._spans = spans

    async def receive(
        self, endpoint: IntakeEndpoint, event: MessageReceived, window: timedelta | None
    ) -> Received:
        with self._spans.span("intake") as span:
            received = await super().receive(endpoint, event, window)
            span.set_attribute(CONVERSATION, str(received.conversation_id))
            span.set_attribute(MESSAGE, str(received.message_id))
            span.set_attribute("holdfast.is_new", received.is_new)
            return received

    def traceparent(self) -> str | None:
        return carrier_of().get(PARENT)
