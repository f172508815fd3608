"""The steps of an erasure, repeated until they succeed; and the round that keeps things going."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from activities.erasure import ErasureActivities
from activities.housekeeping import HousekeepingActivities
from activities.retention import RetentionActivities
from domain.errors import Unavailable
from domain.ids import new_id
from runtime.temporal import DATA_CONVERTER
from workflows import policies
from workflows.erasure import ErasureWorkflow
from workflows.erasure_client import TemporalErasures
from workflows.housekeeping import HousekeepingWorkflow
from workflows.sandbox import RUNNER


@dataclass
class FakeEraser:
    """Says how much each call did; stumbles as often as told."""

    batches: deque[int] = field(default_factory=lambda: deque([500, 3]))
    left: deque[int] = field(default_factory=deque)
    stumbles: int = 0
    done: list[str] = field(default_factory=list)

    async def detach(self, erasure_id: UUID) -> None:
        self._do("detach")

    async def close_conversations(self, erasure_id: UUID) -> None:
        self._do("close")

    async def erase_some(self, erasure_id: UUID) -> int:
        self._do("erase")
        return self.batches.popleft() if self.batches else 0

    async def prove(self, erasure_id: UUID) -> int:
        self._do("prove")
        return self.left.popleft() if self.left else 0

    async def give_up(self, erasure_id: UUID) -> None:
        self._do("give up")

    async def resume(self) -> int:
        self._do("resume")
        return 2

    def _do(self, what: str) -> None:
        if self.stumbles:
            self.stumbles -= 1
            raise Unavailable("The database does not answer.")
        self.done.append(what)


@dataclass
class FakeRetention:
    """A few batches are due."""

    batches: deque[int] = field(default_factory=lambda: deque([500, 20]))

    async def expire_some(self) -> int:
        return self.batches.popleft() if self.batches else 0


class FakeHousekeeper:
    """Tidies."""

    async def tidy(self) -> dict[str, int]:
        return {"sessions": 1}


@asynccontextmanager
async def working(
    server: WorkflowEnvironment, eraser: FakeEraser, workflows: Sequence[type] = ()
) -> AsyncIterator[str]:
    """A worker; its task queue."""
    queue = f"test-{uuid4()}"
    erasure = ErasureActivities(eraser)
    activities: list[Any] = [
        erasure.detach_contact,
        erasure.close_conversations_of_contact,
        erasure.erase_some,
        erasure.prove_erasure,
        erasure.give_up_erasure,
        erasure.resume_erasures,
        RetentionActivities(FakeRetention()).expire_some,
        HousekeepingActivities(FakeHousekeeper()).tidy_up,
    ]
    async with Worker(
        server.client,
        task_queue=queue,
        workflows=workflows or [ErasureWorkflow, HousekeepingWorkflow],
        activities=activities,
        workflow_runner=RUNNER,
    ):
        yield queue


async def erase(server: WorkflowEnvironment, eraser: FakeEraser) -> None:
    """To the end; the pauses are skipped."""
    async with working(server, eraser) as queue:
        erasure_id = new_id()
        assert await TemporalErasures(server.client, task_queue=queue).start(erasure_id)
        await server.client.get_workflow_handle(f"erasure/{erasure_id}").result()


async def test_a_person_is_detached_then_erased_then_searched_for(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    eraser = FakeEraser()
    await erase(time_skipping_server, eraser)

    assert eraser.done == ["detach", "close", "erase", "erase", "erase", "prove"]


async def test_steps_that_fail_are_repeated(time_skipping_server: WorkflowEnvironment) -> None:
    eraser = FakeEraser(stumbles=3)
    await erase(time_skipping_server, eraser)

    assert eraser.done[-1] == "prove"
    assert eraser.stumbles == 0


async def test_what_was_found_again_is_erased_again(time_skipping_server: WorkflowEnvironment) -> None:
    eraser = FakeEraser(left=deque([4]))
    await erase(time_skipping_server, eraser)

    assert eraser.done[-3:] == ["prove", "erase", "prove"]


async def test_what_is_found_again_and_again_is_told_to_an_admin(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    eraser = FakeEraser(left=deque([1] * 10))
    await erase(time_skipping_server, eraser)

    assert eraser.done.count("prove") == policies.ERASURE_ROUNDS
    assert eraser.done[-1] == "give up"


async def test_starting_what_runs_already_changes_nothing(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    eraser = FakeEraser()
    async with working(time_skipping_server, eraser) as queue:
        erasures, erasure_id = TemporalErasures(time_skipping_server.client, task_queue=queue), new_id()
        assert [await erasures.start(erasure_id) for _ in range(2)] == [True, True]
        await time_skipping_server.client.get_workflow_handle(f"erasure/{erasure_id}").result()

    assert eraser.done.count("prove") == 1


async def test_the_hourly_round_expires_and_resumes(time_skipping_server: WorkflowEnvironment) -> None:
    eraser = FakeEraser()
    async with working(time_skipping_server, eraser) as queue:
        forgotten = await time_skipping_server.client.execute_workflow(
            HousekeepingWorkflow.run, id=f"tidy-{uuid4()}", task_queue=queue
        )

    assert forgotten == {"sessions": 1, "resumed_erasures": 2, "contents": 520}


@workflow.defn(name="Housekeeping", sandboxed=False)
class EarlierHousekeeping:
    """The round as it was before there was anything to expire."""

    @workflow.run
    async def run(self) -> dict[str, int]:
        return await workflow.execute_activity_method(HousekeepingActivities.tidy_up, **policies.TIDY)


async def test_inv11_a_round_of_the_release_before_replays(
    time_skipping_server: WorkflowEnvironment,
) -> None:
    client = time_skipping_server.client
    async with working(time_skipping_server, FakeEraser(), [EarlierHousekeeping]) as queue:
        handle = await client.start_workflow(
            EarlierHousekeeping.run, id=f"tidy-{uuid4()}", task_queue=queue
        )
        await handle.result()
    replayer = Replayer(
        workflows=[HousekeepingWorkflow], workflow_runner=RUNNER, data_converter=DATA_CONVERTER
    )

    await replayer.replay_workflow(await handle.fetch_history())
