"""A worker's two pages of metrics, as Prometheus would read them."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime

import httpx2
import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain import commands
from domain.conversations import State
from domain.errors import ConfigurationError
from runtime import metrics
from runtime.settings import Settings
from runtime.simulate.server import time_skipping
from runtime.temporal import DATA_CONVERTER
from tests.dashboards import SDK_METRICS
from tests.workflows.story import Story, telling


def a_free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


async def page(port: int) -> str:
    async with httpx2.AsyncClient(timeout=5) as client:
        return (await client.get(f"http://127.0.0.1:{port}/metrics")).text


@pytest.fixture
def settings() -> Settings:
    return Settings(worker_metrics_port=a_free_port(), worker_app_metrics_port=a_free_port())


@pytest.fixture
async def server() -> AsyncIterator[WorkflowEnvironment]:
    async with time_skipping() as environment:
        yield environment


@pytest.fixture
async def story(server: WorkflowEnvironment, settings: Settings) -> AsyncIterator[Story]:
    """A conversation on a worker that tells its metrics, until its service window is over."""
    client = await Client.connect(
        server.client.service_client.config.target_host,
        runtime=metrics.sdk_telemetry(settings),
        data_converter=DATA_CONVERTER,
    )
    async with telling(server, client, opened_at=datetime.now(UTC)) as story:
        await story.customer_writes()
        await story.order(commands.Pick)
        await story.pass_time(hours=25)
        await story.until_state(State.TEMPLATE_ONLY)
        yield story


async def test_the_sdk_shows_every_metric_that_dashboard_and_alerts_ask_for(
    story: Story, settings: Settings
) -> None:
    text = await page(settings.worker_metrics_port)
    series = [re.findall(r"^(\w+)\{(.*)\} ", line) for line in text.splitlines() if line[0] != "#"]
    labels = {name: set(re.findall(r'(\w+)="', body)) for [(name, body)] in series}

    assert {name for name in SDK_METRICS if name not in labels} == set()
    assert {name for name, needed in SDK_METRICS.items() if not needed <= labels[name]} == set()
    assert 'worker_type="WorkflowWorker"' in text


async def test_a_timer_tells_how_late_it_was_and_whose_it_was_not(
    story: Story, settings: Settings
) -> None:
    text = await page(settings.worker_metrics_port)
    lateness = [line for line in text.splitlines() if "lateness_seconds_count" in line]
    sums = [line for line in text.splitlines() if "lateness_seconds_sum" in line]

    assert len(lateness) == len(sums) == 2
    assert {re.findall(r'deadline="(\w+)"', line)[0] for line in lateness} == {
        "service_window",
        "window_reminder",
    }
    assert {line.split()[-1] for line in lateness} == {"1"}
    assert all(float(line.split()[-1]) < 5 for line in sums)  # time was skipped, not slept through
    assert str(story.start.conversation_id) not in text


async def test_our_own_metrics_have_a_page_beside_the_sdk_s(settings: Settings) -> None:
    with metrics.exposed(settings):
        assert "holdfast_dispatch_lag_seconds" in await page(settings.worker_app_metrics_port)
    with pytest.raises(httpx2.ConnectError):
        await page(settings.worker_app_metrics_port)


async def test_a_port_that_is_taken_is_named(settings: Settings) -> None:
    taken = await asyncio.start_server(
        lambda _reader, writer: writer.close(), "127.0.0.1", settings.worker_app_metrics_port
    )
    async with taken:
        with (
            pytest.raises(ConfigurationError, match="HOLDFAST_WORKER_APP_METRICS_PORT"),
            metrics.exposed(settings),
        ):
            pass


async def test_a_worker_without_metrics_opens_no_port() -> None:
    silent = Settings(worker_metrics_port=0, worker_app_metrics_port=a_free_port())

    with metrics.exposed(silent):
        assert metrics.sdk_telemetry(silent) is None
        with pytest.raises(httpx2.ConnectError):
            await page(silent.worker_app_metrics_port)
