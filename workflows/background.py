"""Work that goes on beside the loop, so that a provider that is down stops neither mail nor timers."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from temporalio import workflow

from domain.ids import MessageId


class InOrder:
    """Messages worked through one at a time, in the order in which they were added.

    The one under way stays in `waiting` until it is done, so a run that continues as new passes
    it on: its work is idempotent.

    Work begins when nobody waits for an answer. Temporal shows a worker that replays at once what came
    one after the other, if nothing was decided in between: the end of the work before, and an update
    that adds the next. Answered first and begun second, both ways leave the same history.
    """

    def __init__(
        self, waiting: Iterable[MessageId], work: Callable[[MessageId], Awaitable[None]]
    ) -> None:
        self._waiting = deque(waiting)
        self._work = work
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> tuple[MessageId, ...]:
        """What is not done yet."""
        return tuple(self._waiting)

    def add(self, message_id: MessageId) -> None:
        """Do it after everything that was added before."""
        self._waiting.append(message_id)

    def start(self) -> None:
        """Begin with the first."""
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Leave the rest to the next run."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            await workflow.wait_condition(self._may_begin)
            await self._work(self._waiting[0])
            self._waiting.popleft()

    def _may_begin(self) -> bool:
        return bool(self._waiting) and workflow.all_handlers_finished()
