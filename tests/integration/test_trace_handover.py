"""A message's trace goes on in whatever process dispatches it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.contrib.pydantic import pydantic_data_converter

from application.dispatch import Dispatcher
from domain.ids import ConversationId
from runtime.tracing.weaving import WovenTracing
from storage.beginnings import NoRules
from storage.mailbox import Mailbox, PendingItem
from tests.shop import NUMBER, Shop, a_message
from workflows.run import MailBatch

AT_ONCE = timedelta()


@dataclass
class Process:
    """What one process traces."""

    tracing: WovenTracing
    exporter: InMemorySpanExporter

    def seen(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]

    async def takes_in(self, shop: Shop, number: int) -> ConversationId:
        intake = self.tracing.intake(shop.database, NoRules())
        endpoint = await intake.endpoint(shop.account.account_id, NUMBER)
        assert endpoint is not None
        return (await intake.receive(endpoint, a_message(number), None)).conversation_id

    async def sweeps(self, shop: Shop) -> None:
        traced = self.tracing.conversations(shop.conversations)
        dispatcher = Dispatcher(Mailbox(shop.database), traced, {})
        async with dispatcher.running(workers=1):
            await dispatcher.sweep(AT_ONCE)
            await dispatcher.idle()


def a_process() -> Process:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Process(WovenTracing(provider), exporter)


@pytest.fixture
def died() -> Process:
    return a_process()


@pytest.fixture
def living() -> Process:
    return a_process()


async def test_a_message_that_another_process_dispatches_stays_in_its_trace(
    shop: Shop, died: Process, living: Process
) -> None:
    await died.takes_in(shop, 1)
    await died.takes_in(shop, 2)  # and ends, before it could dispatch either
    await living.sweeps(shop)

    first, second = (span.get_span_context() for span in died.seen("intake"))
    [dispatch] = living.seen("dispatch")
    assert dispatch.parent is not None
    assert (dispatch.parent.trace_id, dispatch.parent.span_id) == (first.trace_id, first.span_id)
    assert [link.context.span_id for link in dispatch.links] == [second.span_id]


async def test_what_nobody_traced_begins_a_trace_of_its_own(shop: Shop, living: Process) -> None:
    await shop.hears()
    await living.sweeps(shop)

    [dispatch] = living.seen("dispatch")
    assert dispatch.parent is None
    assert not dispatch.links


async def test_inv9_temporal_is_not_told_where_mail_came_from(shop: Shop, died: Process) -> None:
    mail = await Mailbox(shop.database).pending(await died.takes_in(shop, 1))
    assert mail is not None
    assert [bool(item.traceparent) for item in mail.items if isinstance(item, PendingItem)] == [True]

    [payload] = await pydantic_data_converter.encode([MailBatch(items=mail.items)])
    assert b"customer_wrote" in payload.data
    assert b"traceparent" not in payload.data
