"""Whether agents are there: leases of their windows are taken, renewed, let go, and swept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import uuid5

import structlog
from prometheus_client import Counter

from application import tokens
from application.background import in_background
from application.dispatch import Doorbell
from application.pacing import Pace
from domain.configuration import Caller
from domain.errors import HoldfastError, NotAllowed, NotSignedIn
from domain.ids import AgentId, new_id
from storage.agent_leases import AgentLeases, WindowLease
from storage.away_agents import AwayAgents
from storage.organization import Organizations

RENEW_EVERY: Final = timedelta(seconds=15)
LEASE: Final = RENEW_EVERY * 3
"""Two renewals may fail: a database that restarts makes nobody leave."""
LINGER: Final = timedelta(seconds=5)
"""Who loads a page again is not gone."""
AFTER_CALL: Final = timedelta(minutes=1)
"""Whoever works by calls alone makes the next one within this time, or nobody is there."""
SWEEP_EVERY: Final = timedelta(seconds=1)
SWEPT_AT_A_TIME: Final = 200

CAME = Counter("holdfast_agents_came", "Agents whose first window was opened, or who came back.")
LOST = Counter("holdfast_agents_lost", "Agents who were not connected any more.")

log = structlog.get_logger()

Identify = Callable[[], Awaitable[Caller]]


class AgentWindows:
    """PostgreSQL decides; this says when to ask it, and tells the dispatcher of the mail."""

    def __init__(
        self,
        *,
        leases: AgentLeases,
        away: AwayAgents,
        organizations: Organizations,
        doorbell: Doorbell,
        every: timedelta = SWEEP_EVERY,
    ) -> None:
        self._leases = leases
        self._away = away
        self._organizations = organizations
        self._doorbell = doorbell
        self._pace = Pace(every)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for leases that have run out, also those of processes that died."""
        async with in_background(self._pace.keep(self.sweep, "agents' windows")):
            yield

    @contextlib.asynccontextmanager
    async def open(self, token: str, identify: Identify) -> AsyncIterator[None]:
        """A window of whoever has this token is open while the block lasts.

        `identify` says who that is, and raises when the session has ended: then it stays closed.
        """
        caller = await identify()
        if caller.agent_id is None:
            yield
            return
        lease = _lease(caller.agent_id, token)
        await self._renew(lease)
        try:
            async with in_background(self._keep(lease, identify)):
                yield
        finally:
            with contextlib.suppress(HoldfastError):  # then it runs out a little later
                await self._leases.let_go(lease.lease_id, LINGER)

    async def vouch(self, caller: Caller, token: str) -> None:
        """Their program called: somebody is there for a while, window or not."""
        if caller.agent_id is not None:
            digest = tokens.digest(token)
            lease_id = uuid5(caller.agent_id, digest.hex())
            lease = WindowLease(lease_id=lease_id, agent_id=caller.agent_id, token_hash=digest)
            await self._take(lease, AFTER_CALL)

    async def sign_out(self, caller: Caller, token: str) -> None:
        """They leave on purpose: the windows of this session count no more, from now on."""
        agent_id = caller.agent_id
        if agent_id and await self._leases.sign_out(agent_id, tokens.digest(token)):
            LOST.inc()

    async def sweep(self) -> int:
        """Settle what has run out, and tell workflows; return how many agents were lost."""
        lost = [await self._leases.settle(each) for each in await self._leases.lapsed(SWEPT_AT_A_TIME)]
        LOST.inc(lost.count(True))
        untold = await self._away.untold(SWEPT_AT_A_TIME)
        for conversation_id in (*untold, *await self._away.outdated(SWEPT_AT_A_TIME)):
            if await self._away.tell(conversation_id):
                self._doorbell.ring(conversation_id)
        return lost.count(True)

    async def _keep(self, lease: WindowLease, identify: Identify) -> None:
        """Until the window is closed, or its session is over."""
        with contextlib.suppress(NotSignedIn, NotAllowed):
            while True:
                await asyncio.sleep(RENEW_EVERY.total_seconds())
                await self._renew(lease, identify)

    async def _renew(self, lease: WindowLease, identify: Identify | None = None) -> None:
        """Whoever was seen to be gone has to say anew who they are."""
        try:
            if not await self._leases.renew(lease.lease_id, LEASE):
                if identify is not None:
                    await identify()
                await self._take(lease, LEASE)
        except (NotSignedIn, NotAllowed):
            raise
        except HoldfastError as error:
            log.warning("a window's lease was not renewed; trying again", why=str(error))
        except Exception:
            log.exception("a window's lease was not renewed, in a way nobody planned for")

    async def _take(self, lease: WindowLease, lasts: timedelta) -> None:
        policy = (await self._organizations.get()).assignment
        if await self._leases.take(lease, lasts, policy.agent_restored_within):
            CAME.inc()


def _lease(agent_id: AgentId, token: str) -> WindowLease:
    return WindowLease(lease_id=new_id(), agent_id=agent_id, token_hash=tokens.digest(token))
