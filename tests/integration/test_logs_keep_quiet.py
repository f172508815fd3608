"""A conversation from webhook to phone, at the noisiest log level: no line tells what was said."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from temporalio.testing import WorkflowEnvironment

from runtime.logging import configure
from runtime.settings import LogFormat
from tests.contract.simulated_twilio import Simulator
from tests.integration.story import SAID, private, simulated, tell
from tests.whole import Whole, running


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated() as simulator:
        yield simulator


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """Everything that is logged, by us and by libraries."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    configure("DEBUG", LogFormat.JSON, stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
async def whole(
    output: io.StringIO,
    temporal_dev_server: WorkflowEnvironment,
    database_url: str,
    tmp_path: Path,
    simulator: Simulator,
) -> AsyncIterator[Whole]:
    async with running(temporal_dev_server, database_url, tmp_path, simulator) as whole:
        yield whole


@pytest.fixture
async def told(whole: Whole, simulator: Simulator, output: io.StringIO) -> dict[str, Any]:
    """The whole story; what it is about."""
    conversation = await tell(whole, simulator)
    return {
        "conversation_id": conversation["conversation_id"],
        "account_id": whole.account_id,
        "private": private(whole),
    }


async def test_inv9_no_line_on_a_message_s_whole_way_tells_what_was_said_or_by_whom(
    told: dict[str, Any], output: io.StringIO
) -> None:
    lines = output.getvalue().splitlines()
    assert len(lines) > 30
    assert [line for line in lines if any(marker in line for marker in told["private"])] == []


async def test_lines_name_the_conversation_and_the_account_they_are_about(
    told: dict[str, Any], output: io.StringIO
) -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in output.getvalue().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    webhooks = [line for line in requests if str(line["route"]).startswith("/webhooks/")]
    stored = [line for line in webhooks if line.get("conversation_id")]
    agents = [line for line in requests if "/conversations/{conversation_id}" in str(line["route"])]
    deliveries = [line for line in lines if line.get("activity") == "deliver_message"]

    assert {line["account_id"] for line in webhooks} == {told["account_id"]}
    assert {line["conversation_id"] for line in stored} == {told["conversation_id"]}
    assert len(stored) == 3  # two messages and a repetition; a status report opens no conversation
    assert {line.get("conversation_id") for line in agents} == {told["conversation_id"], None}
    assert {line["conversation_id"] for line in deliveries} == {told["conversation_id"]}
    assert told["account_id"] in {line.get("account_id") for line in deliveries}
    assert all(line["attempt"] for line in deliveries)
    assert all(line.get("account_id") != SAID["cursor"] for line in lines)
