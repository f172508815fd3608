"""What operators watch: counted from the database, and from what happens."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from application.gauges import Gauges
from application.reconcile import OVERLAP
from domain.conversations import State
from domain.effects import Trigger
from domain.errors import InvalidSignature
from domain.ids import new_id
from domain.messages import DeliveryStatus, Receipt, StatusReported
from domain.ports import CloseRequest, Projection
from domain.presences import BasePresence
from storage.agent_presences import AgentPresences
from storage.attendances import Attendances
from storage.figures import Figures
from storage.watermarks import Watermarks
from tests.fakes import FakeChannel
from tests.shop import Shop, a_message, a_webhook, an_outbound


def shown(name: str, **labels: str) -> float | None:
    """What a scrape would find."""
    return REGISTRY.get_sample_value(name, labels)


class Since:
    """How much a series has grown; other tests count in the same process."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = name, labels
        self._before = shown(name, **labels) or 0.0

    @property
    def grown(self) -> float:
        return (shown(self._name, **self._labels) or 0.0) - self._before


@pytest.fixture
def gauges(shop: Shop) -> Gauges:
    return Gauges(Figures(shop.database), Attendances(shop.database))


async def backdate_webhook(shop: Shop, age: timedelta) -> None:
    await shop.database.execute(
        "UPDATE accounts SET last_webhook_at = now() - %(age)s::interval", {"age": age}
    )


async def test_the_length_of_a_queue_is_its_open_conversations(shop: Shop, gauges: Gauges) -> None:
    await gauges.sample()
    assert shown("holdfast_running_conversations", queue="Shop", state="open") == 0

    await shop.hears_from("whatsapp:+4915100000001")
    taken = await shop.hears_from("whatsapp:+4915100000002")
    await shop.assign(taken.conversation_id, shop.ann)
    await gauges.sample()

    assert shown("holdfast_running_conversations", queue="Shop", state="open") == 1
    assert shown("holdfast_running_conversations", queue="Shop", state="active") == 1


async def test_agents_who_are_connected_are_counted_by_presence(shop: Shop, gauges: Gauges) -> None:
    await gauges.sample()
    assert shown("holdfast_agents", presence="available") == 0

    await shop.database.execute("INSERT INTO agent_presences (agent_id) SELECT agent_id FROM agents")
    await AgentPresences(shop.database).impose(shop.ann.agent_id, BasePresence.INACTIVE)
    await gauges.sample()

    there = [shown("holdfast_agents", presence=each) for each in ("available", "inactive", "away")]
    assert there == [3, 1, 0]


async def test_what_is_gone_is_not_shown_with_its_last_value(shop: Shop, gauges: Gauges) -> None:
    conversation = await shop.hears()
    await shop.assign(conversation.conversation_id, shop.ann)
    await gauges.sample()
    await shop.database.execute("UPDATE conversations SET state = 'closed', closed_at = now()")
    await gauges.sample()

    assert shown("holdfast_running_conversations", queue="Shop", state="active") is None


async def test_doubts_are_counted_while_they_are_open(shop: Shop, gauges: Gauges) -> None:
    message_id = await an_outbound(shop, await shop.hears())
    await shop.parts.outbox.claim(message_id)
    await shop.parts.outbox.doubtful(message_id)
    await gauges.sample()
    assert shown("holdfast_doubtful_deliveries") == 1

    await shop.parts.outbox.accepted(message_id, Receipt(provider_message_id="SM1"))
    await gauges.sample()
    assert shown("holdfast_doubtful_deliveries") == 0


async def test_silence_of_an_account_is_the_time_since_its_last_webhook(
    shop: Shop, gauges: Gauges, channel: FakeChannel
) -> None:
    account_id = str(shop.account.account_id)
    await backdate_webhook(shop, timedelta(hours=2))
    await gauges.sample()
    silence = shown("holdfast_webhook_silence_seconds", account_id=account_id)
    assert silence == pytest.approx(7200, abs=60)

    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(a_message(1)))
    await gauges.sample()
    silence = shown("holdfast_webhook_silence_seconds", account_id=account_id)
    assert silence == pytest.approx(0, abs=60)


async def test_an_account_in_trouble_is_shown_until_it_is_repaired(shop: Shop, gauges: Gauges) -> None:
    account_id = shop.account.account_id
    await shop.accounts.report_error(account_id, "Refused.")
    await gauges.sample()
    assert shown("holdfast_account_troubled", account_id=str(account_id)) == 1

    await shop.accounts.report_success(account_id)
    await gauges.sample()
    assert shown("holdfast_account_troubled", account_id=str(account_id)) == 0


async def test_answers_are_timed_by_what_became_of_them(shop: Shop, channel: FakeChannel) -> None:
    name = "holdfast_webhook_answer_seconds_count"
    taken = Since(name, channel="whatsapp", result="taken")
    refused = Since(name, channel="whatsapp", result="refused")
    repeated = Since("holdfast_messages_received_total", channel="whatsapp", outcome="repeated")
    intake = shop.parts.engine.intake

    for _ in range(2):
        await intake.receive(shop.account.account_id, channel, a_webhook(a_message(1)))
    with pytest.raises(InvalidSignature):
        await intake.receive(uuid4(), channel, a_webhook(a_message(2)))

    assert (taken.grown, refused.grown, repeated.grown) == (2, 1, 1)


async def test_deliveries_are_counted_by_what_became_of_them(shop: Shop, channel: FakeChannel) -> None:
    accepted, failed, read = (
        Since("holdfast_deliveries_total", status=status) for status in ("accepted", "failed", "read")
    )
    retried = Since("holdfast_delivery_retries_total", code="rate_limited")
    conversation = await shop.hears()
    first, second = [await an_outbound(shop, conversation) for _ in range(2)]
    outbox = shop.parts.outbox
    await outbox.claim(first)
    await outbox.not_taken(first, code="rate_limited", reason="Too fast.")
    await outbox.accepted(first, Receipt(provider_message_id="SM1"))
    await outbox.failed(second, code="content_rejected", reason="No.")
    report = StatusReported(provider_message_id="SM1", status=DeliveryStatus.READ)
    await shop.parts.engine.intake.receive(shop.account.account_id, channel, a_webhook(report))

    assert (accepted.grown, failed.grown, read.grown, retried.grown) == (1, 1, 1, 1)


async def test_ends_of_service_windows_and_of_conversations_are_counted(shop: Shop) -> None:
    windows = Since("holdfast_announcements_total", trigger="window_closed")
    closed = Since("holdfast_conversations_closed_total", reason="auto_close")
    expired = Since("holdfast_deliveries_total", status="expired")
    view = await shop.hears()
    projection = Projection(
        conversation_id=view.conversation_id,
        revision=1,
        state=State.TEMPLATE_ONLY,
        at=view.opened_at,
        announcements=(Trigger.WINDOW_CLOSED,),
        settled={new_id(): DeliveryStatus.EXPIRED},
    )
    request = CloseRequest(
        conversation_id=view.conversation_id, handled=1, at=view.opened_at, reason="auto_close"
    )
    await shop.parts.read_model.project(projection)
    assert not await shop.parts.read_model.close(request.model_copy(update={"handled": 0}))
    assert await shop.parts.read_model.close(request)

    assert (windows.grown, closed.grown, expired.grown) == (1, 1, 1)


async def test_messages_that_no_webhook_brought_ring_the_alarm(
    shop: Shop, channel: FakeChannel
) -> None:
    lost = Since("holdfast_recovered_messages_total", account_id=str(shop.account.account_id))
    await shop.parts.reconciler.reconcile(shop.account.account_id)
    assert lost.grown == 0
    channel.received = [a_message(1), a_message(2)]
    await shop.parts.reconciler.reconcile(shop.account.account_id)
    await shop.parts.reconciler.reconcile(shop.account.account_id)

    assert lost.grown == 2


async def test_how_far_reconciling_is_behind_is_seen(shop: Shop, gauges: Gauges) -> None:
    account_id = str(shop.account.account_id)
    await gauges.sample()
    assert shown("holdfast_reconciliation_behind_seconds", account_id=account_id) is None

    marks, endpoint_id = Watermarks(shop.database), shop.endpoint.endpoint_id
    await marks.set(endpoint_id, datetime.now(UTC) - timedelta(hours=2))
    await gauges.sample()
    behind = shown("holdfast_reconciliation_behind_seconds", account_id=account_id)
    assert behind == pytest.approx((timedelta(hours=2) - OVERLAP).total_seconds(), abs=30)

    await shop.parts.reconciler.reconcile(shop.account.account_id)
    await gauges.sample()
    behind = shown("holdfast_reconciliation_behind_seconds", account_id=account_id)
    assert behind == pytest.approx(0, abs=30)
