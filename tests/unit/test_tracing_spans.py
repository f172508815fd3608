"""Spans name what was done, and tell nothing of what was said or to whom."""

from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.exceptions import ApplicationError

from channels.exchange import Timeouts
from channels.twilio.transport import AccountTransport, TwilioPool
from domain.errors import Unavailable
from runtime.tracing.provider_calls import ProviderCalls, path_template
from runtime.tracing.requests import TracedRequests
from runtime.tracing.spans import Spans, current, kind_of
from tests.contract.scripted_server import Answer, scripted_server

PHONE = "+4915112345678"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Spans:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Spans(provider)


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    [span] = exporter.get_finished_spans()
    return span


# -- requests --------------------------------------------------------------------------------------


async def answered(spans: Spans, path: str, **scope: Any) -> int:
    """A request; whether the app ran inside a span."""
    found = []

    async def app(asked: Any, _receive: Any, send: Any) -> None:
        found.append(current().trace_id)
        asked["route"] = SimpleNamespace(path="/agent/v1/things/{thing_id}")
        await send({"type": "http.response.start", "status": 503})

    async def nothing(*_: Any) -> Any:
        pass

    asked = {"type": "http", "method": "GET", "path": path, "headers": [], **scope}
    await TracedRequests(app, spans)(asked, nothing, nothing)
    return found[0]


async def test_a_request_is_named_by_its_route(spans: Spans, exporter: InMemorySpanExporter) -> None:
    await answered(spans, f"/agent/v1/things/{PHONE}", query_string=PHONE.encode())

    assert only(exporter).name == "GET /agent/v1/things/{thing_id}"
    assert dict(only(exporter).attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 503,
        "error.type": "503",
        "http.route": "/agent/v1/things/{thing_id}",
    }


async def test_a_method_that_nobody_knows_is_not_repeated(
    spans: Spans, exporter: InMemorySpanExporter
) -> None:
    await answered(spans, "/config/v1/x", method="SECRET")

    assert "SECRET" not in only(exporter).to_json()


async def test_a_stranger_s_trace_is_not_believed(spans: Spans) -> None:
    theirs = "0af7651916cd43dd8448eb211c80319c"
    headers = [(b"traceparent", f"00-{theirs}-b7ad6b7169203331-01".encode())]

    assert await answered(spans, "/webhooks/x", headers=headers) not in {0, int(theirs, 16)}


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/agent/static/console.css"])
async def test_health_checks_and_files_of_the_console_are_not_traced(spans: Spans, path: str) -> None:
    assert await answered(spans, path) == 0


# -- calls to providers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/2010-04-01/Accounts/AC0123/Messages.json", "/2010-04-01/Accounts/{}/Messages.json"),
        ("/v2/Channels/Senders/XE01", "/v2/Channels/Senders/{}"),
        (f"/v2/PhoneNumbers/{PHONE}", "/v2/PhoneNumbers/{}"),
        ("/v1/Contents/4915112345678/a%40b.example", "/v1/Contents/{}/{}"),
        ("", ""),
    ],
)
def test_a_path_keeps_its_words_only(path: str, template: str) -> None:
    assert path_template(path) == template


async def test_providers_are_told_nothing_of_the_trace(
    spans: Spans, exporter: InMemorySpanExporter
) -> None:
    async with scripted_server() as server:
        pool = TwilioPool(Timeouts(), origins=frozenset({server.url}), watch=ProviderCalls(spans))
        server.script = lambda _: Answer(200, b"{}")
        await AccountTransport(pool, {}).request("GET", f"{server.url}/Messages.json?To={PHONE}")
        await pool.close()

    assert not {"traceparent", "tracestate", "baggage"} & set(server.requests[0].headers)
    assert only(exporter).name == "GET /Messages.json"
    assert PHONE[1:] not in only(exporter).to_json()


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Unavailable(PHONE), "unavailable"),
        (ApplicationError(PHONE, type="rate_limited"), "rate_limited"),
        (ValueError(PHONE), "ValueError"),
    ],
)
def test_inv9_of_an_error_only_its_kind_is_told(
    spans: Spans, exporter: InMemorySpanExporter, error: Exception, kind: str
) -> None:
    with pytest.raises(type(error)), spans.span("work"):
        raise error

    assert (kind_of(error), only(exporter).status.is_ok) == (kind, False)
    assert dict(only(exporter).attributes or {}) == {"error.type": kind}
    assert PHONE not in only(exporter).to_json()
