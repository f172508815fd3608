"""Capacity is re-checked all the time: what is used is the sum of what is held."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from application.background import in_background
from application.pacing import Pace
from storage.capacity import Capacity
from storage.database import Database
from storage.forgotten_offers import ForgottenOffers
from storage.leases import Leases

EVERY: Final = timedelta(seconds=30)
# A workflow that took capacity says so at once, unless Temporal is down.
ASTRAY_AFTER: Final = timedelta(minutes=10)
AT_ONCE: Final = 100

SUMS = Counter(
    "holdfast_capacity_sums_set_right", "Agents whose used capacity was not the sum of their leases."
)
LEASES = Counter(
    "holdfast_capacity_leases_set_right", "Conversations whose leases did not follow them."
)

log = structlog.get_logger()


class LeaseAudit:
    """Leases may be left behind by older releases, and offers by a restored backup.

    A sum that is wrong is a bug. All are set right.
    """

    def __init__(self, database: Database, *, every: timedelta = EVERY) -> None:
        self._capacity = Capacity(database)
        self._leases = Leases(database)
        self._offers = ForgottenOffers(database)
        self._pace = Pace(every, every)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look in the background."""
        async with in_background(self._pace.keep(self.sweep, "capacity")):
            yield

    async def sweep(self, astray_after: timedelta = ASTRAY_AFTER) -> int:
        """Look once; return how many conversations were set right."""
        for wrong in await self._capacity.audit():
            await self._capacity.recount(wrong.agent_id)
            SUMS.inc()
            log.error("used capacity was not the sum of leases", **wrong.model_dump(mode="json"))
        forgotten = await self._offers.some(astray_after, AT_ONCE)
        for conversation_id in forgotten:
            await self._offers.withdraw(conversation_id, astray_after)
            log.warning("an offer was forgotten", conversation_id=str(conversation_id))
        astray = await self._leases.astray(astray_after, AT_ONCE)
        for conversation_id in astray:
            await self._leases.recheck(conversation_id)
            log.warning("leases did not follow", conversation_id=str(conversation_id))
        LEASES.inc(len(forgotten) + len(astray))
        return len(forgotten) + len(astray)
