"""Spans that never tell what was said: of an error its kind, not its words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TracerProvider,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue
from temporalio.exceptions import ApplicationError

from domain.errors import HoldfastError

Attributes = Mapping[str, AttributeValue]
Carrier = dict[str, str]

CONVERSATION: Final = "holdfast.conversation_id"
MESSAGE: Final = "holdfast.message_id"
NOBODY: Final = Context()
"""As a parent: the span begins a trace."""

_NOTHING: Final[Attributes] = {}
# Without W3C baggage: it would carry along whatever somebody put in.
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Spans:
    """Makes all spans of a process."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("holdfast")

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = _NOTHING,
        *,
        parent: Context | None = None,
        links: Sequence[SpanContext] = (),
    ) -> Iterator[Span]:
        """The current span inside the block. Its parent is the one outside, unless told otherwise."""
        with self._tracer.start_as_current_span(
            name,
            context=parent,
            kind=kind,
            attributes=attributes,
            links=[Link(each) for each in links],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                fail(span, kind_of(error))
                raise

    def point(self, name: str, carrier: Carrier, attributes: Attributes) -> Carrier:
        """A span without duration below the one that `carrier` names; carries on from there."""
        span = self._tracer.start_span(
            name, context_of(carrier), kind=SpanKind.CONSUMER, attributes=attributes
        )
        span.end()
        return carrier_of(span)


def fail(span: Span, kind: str) -> None:
    """Show the span as an error."""
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


def kind_of(error: BaseException) -> str:
    """Our code for it, else its class."""
    if isinstance(error, HoldfastError):
        return error.code
    if isinstance(error, ApplicationError) and error.type:
        return error.type
    return type(error).__name__


def current() -> SpanContext:
    """Of the span that everything here belongs to; not valid when there is none."""
    return get_current_span().get_span_context()


def carrier_of(span: Span | None = None) -> Carrier:
    """What names the span, or the current one, to another process."""
    carrier: Carrier = {}
    _PROPAGATOR.inject(carrier, None if span is None else set_span_in_context(span))
    return carrier


def context_of(carrier: Carrier) -> Context:
    """As a parent: the span that `carrier` names, else nobody."""
    return _PROPAGATOR.extract(carrier, NOBODY)


def remote(carrier: Carrier) -> list[SpanContext]:
    """As a link: the span that `carrier` names, if it names one."""
    found = get_current_span(context_of(carrier)).get_span_context()
    return [found] if found.is_valid else []
