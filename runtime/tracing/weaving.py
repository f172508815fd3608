"""Everything of a process that is traced."""

from typing import Any

from opentelemetry.trace import TracerProvider

from runtime.telemetry import Tracing
from runtime.tracing.handover import TracedConversations
from runtime.tracing.intake import TracedIntake
from runtime.tracing.log_ids import name_trace
from runtime.tracing.provider_calls import ProviderCalls
from runtime.tracing.requests import TracedRequests
from runtime.tracing.spans import Spans
from runtime.tracing.temporal import TemporalTracing
from storage.beginnings import Placer
from storage.database import Database
from storage.intake import Intake
from workflows.client import Conversations


class WovenTracing(Tracing):
    """Spans from `provider` wherever something shall be seen."""

    def __init__(self, provider: TracerProvider) -> None:
        self._spans = Spans(provider)
        self.watch = ProviderCalls(self._spans)
        self.interceptors = (TemporalTracing(self._spans),)
        self.log_processors = (name_trace,)

    def requests(self, app: Any) -> Any:  # noqa: ANN401 - as in Tracing
        return TracedRequests(app, self._spans)

    def intake(self, database: Database, placer: Placer) -> Intake:
        return TracedIntake(database, placer, self._spans)

    def conversations(self, conversations: Conversations) -> Conversations:
        return TracedConversations(conversations, self._spans)
