"""A conversation from webhook to phone, at the noisiest log level: no line tells what was said."""

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from temporalio.testing import WorkflowEnvironment

from runtime.embedded.postgres import PostgresServer
from runtime.logging import configure
from runtime.settings import LogFormat
from tests.databases import Databases
from tests.integration.story import SAID, private, simulated, tell
from tests.whole import running


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, by us and by libraries."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    configure("DEBUG", LogFormat.JSON, stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@dataclass(frozen=True)
class Told:
    """The whole story, what it is about, and what was logged meanwhile."""

    conversation_id: str
    account_id: str
    private: Sequence[str]
    lines: Sequence[str]


@pytest.fixture(scope="module")
async def told(
    temporal_dev_server: WorkflowEnvironment,
    postgres_server: PostgresServer,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Told:
    """Told once, and looked at by every test."""
    database_url = postgres_server.conninfo_of(databases.lend())
    media = tmp_path_factory.mktemp("media")
    with logged() as output, simulated() as simulator:
        async with running(temporal_dev_server, database_url, media, simulator) as whole:
            conversation = await tell(whole, simulator)
            found = conversation["conversation_id"], whole.account_id, private(whole)
    databases.take_back()
    return Told(*found, output.getvalue().splitlines())


async def test_inv9_no_line_on_a_message_s_whole_way_tells_what_was_said_or_by_whom(
    told: Told,
) -> None:
    assert len(told.lines) > 30
    assert [line for line in told.lines if any(marker in line for marker in told.private)] == []


async def test_lines_name_the_conversation_and_the_account_they_are_about(
    told: Told,
) -> None:
    lines: list[dict[str, Any]] = [json.loads(line) for line in told.lines]
    requests = [line for line in lines if line["event"] == "request"]
    webhooks = [line for line in requests if str(line["route"]).startswith("/webhooks/")]
    stored = [line for line in webhooks if line.get("conversation_id")]
    agents = [line for line in requests if "/conversations/{conversation_id}" in str(line["route"])]
    deliveries = [line for line in lines if line.get("activity") == "deliver_message"]

    assert {line["account_id"] for line in webhooks} == {told.account_id}
    assert {line["conversation_id"] for line in stored} == {told.conversation_id}
    assert len(stored) == 3  # two messages and a repetition; a status report opens no conversation
    assert {line.get("conversation_id") for line in agents} == {told.conversation_id, None}
    assert {line["conversation_id"] for line in deliveries} == {told.conversation_id}
    assert told.account_id in {line.get("account_id") for line in deliveries}
    assert all(line["attempt"] for line in deliveries)
    assert all(line.get("account_id") != SAID["cursor"] for line in lines)
