"""Work that goes on beside the loop, so that a provider that is down stops neither mail nor timers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from temporalio import workflow

from domain.ids import MessageId


class InOrder:
    """Messages worked through in the order in which they were added, `at_once` at a time.

    What is under way stays in `waiting` until it is done, so a run that continues as new passes
    it on: its work is idempotent.

    Work begins when nobody waits for an answer. Temporal shows a worker that replays at once what came
    one after the other, if nothing was decided in between: the end of the work before, and an update
    that adds the next. Answered first and begun second, both ways leave the same history.
    """

    def __init__(
        self,
        waiting: Iterable[MessageId],
        work: Callable[[MessageId], Awaitable[None]],
        *,
        lanes: int = 1,
    ) -> None:
        self.at_once = 1
        self._waiting = list(waiting)
        self._under_way: list[MessageId] = []
        self._work = work
        self._lanes = lanes
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def waiting(self) -> tuple[MessageId, ...]:
        """What is not done yet."""
        return tuple(self._waiting)

    def add(self, message_id: MessageId) -> None:
        """Do it after everything that was added before."""
        self._waiting.append(message_id)

    def start(self) -> None:
        """Begin with the first ones."""
        self._tasks = [asyncio.create_task(self._run()) for _ in range(self._lanes)]

    def stop(self) -> None:
        """Leave the rest to the next run."""
        for task in self._tasks:
            task.cancel()

    async def _run(self) -> None:
        while True:
            await workflow.wait_condition(self._may_begin)
            if self._may_begin():  # no other lane was faster
                message_id = next(each for each in self._waiting if each not in self._under_way)
                self._under_way.append(message_id)
                await self._work(message_id)
                self._under_way.remove(message_id)
                self._waiting.remove(message_id)

    def _may_begin(self) -> bool:
        begun = len(self._under_way)
        is_free = begun < min(self.at_once, len(self._waiting))
        return is_free and workflow.all_handlers_finished()
