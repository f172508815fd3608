"""A worker of a benchmark's own: `python -m tests.bench.bench_worker conversation|bare ADDRESS QUEUE`.

Both kinds run in the same sandbox with the same limits as the real worker. The conversations' activities
are the real ones, over a world in memory: what they cost in PostgreSQL is measured elsewhere.
"""

import sys
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from runtime.process import run_main
from runtime.temporal import DATA_CONVERTER
from tests.bench.bare_workflow import BareWorkflow, do_nothing
from tests.workflows.world import World
from worker import CACHED_CONVERSATIONS, STICKY_TIMEOUT, told_to_end
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

CONVERSATION, BARE = "conversation", "bare"


async def main(kind: str, address: str, queue: str) -> None:
    """Poll until told to end."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    activities: list[Any] = World().activities() if kind == CONVERSATION else [do_nothing]
    async with Worker(
        client,
        task_queue=queue,
        workflows=[ConversationWorkflow if kind == CONVERSATION else BareWorkflow],
        activities=activities,
        workflow_runner=RUNNER,
        max_cached_workflows=CACHED_CONVERSATIONS,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await told_to_end()


if __name__ == "__main__":
    run_main(main(*sys.argv[1:]))
