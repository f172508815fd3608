"""A worker of a benchmark's own: `python -m tests.bench.bench_worker KIND ADDRESS QUEUE`.

Both kinds run in the same sandbox, with the limits of the real worker. The activities of conversations
are the real ones over a world in memory: what they cost in PostgreSQL is measured elsewhere. The keys
that encrypt payloads come on stdin; a baseline is given none, and does not encrypt.
"""

import sys
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from runtime.process import run_main
from runtime.temporal import DATA_CONVERTER, data_converter
from tests.bench.bare_workflow import BareWorkflow, do_nothing
from tests.workflows.world import World
from worker import CACHED_CONVERSATIONS, STICKY_TIMEOUT, told_to_end
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

CONVERSATION, BARE = "conversation", "bare"


async def main(kind: str, address: str, queue: str) -> None:
    """Poll until told to end."""
    keys = sys.stdin.readline().strip()
    converter = data_converter(keys.split(",")) if keys else DATA_CONVERTER
    client = await Client.connect(address, data_converter=converter)
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
