"""Where spans go: in batches, from a thread of their own, to what the OTEL_ variables name."""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from domain.errors import ConfigurationError

LAST_SPANS: Final = 3.0
"""Seconds that spans still unsent get when the process ends: it must not wait for a dead collector."""

_QUIET: Final = {
    "opentelemetry.exporter": logging.ERROR,  # a line for each lost batch, not for each attempt at it
    "opentelemetry.util.re": logging.CRITICAL,  # it repeats mistyped headers, which hold a secret
}


@contextlib.contextmanager
def exporting(process: str, build_id: str) -> Iterator[TracerProvider]:
    """A provider of this process. Never made global: libraries would find it and tell what they like.

    Its queue is bounded; what does not fit, or cannot be sent, is lost and nothing else happens.
    """
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    provider = _provider(resource(process, build_id))
    try:
        yield provider
    finally:
        ending = threading.Thread(target=provider.shutdown, daemon=True, name="last spans")
        ending.start()
        ending.join(LAST_SPANS)


def _provider(told_by: Resource) -> TracerProvider:
    try:
        provider = TracerProvider(resource=told_by, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    except ValueError as error:
        raise ConfigurationError(f"An OTEL_ variable cannot be used: {error}") from error
    return provider


def resource(process: str, build_id: str) -> Resource:
    """Who tells it. What the operator named by OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES counts."""
    ours = {
        "service.namespace": "holdfast",
        "service.name": f"holdfast-{process}",
        "service.version": build_id,
        "holdfast.process": process,
    }
    theirs = {pair.partition("=")[0].strip() for pair in _told("OTEL_RESOURCE_ATTRIBUTES").split(",")}
    if _told("OTEL_SERVICE_NAME"):
        theirs.add("service.name")
    return Resource.create({name: value for name, value in ours.items() if name not in theirs})


def _told(name: str) -> str:
    return os.environ.get(name, "")
