"""Log lines say to which trace they belong."""

from opentelemetry.trace import format_span_id, format_trace_id
from structlog.typing import EventDict, WrappedLogger

from runtime.tracing.spans import current


def name_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor."""
    span = current()
    if not span.is_valid:
        return event
    ids = {"trace_id": format_trace_id(span.trace_id), "span_id": format_span_id(span.span_id)}
    return {**event, **ids}
