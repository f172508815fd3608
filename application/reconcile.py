"""Finds what webhooks lost: compares each endpoint with what its provider lists, a slice at a time."""

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from application.intake import Intake
from application.open_accounts import OpenAccount, OpenAccounts
from application.whole_lists import whole
from channels.history import History, ListedMessage
from domain.configuration import Endpoint
from domain.errors import ChannelError
from domain.ids import AccountId
from storage.accounts import Accounts
from storage.endpoints import Endpoints
from storage.watermarks import Watermarks

# A provider may list a message some minutes after it received it, and its clock is not ours: what is
# younger than this is looked at again in the next run.
OVERLAP: Final = timedelta(minutes=12)
CLOCK_AHEAD: Final = timedelta(minutes=2)
# What is further back was missed before anybody could look; a provider's list is not asked for it.
FURTHEST_BACK: Final = timedelta(days=3)
# More than one usual look, so that it is one question. Each slice tries twice the one before.
FIRST_STRIDE: Final = timedelta(minutes=30)
# Leaves time for a slow answer before Temporal's time-out; the next run goes on.
WORK_FOR: Final = timedelta(seconds=75)

LOST = Counter(
    "holdfast_recovered_messages",
    "Messages that no webhook brought, found by asking the provider.",
    ["account_id"],
)

log = structlog.get_logger()


@dataclass
class _Look:
    """One endpoint on its way from its watermark to the present."""

    endpoint: Endpoint
    reached: datetime
    stride: timedelta = FIRST_STRIDE

    def move(self, to: datetime) -> None:
        self.stride = 2 * (to - self.reached)
        self.reached = to


@dataclass
class _Run:
    """One activity's work at one account, and what came of it."""

    account: OpenAccount
    history: History
    began: datetime
    ends_at: float
    clock: Callable[[], float]
    recovered: int = 0
    errors: list[ChannelError] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.clock() >= self.ends_at

    @property
    def target(self) -> datetime:
        return self.began + CLOCK_AHEAD

    @property
    def settled(self) -> datetime:
        """What was sent before is surely listed by now."""
        return self.began - OVERLAP


class Reconciliation:
    """Fulfils `domain.ports.Reconciler`. Repeating it stores nothing twice."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        endpoints: Endpoints,
        watermarks: Watermarks,
        open_accounts: OpenAccounts,
        intake: Intake,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._endpoints = endpoints
        self._watermarks = watermarks
        self._open_accounts = open_accounts
        self._intake = intake
        self._clock = clock

    async def account_ids(self) -> list[AccountId]:
        """Every enabled account."""
        accounts = await whole(self._accounts.listing)
        return [account.account_id for account in accounts if account.enabled]

    async def reconcile(self, account_id: AccountId) -> int:
        """Go on from the watermarks for as long as a run may take; return how many were new.

        Each slice moves its endpoint's watermark, so whatever ends a run, the next one goes on. An
        endpoint that cannot be asked stops no other; its ChannelError is raised at the end.
        """
        structlog.contextvars.bind_contextvars(account_id=str(account_id))
        account = await self._open_accounts.find(account_id)
        if account is None or not isinstance(account.channel, History):
            return 0
        ends_at = self._clock() + WORK_FOR.total_seconds()
        run = _Run(account, account.channel, datetime.now(UTC), ends_at, self._clock)
        looks = deque([await self._look(run, each) for each in await self._of(account_id)])
        await self._take_turns(run, looks)
        _tell(run, looks)
        if run.errors:
            raise run.errors[0]
        return run.recovered

    async def _of(self, account_id: AccountId) -> list[Endpoint]:
        return [
            endpoint
            for endpoint in await whole(self._endpoints.listing)
            if endpoint.account_id == account_id and endpoint.enabled
        ]

    async def _look(self, run: _Run, endpoint: Endpoint) -> _Look:
        mark = await self._watermarks.get(endpoint.endpoint_id)
        since = max(mark or endpoint.created_at - OVERLAP, run.began - FURTHEST_BACK)
        if mark is None:  # from now on it can be seen how far behind it is, even if nobody answers
            await self._watermarks.set(endpoint.endpoint_id, since)
        return _Look(endpoint, since)

    async def _take_turns(self, run: _Run, looks: deque[_Look]) -> None:
        """A slice for each in turn, so that a busy endpoint does not keep the others waiting."""
        while looks:
            look = looks.popleft()
            try:
                await self._compare_slice(run, look)
            except ChannelError as error:
                run.errors.append(error)
            else:
                if look.reached < run.target:
                    looks.append(look)
            if run.is_over:
                break

    async def _compare_slice(self, run: _Run, look: _Look) -> None:
        """The watermark moves only when everything before it is stored, and never past `settled`."""
        endpoint, until = look.endpoint, min(look.reached + look.stride, run.target)
        part = await run.history.received_between(
            run.account.credentials, endpoint.address, look.reached, until
        )
        ids = [listed.provider_message_id for listed in part.messages]
        known = await self._watermarks.known(endpoint.endpoint_id, ids)
        missing = deque(each for each in part.messages if each.provider_message_id not in known)
        await self._recover(run, missing)
        if not missing:
            await self._watermarks.set(endpoint.endpoint_id, min(part.until, run.settled))
            look.move(part.until)

    async def _recover(self, run: _Run, missing: deque[ListedMessage]) -> None:
        """Take from the front, one at least: then the next run finds fewer missing."""
        credentials = run.account.credentials
        while missing:
            event = await run.history.recover(credentials, missing[0])
            is_new = await self._intake.recover(run.account, event)
            LOST.labels(str(credentials.account_id)).inc(is_new)
            run.recovered += is_new
            missing.popleft()
            if run.is_over:
                break


def _tell(run: _Run, unfinished: Collection[_Look]) -> None:
    structlog.contextvars.unbind_contextvars("conversation_id")  # of the last message taken in
    if run.recovered:
        log.warning("webhooks were lost", recovered=run.recovered)
    if unfinished:
        behind = run.began - min(look.reached for look in unfinished)
        log.warning("reconciling goes on in the next run", behind_seconds=behind.total_seconds())
