"""Traces are off unless asked for, and harmless when nobody takes them."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.app import create_app
from domain.errors import ConfigurationError
from runtime import telemetry
from runtime.telemetry import OFF
from runtime.tracing.exporting import LAST_SPANS
from runtime.tracing.weaving import WovenTracing
from tests.contract.scripted_server import Answer, ScriptedServer, scripted_server

ROOT = Path(__file__).parents[2]
VARIABLES = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SDK_DISABLED",
    "OTEL_SERVICE_NAME",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Neither the environment nor the `.env` of whoever runs the tests."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")  # to be put back, whatever the file says
    monkeypatch.chdir(tmp_path)
    return monkeypatch


# -- on and off ------------------------------------------------------------------------------------


def test_without_an_endpoint_nothing_of_it_is_imported_by_any_process() -> None:
    program = (
        "import sys, worker, runtime.cli, api.app, console.app;"
        "print([m for m in sys.modules if m.startswith("
        "('opentelemetry.sdk', 'opentelemetry.exporter', 'runtime.tracing'))])"
    )
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "changes",
    [
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_it_is_off_unless_asked_for(nothing_set: pytest.MonkeyPatch, changes: dict[str, str]) -> None:
    wanted = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", **changes}
    for name, value in wanted.items():
        nothing_set.setenv(name, value)

    with telemetry.tracing("api", "b1") as tracing:
        assert tracing is OFF


def test_off_temporal_gets_no_header_and_logs_no_field() -> None:
    app = object()

    assert (tuple(OFF.interceptors), tuple(OFF.log_processors)) == ((), ())
    assert OFF.requests(app) is app


def test_the_endpoint_may_be_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9\n")

    with telemetry.tracing("api", "b1") as tracing:
        assert isinstance(tracing, WovenTracing)


def test_a_variable_that_cannot_be_used_is_refused_in_one_sentence(
    nothing_set: pytest.MonkeyPatch,
) -> None:
    nothing_set.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    nothing_set.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")

    with pytest.raises(ConfigurationError, match="queue_size"), telemetry.tracing("api", "b1"):
        pass


def test_mistyped_headers_are_not_repeated(
    nothing_set: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nothing_set.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    nothing_set.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key: ochre-secret")

    with telemetry.tracing("api", "b1"):
        pass

    assert "ochre" not in caplog.text


def test_a_protocol_that_is_not_spoken_is_refused(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    nothing_set.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")

    with pytest.raises(ConfigurationError, match="4318"), telemetry.tracing("api", "b1"):
        pass


async def test_fastapi_exports_nothing_of_its_own(nothing_set: pytest.MonkeyPatch) -> None:
    nothing_set.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    nothing_set.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")

    @contextlib.asynccontextmanager
    async def no_services() -> AsyncIterator[Any]:
        yield None

    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(messages)

    async def send(_message: Any) -> None:
        pass

    await create_app(no_services)({"type": "lifespan", "state": {}}, receive, send)

    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


# -- where spans go --------------------------------------------------------------------------------


async def exported_by(server: ScriptedServer) -> ExportTraceServiceRequest:
    """What the collector got from a process that did one thing."""
    server.script = lambda _: Answer(200)

    def work() -> None:
        with telemetry.tracing("worker", "b1") as tracing, tracing.watch("GET", "h", "/v1/Things"):
            pass

    await asyncio.to_thread(work)
    return ExportTraceServiceRequest.FromString(b"".join(each.body for each in server.requests))


@pytest.fixture
async def collector(nothing_set: pytest.MonkeyPatch) -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        nothing_set.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.url)
        yield server


async def test_spans_reach_the_collector_with_the_name_of_the_process(
    collector: ScriptedServer,
) -> None:
    told = (await exported_by(collector)).resource_spans[0]
    facts = {each.key: each.value.string_value for each in told.resource.attributes}

    assert collector.requests[0].path == "/v1/traces"
    assert [span.name for span in told.scope_spans[0].spans] == ["GET /v1/Things"]
    assert facts["service.name"] == "holdfast-worker"
    assert (facts["service.version"], facts["holdfast.process"]) == ("b1", "worker")


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_SERVICE_NAME", "desk"), ("OTEL_RESOURCE_ATTRIBUTES", "a=b,service.name=desk")],
)
async def test_the_operator_s_name_for_the_service_counts(
    collector: ScriptedServer, nothing_set: pytest.MonkeyPatch, name: str, value: str
) -> None:
    nothing_set.setenv(name, value)
    told = (await exported_by(collector)).resource_spans[0]

    assert {each.value.string_value for each in told.resource.attributes if "name" in each.key} >= {
        "desk"
    }


async def test_the_operator_s_sampler_counts(
    collector: ScriptedServer, nothing_set: pytest.MonkeyPatch
) -> None:
    nothing_set.setenv("OTEL_TRACES_SAMPLER", "always_off")

    assert not (await exported_by(collector)).resource_spans


AGES = 20 * LAST_SPANS
"""Seconds that only what waits for the collector takes, however busy the machine is."""


async def test_a_collector_that_does_not_answer_holds_up_neither_work_nor_end(
    collector: ScriptedServer,
) -> None:
    collector.script = lambda _: Answer(200, delay=AGES)
    began = time.monotonic()

    def work() -> float:
        with telemetry.tracing("worker", "b1") as tracing:
            for _ in range(5_000):  # more than the queue takes
                with tracing.watch("GET", "h", ""):
                    pass
            return time.monotonic() - began

    assert await asyncio.to_thread(work) < AGES / 2
    assert time.monotonic() - began < AGES
