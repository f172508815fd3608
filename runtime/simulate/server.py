"""A Temporal server whose workflows each have a clock of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.testing import WorkflowEnvironment

from runtime.embedded import temporal
from runtime.temporal import DATA_CONVERTER
from workflows import search_attributes


@asynccontextmanager
async def time_skipping(log_level: str = "error") -> AsyncIterator[WorkflowEnvironment]:
    """The real server, in memory; time passes for a workflow when somebody says so."""
    settings = {
        **temporal.DYNAMIC_CONFIG,
        "frontend.WorkflowTimeSkippingEnabled": "true",
        "history.timerProcessorMaxTimeShift": '"20ms"',
    }
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=temporal.program(),
        data_converter=DATA_CONVERTER,
        dev_server_extra_args=[
            *temporal.flags("--dynamic-config-value", settings),
            *temporal.flags("--search-attribute", search_attributes.ALL),
            *("--output", "none"),
        ],
        dev_server_log_level=log_level,
    ) as environment:
        yield environment
