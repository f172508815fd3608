"""The connection to Temporal: one data converter for client, worker, tests and replay."""

from datetime import timedelta
from typing import Final

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from domain.errors import Unavailable
from runtime.settings import Settings

DATA_CONVERTER: Final = pydantic_data_converter
_ANSWER_WITHIN: Final = timedelta(seconds=2)


def telemetry(settings: Settings) -> Runtime | None:
    """A runtime that shows the SDK's metrics to Prometheus; None when the port is 0."""
    if settings.worker_metrics_port == 0:
        return None
    exposed = PrometheusConfig(
        bind_address=f"127.0.0.1:{settings.worker_metrics_port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    return Runtime(telemetry=TelemetryConfig(metrics=exposed))


async def connect(settings: Settings, *, lazy: bool = False, runtime: Runtime | None = None) -> Client:
    """A client; `lazy` puts the first connection off, so the API starts while Temporal is down.

    A named profile (TLS, API key, Temporal Cloud) is read by Temporal's own configuration,
    https://docs.temporal.io/develop/environment-configuration; without one the address and the
    namespace of our settings count.
    """
    if settings.temporal_profile:
        profile = ClientConfig.load_client_connect_config(profile=settings.temporal_profile)
        return await Client.connect(
            **profile, data_converter=DATA_CONVERTER, lazy=lazy, runtime=runtime
        )
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=DATA_CONVERTER,
        lazy=lazy,
        runtime=runtime,
    )


async def check(client: Client) -> None:
    """Raise unless the server answers that it serves."""
    if not await client.service_client.check_health(timeout=_ANSWER_WITHIN):
        raise Unavailable("Temporal does not serve.")
