"""A conversation from webhook to phone, traced: what belongs together is together and tells no word."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Interceptor, Replayer

from domain.channels import ChannelName
from domain.ids import ConversationId
from runtime.embedded.postgres import PostgresServer
from runtime.logging import configure
from runtime.settings import LogFormat
from runtime.temporal import connect, data_converter
from runtime.tracing.in_workflow import HEADER
from runtime.tracing.weaving import WovenTracing
from tests.contract.simulated_twilio import Simulator
from tests.databases import Databases
from tests.integration.story import PATIENCE, private, simulated, tell
from tests.whole import Whole, running
from workflows.client import workflow_id
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

WEBHOOK = "POST /webhooks/twilio/{account_id}/messages"
REPLY = "POST /agent/v1/conversations/{conversation_id}/messages"
CALL = "POST /2010-04-01/Accounts/{}/Messages.json"


@dataclass(frozen=True)
class Seen:
    """Everything that was exported, and logged."""

    spans: Sequence[ReadableSpan]
    lines: Sequence[str]
    private: Sequence[str]
    history: WorkflowHistory
    keys: Sequence[str]
    """What the history is sealed with."""

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def way_to(self, span: ReadableSpan) -> list[str]:
        """The names from the beginning of its trace down to it."""
        by_id = {each.context.span_id: each for each in self.spans if each.context}
        way = [span]
        while (parent := way[0].parent) is not None:
            way.insert(0, by_id[parent.span_id])
        return [each.name for each in way]


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def tracing(exporter: InMemorySpanExporter) -> WovenTracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return WovenTracing(provider)


@contextmanager
def logged(tracing: WovenTracing) -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    configure("INFO", LogFormat.JSON, stream, also=tracing.log_processors)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
async def seen(  # noqa: PLR0917 - fixtures
    tracing: WovenTracing,
    exporter: InMemorySpanExporter,
    temporal_dev_server: WorkflowEnvironment,
    postgres_server: PostgresServer,
    databases: Databases,
    media: Path,
) -> Seen:
    """The whole story, seen to its end: told once, and looked at by every test."""
    database_url = postgres_server.conninfo_of(databases.lend())
    with logged(tracing) as output, simulated() as simulator:
        async with running(temporal_dev_server, database_url, media, simulator, tracing) as whole:
            found = await _seen(whole, simulator, exporter, output)
    databases.take_back()
    return found


async def _seen(
    whole: Whole, simulator: Simulator, exporter: InMemorySpanExporter, output: io.StringIO
) -> Seen:
    conversation_id = ConversationId((await tell(whole, simulator))["conversation_id"])
    async with asyncio.timeout(PATIENCE):
        while not is_over(exporter.get_finished_spans()):
            await asyncio.sleep(0.05)
    client = await connect(whole.settings)
    handle = client.get_workflow_handle(workflow_id(conversation_id, ChannelName.WHATSAPP))
    return Seen(
        spans=exporter.get_finished_spans(),
        lines=output.getvalue().splitlines(),
        private=private(whole),
        history=await handle.fetch_history(),
        keys=[key.get_secret_value() for key in whole.settings.secret_keys],
    )


def is_over(spans: Sequence[ReadableSpan]) -> bool:
    """Two replies left, one of them at the second attempt, and a file was asked for."""
    names = [span.name for span in spans]
    return names.count("activity deliver_message") == 3 and "activity copy_media" in names


def test_a_message_is_one_trace_from_its_webhook_to_the_request_that_fetches_its_file(
    seen: Seen,
) -> None:
    fetched = next(span for span in seen.named("GET") if span.attributes)

    assert seen.way_to(fetched) == [
        WEBHOOK,
        "intake",
        "dispatch",
        "signal receive with start Conversation",
        "handle signal receive",
        "activity copy_media",
        "GET",
    ]


def test_a_reply_is_one_trace_from_the_agent_to_each_attempt_at_the_provider(seen: Seen) -> None:
    calls = seen.named(CALL)

    assert len(calls) == 3  # one of them was told to come again
    assert [seen.way_to(call) for call in calls] == [
        [REPLY, "update send", "handle update send", "activity deliver_message", CALL]
    ] * 3
    assert len({call.context.trace_id for call in calls if call.context}) == 2


def test_inv9_no_span_tells_what_was_said_or_by_whom(seen: Seen) -> None:
    told = [span.to_json() for span in seen.spans]

    assert len(told) > 30
    assert [each for each in told if any(marker in each for marker in seen.private)] == []
    assert [span.name for span in seen.spans if span.events or span.status.description] == []


def test_log_lines_name_the_trace_they_belong_to(seen: Seen) -> None:
    lines = [json.loads(line) for line in seen.lines]
    webhooks = [line for line in lines if "/webhooks/" in line.get("route", "")]
    traces = {f"{span.context.trace_id:032x}" for span in seen.named(WEBHOOK) if span.context}

    assert {line["trace_id"] for line in webhooks[:4]} <= traces
    assert all(len(line["span_id"]) == 16 for line in webhooks)


def headers(history: WorkflowHistory) -> list[Payload]:
    """Of the start, of signals, updates and activities."""
    parts = [
        getattr(event, field.name).header.fields
        for event in history.events
        for field, value in event.ListFields()
        if hasattr(value, "header")
    ]
    return [each[HEADER] for each in parts if HEADER in each]


def test_headers_in_temporal_hold_random_numbers_only(seen: Seen) -> None:
    found = [json.loads(each.data) for each in headers(seen.history)]

    assert len(found) > 5
    assert {name for each in found for name in each} == {"traceparent"}


async def test_inv11_a_traced_history_replays_traced_or_not_and_is_not_seen_twice(
    seen: Seen, tracing: WovenTracing, exporter: InMemorySpanExporter
) -> None:
    converter = data_converter(list(seen.keys))
    exporter.clear()
    for interceptors in (tracing.interceptors, ()):
        await Replayer(
            workflows=[ConversationWorkflow],
            data_converter=converter,
            workflow_runner=RUNNER,
            interceptors=[each for each in interceptors if isinstance(each, Interceptor)],
        ).replay_workflow(seen.history)

    assert [each for each in exporter.get_finished_spans() if each.name.startswith("handle")] == []
