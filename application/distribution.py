"""Gives out the work of push workstreams as soon as there is somebody for it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Histogram

from application.background import again_and_again, in_background
from application.offering import Offering
from application.pacing import Pace
from application.work_desk import desk_of
from domain.assignments import CONSIDERED_KEPT, Explanation
from domain.capacity import Shortage
from domain.distribution import AssignmentMethod
from domain.errors import HoldfastError
from domain.ids import ConversationId
from domain.offers import NotOffered, Offer
from domain.work import Desk, WorkQueue
from routing.assignment import Assignment, Look
from routing.explaining import explanation
from routing.neighbours import neighbourhoods
from storage.assignment_decisions import AssignmentDecisions
from storage.database import Database
from storage.event_stream import wakes
from storage.offers import Made
from storage.organization import Organizations
from storage.work import Work

CHANNEL: Final = "holdfast_work"
# A wake-up may be lost, and time alone may make somebody suitable.
SWEEP_EVERY: Final = timedelta(seconds=2)
# However often somebody is woken: why others wait is for people to read.
EXPLAIN_EVERY: Final = timedelta(seconds=2)
# What happens together is decided about together.
GATHER_FOR: Final = timedelta(milliseconds=10)
# After a round others get as much of the processor as went by in it, up to this.
MOST_REST: Final = timedelta(milliseconds=50)
# Somebody else decides just now, or a conversation is locked: both are over soon.
LOOK_AGAIN_AFTER: Final = timedelta(milliseconds=100)
AT_ONCE: Final = 4
"""So many offers are made at the same time; each takes a connection of the pool."""

ROUND = Histogram(
    "holdfast_assignment_round_seconds",
    "One round over queues that share members: reading, deciding, and making the offers.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 15),
)

log = structlog.get_logger()


class Distributor:
    """Any number of processes may have one: each round over the same people is one process's."""

    def __init__(
        self,
        database: Database,
        work: Work,
        offering: Offering,
        *,
        sweep_every: timedelta = SWEEP_EVERY,
    ) -> None:
        self._db = database
        self._work = work
        self._offering = offering
        self._decisions = AssignmentDecisions(database)
        self._organizations = Organizations(database)
        self._pace = Pace(sweep_every)
        self._wake = asyncio.Event()
        self._last_took = 0.0
        self._explain_at = 0.0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and give out work in the background."""
        async with in_background(
            again_and_again(self._listen, "listening for work"), self._work_forever()
        ):
            yield

    async def distribute(self, *, explain: bool = False) -> int:
        """One round over all that waits; how many were offered. `explain`: tell why others wait."""
        offered = 0
        for queues in neighbourhoods(await self._work.queues()):
            try:
                offered += await self._among(queues, explain=explain)
            except HoldfastError:
                raise
            except Exception:
                # What is wrong with these must not keep others from their work.
                log.exception("giving out work failed in a way nobody planned for")
        return offered

    async def _among(self, queues: Sequence[WorkQueue], *, explain: bool) -> int:
        async with self._work.claimed(min(queue.queue_id for queue in queues)) as is_mine:
            if is_mine:
                return await self._round(queues, explain=explain)
            self._look_again()
            return 0

    async def _round(self, queues: Sequence[WorkQueue], *, explain: bool) -> int:
        with ROUND.time():
            read = await self._work.read([queue.queue_id for queue in queues])
            policy = (await self._organizations.get()).assignment
            desk = desk_of(read, queues, policy.decline_limit)
            return await self._give_out(desk, explain=explain)

    async def _give_out(self, desk: Desk, *, explain: bool) -> int:
        """Explained before the next is decided: what is left of capacity is told as it was."""
        now = datetime.now(UTC)
        made: list[Made] = []
        batch: list[tuple[Look, Explanation]] = []
        left: dict[ConversationId, Explanation] = {}
        for look in Assignment(desk, now).looks():
            if look.choices:
                batch.append((look, explanation(look, _method(desk, look), now)))
            elif explain and len(left) < CONSIDERED_KEPT:
                left[look.item.conversation_id] = explanation(look, _method(desk, look), now)
                await asyncio.sleep(0)
            if len(batch) == AT_ONCE:
                made += await self._offer(desk, batch)
                batch = []
        made += await self._offer(desk, batch)
        await self._decisions.keep_waiting(left)
        return sum(isinstance(each, Offer) for each in made)

    async def _offer(self, desk: Desk, batch: Sequence[tuple[Look, Explanation]]) -> list[Made]:
        """Tasks of their own: the transaction in which we are holds no more than our claim."""
        results = await asyncio.gather(
            *(
                self._offering.offer(look, why, desk.work[look.item.workstream_id])
                for look, why in batch
            ),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        made = [each for each in results if not isinstance(each, BaseException)]
        if any(each is NotOffered.LOCKED or isinstance(each, Shortage) for each in made):
            self._look_again()
        return made

    def _look_again(self) -> None:
        asyncio.get_running_loop().call_later(LOOK_AGAIN_AFTER.total_seconds(), self._wake.set)

    async def _work_forever(self) -> None:
        while True:
            await self._rest()
            now = time.monotonic()
            explain = now >= self._explain_at
            if explain:
                self._explain_at = now + EXPLAIN_EVERY.total_seconds()
            since = time.thread_time()
            try:
                await self.distribute(explain=explain)
            except HoldfastError as error:
                log.warning("work was not given out", why=error.code)
                await self._recover()
            except Exception:
                log.exception("giving out work failed in a way nobody planned for")
                await self._recover()
            else:
                self._pace.normal()
            self._last_took = time.thread_time() - since

    async def _rest(self) -> None:
        """Until somebody wakes us, or it is time to look anyway."""
        with contextlib.suppress(TimeoutError):
            # Not wait_for: see application.pacing.
            async with asyncio.timeout(self._pace.seconds):
                await self._wake.wait()
        rest = min(self._last_took, MOST_REST.total_seconds())
        await asyncio.sleep(max(rest, GATHER_FOR.total_seconds()))
        self._wake.clear()

    async def _recover(self) -> None:
        self._pace.slower()
        await self._pace.rest()

    async def _listen(self) -> None:
        async for _ in wakes(self._db, CHANNEL):
            self._wake.set()


def _method(desk: Desk, look: Look) -> AssignmentMethod:
    return desk.queues[look.item.queue_id].method
