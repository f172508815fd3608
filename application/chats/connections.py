"""Whether customers are connected: leases are taken, renewed, let go, and swept when they run out."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from prometheus_client import Counter

from application.background import in_background
from application.dispatch import Doorbell
from application.pacing import Pace
from domain.chats import ChatSession
from domain.errors import HoldfastError
from domain.ids import new_id
from storage.chat_leases import ChatLeases

HEARTBEAT: Final = timedelta(seconds=15)
SILENT_AT_MOST: Final = HEARTBEAT * 2.5
"""A socket that says nothing for longer is closed."""
LEASE: Final = SILENT_AT_MOST + timedelta(seconds=7.5)
"""A little longer than that: the process that holds the socket notices first."""
LINGER: Final = timedelta(seconds=5)
"""Who goes from one page of the shop to the next is not gone."""
AFTER_POLL: Final = timedelta(seconds=20)
"""The next long poll comes within this time, or nobody is there."""
SWEEP_EVERY: Final = timedelta(seconds=1)
SWEPT_AT_A_TIME: Final = 200

LOST = Counter("holdfast_chat_connections_lost", "Chats whose customer was not connected any more.")
RETURNED = Counter("holdfast_chat_customers_returned", "Customers who came back to their chat.")


class Connections:
    """PostgreSQL decides; this says when to ask it, and tells the dispatcher of the mail."""

    def __init__(self, leases: ChatLeases, doorbell: Doorbell, every: timedelta = SWEEP_EVERY) -> None:
        self._leases = leases
        self._doorbell = doorbell
        self._pace = Pace(every)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for leases that have run out, also those of processes that died."""
        async with in_background(self._pace.keep(self.sweep, "chat connections")):
            yield

    @contextlib.asynccontextmanager
    async def held(self, session: ChatSession) -> AsyncIterator[UUID]:
        """One open socket of this customer. Renew it while it lives."""
        lease_id = new_id()
        await self._take(session, lease_id, LEASE)
        try:
            yield lease_id
        finally:
            with contextlib.suppress(HoldfastError):  # then it runs out a little later
                await self._leases.let_go(lease_id, LINGER)

    async def renew(self, session: ChatSession, lease_id: UUID) -> None:
        """It is still there."""
        if not await self._leases.renew(lease_id, LEASE):
            await self._take(session, lease_id, LEASE)

    async def polls(self, session: ChatSession, wait: timedelta) -> None:
        """One long poll begins; all of a session share one lease."""
        await self._take(session, uuid5(session.session_id, "poll"), wait + AFTER_POLL)

    async def sweep(self) -> int:
        """Settle chats whose leases have run out; return how many connections were lost."""
        lost = 0
        for conversation_id in await self._leases.lapsed(SWEPT_AT_A_TIME):
            if await self._leases.settle(conversation_id):
                self._doorbell.ring(conversation_id)
                lost += 1
        LOST.inc(lost)
        return lost

    async def _take(self, session: ChatSession, lease_id: UUID, lasts: timedelta) -> None:
        back_in = await self._leases.take(session.session_id, lease_id, lasts)
        if back_in is not None:
            RETURNED.inc()
            self._doorbell.ring(back_in)
