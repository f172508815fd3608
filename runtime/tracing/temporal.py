"""Spans for what Temporal is asked and for activities; the trace travels in headers."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from opentelemetry.trace import Span, SpanKind
from opentelemetry.util.types import AttributeValue
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Interceptor as ClientInterceptor,
)
from temporalio.client import (
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)
from temporalio.worker import (
    Interceptor as WorkerInterceptor,
)

from runtime.logging import conversation_of
from runtime.tracing.in_workflow import (
    HEADER,
    LINK,
    PARENT,
    POINT,
    TracedWorkflow,
    carrier_in,
    payload_of,
)
from runtime.tracing.spans import CONVERSATION, MESSAGE, Spans, carrier_of, context_of, remote


class TemporalTracing(ClientInterceptor, WorkerInterceptor):
    """For a client, and with it for its workers.

    Our own instead of the SDK's: that one puts all that happens in a conversation, for days, into
    the trace of its first message, and tells errors with their words.
    """

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Asking(next, self._spans)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Doing(next, self._spans)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002
    ) -> type[WorkflowInboundInterceptor]:
        make: Callable[..., Any] = self._spans.point
        input.unsafe_extern_functions[POINT] = make
        return TracedWorkflow


class _Asking(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, spans: Spans) -> None:  # noqa: A002
        super().__init__(next)
        self._spans = spans

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        verb = f"signal {input.start_signal} with start" if input.start_signal else "start"
        with self._span(f"{verb} {input.workflow}", input.id):
            input.headers = _headed(input.headers)
            return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        with self._span(f"signal {input.signal}", input.id):
            input.headers = _headed(input.headers)
            await super().signal_workflow(input)

    async def start_workflow_update(
        self,
        input: StartWorkflowUpdateInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        with self._span(f"update {input.update}", input.id) as span:
            message_id = getattr(input.args[0], "message_id", None) if input.args else None
            if isinstance(message_id, UUID):
                span.set_attribute(MESSAGE, str(message_id))
            input.headers = _headed(input.headers)
            return await super().start_workflow_update(input)

    def _span(self, name: str, workflow_id: str) -> AbstractContextManager[Span]:
        return self._spans.span(name, SpanKind.CLIENT, _about(workflow_id))


class _Doing(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, spans: Spans) -> None:  # noqa: A002
        super().__init__(next)
        self._spans = spans

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        info = activity.info()
        carrier = carrier_in(input.headers)
        told = {
            **_about(info.workflow_id or ""),
            "temporalRunID": info.workflow_run_id or "",
            "holdfast.attempt": info.attempt,
        }
        with self._spans.span(
            f"activity {info.activity_type}",
            SpanKind.CONSUMER,
            told,
            parent=context_of(carrier),
            links=remote({PARENT: carrier.get(LINK, "")}),
        ):
            return await super().execute_activity(input)


def _headed(headers: Mapping[str, Payload]) -> Mapping[str, Payload]:
    return {**headers, HEADER: payload_of(carrier_of())}


def _about(workflow_id: str) -> dict[str, AttributeValue]:
    conversation_id = conversation_of(workflow_id)
    named: dict[str, AttributeValue] = {CONVERSATION: conversation_id} if conversation_id else {}
    return {"temporalWorkflowID": workflow_id, **named}
