"""What providers are told on the side, in the background. A signal that is lost is no loss."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Final, NamedTuple, TypeAlias

import structlog

from application.background import in_background
from application.open_accounts import OpenAccounts
from application.turns import Turns
from channels.base import Channel
from channels.extras import Parties
from domain.configuration import Credentials
from domain.errors import HoldfastError
from domain.ids import AccountId
from storage.shelf import Shelf
from storage.signal_points import SignalPoint

WORKERS: Final = 4
QUEUE_LIMIT: Final = 1_000
ANSWER_WITHIN: Final = 5.0
# One line per account and reason: an indicator that does not work would fill the log.
COMPLAIN_EVERY: Final = timedelta(hours=1)

Telling: TypeAlias = Callable[[Channel, Parties, Credentials], Awaitable[None]]

log = structlog.get_logger()


class Signal(NamedTuple):
    """Where to, in whose name, and what."""

    point: SignalPoint
    agent_name: str | None
    tell: Telling


class SignalPost:
    """Never waits, never fails, never repeats. Signals of one conversation stay in order."""

    def __init__(self, open_accounts: OpenAccounts) -> None:
        self._open_accounts = open_accounts
        self._queue: asyncio.Queue[Signal] = asyncio.Queue(QUEUE_LIMIT)
        self._turns = Turns()
        self._complaints = Shelf[tuple[AccountId, str], None]()

    def put(self, signal: Signal) -> None:
        """Tell it soon; when too much is waiting, never."""
        if not self._queue.full():
            self._queue.put_nowait(signal)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell in the background."""
        async with in_background(*(self._serve_forever() for _ in range(WORKERS))):
            yield

    async def idle(self) -> None:
        """Return when everything was told or given up."""
        await self._queue.join()

    async def _serve_forever(self) -> None:
        while True:
            signal = await self._queue.get()
            try:
                async with self._turns.of(signal.point.conversation_id):
                    await self._tell(signal)
            except HoldfastError as error:
                self._complain(signal.point.account_id, error.code)
            except TimeoutError:
                self._complain(signal.point.account_id, "no answer in time")
            except Exception:
                log.exception("a signal failed in a way nobody planned for")
            finally:
                self._queue.task_done()

    async def _tell(self, signal: Signal) -> None:
        point = signal.point
        parties = Parties(
            endpoint_address=point.endpoint_address,
            endpoint_settings=point.endpoint_settings,
            recipient=point.recipient,
            agent_name=signal.agent_name,
        )
        async with asyncio.timeout(ANSWER_WITHIN):
            account = await self._open_accounts.find(point.account_id)
            if account is not None:
                await signal.tell(account.channel, parties, account.credentials)

    def _complain(self, account_id: AccountId, why: str) -> None:
        if self._complaints.find((account_id, why), COMPLAIN_EVERY) is None:
            self._complaints.put((account_id, why), None)
            log.warning("customers are not shown what agents do", account_id=str(account_id), why=why)
