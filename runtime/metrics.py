"""The worker's metrics on the worker's own ports; those of the API are one of its routes."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from prometheus_client import start_http_server
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from domain.errors import ConfigurationError
from runtime.settings import Settings
from workflows.lateness import LATENESS

_BUCKETS: Final[Mapping[str, Sequence[float]]] = {
    LATENESS: (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600, 86400),
}


def sdk_telemetry(settings: Settings) -> Runtime | None:
    """A runtime that shows the SDK's metrics to Prometheus; None when the port is 0."""
    if settings.worker_metrics_port == 0:
        return None
    exposed = PrometheusConfig(
        bind_address=f"{settings.worker_metrics_host}:{settings.worker_metrics_port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=_BUCKETS,
    )
    return Runtime(telemetry=TelemetryConfig(metrics=exposed))


@contextlib.contextmanager
def exposed(settings: Settings) -> Iterator[None]:
    """Our own metrics, on a port beside the SDK's: its server is in Rust and shows only its own."""
    port = settings.app_metrics_port
    if port == 0:
        yield
        return
    try:
        server, thread = start_http_server(port, settings.worker_metrics_host)
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} is taken. Set HOLDFAST_WORKER_APP_METRICS_PORT to a free port, or to 0."
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
