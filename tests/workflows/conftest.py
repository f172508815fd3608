"""Time that passes when a test says so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from temporalio.testing import WorkflowEnvironment

from runtime.simulate.server import time_skipping
from tests.workflows.story import Story, telling


@pytest.fixture(scope="session")
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """One server for all; each workflow skips its own time."""
    async with time_skipping() as environment:
        yield environment


@pytest.fixture
async def story(time_skipping_server: WorkflowEnvironment) -> AsyncIterator[Story]:
    """A WhatsApp conversation that begins now."""
    async with telling(time_skipping_server, opened_at=datetime.now(UTC)) as story:
        yield story
