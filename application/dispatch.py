"""From a conversation's mailbox to its workflow, in the background of whoever stored the mail."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import structlog
from prometheus_client import Counter, Gauge, Histogram

from application.background import in_background
from application.pacing import Pace
from application.precedence import Precedence
from domain.channels import ChannelName
from domain.conversations import ConversationStart, KnownState, Mail, State
from domain.errors import HoldfastError
from domain.ids import ConversationId
from storage.mailbox import PAGE, Mailbox, PendingMail
from workflows.client import Conversations

WORKERS: Final = 16
QUEUE_LIMIT: Final = 10_000
SWEEP_EVERY: Final = timedelta(seconds=1)
# Younger mail is still with the process that stored it, most likely.
STRANDED_AFTER: Final = timedelta(seconds=2)
SWEEP_LIMIT: Final = 1_000
BACKLOG_ALARM: Final = 5_000
DRAIN_TIME: Final = timedelta(seconds=5)

LAG = Histogram(
    "holdfast_dispatch_lag_seconds",
    "From the moment a message was stored to the moment its workflow had it.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600),
)
FAILURES = Counter("holdfast_dispatch_failures", "Attempts to hand mail to a workflow that failed.")
UNDISPATCHED = Gauge("holdfast_undispatched_mail", "Items of mail that no workflow has yet.")
OLDEST = Gauge("holdfast_undispatched_mail_oldest_seconds", "Age of the oldest undispatched mail.")

log = structlog.get_logger()


class Doorbell(Protocol):
    """Whom to tell that a conversation has mail."""

    def ring(self, conversation_id: ConversationId) -> None:
        """Only a hint, and never waits: the mail is found without it too, a little later."""

    def held(self) -> AbstractContextManager[None]:
        """While this lasts, somebody waits for an answer who is more urgent than any mail."""


class Dispatcher:
    """Hands mail over at least once and in order; the workflow drops what it has seen already.

    A conversation waits in the queue at most once and is served by one task at a time. What does
    not fit, fails, or belonged to a process that died is found again by the sweep.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        conversations: Conversations,
        windows: Mapping[ChannelName, timedelta | None],
        *,
        queue_limit: int = QUEUE_LIMIT,
        sweep_every: timedelta = SWEEP_EVERY,
    ) -> None:
        self._mailbox = mailbox
        self._conversations = conversations
        self._windows = windows
        self._queue: asyncio.Queue[ConversationId] = asyncio.Queue(queue_limit)
        self._waiting: set[ConversationId] = set()
        self._running: set[ConversationId] = set()
        self._again: set[ConversationId] = set()
        self._pace = Pace(sweep_every)
        self._precedence = Precedence()

    def ring(self, conversation_id: ConversationId) -> None:
        """Have this conversation's mail handed over soon."""
        if conversation_id in self._running:
            self._again.add(conversation_id)
        elif conversation_id not in self._waiting and not self._queue.full():
            self._waiting.add(conversation_id)
            self._queue.put_nowait(conversation_id)

    def held(self) -> AbstractContextManager[None]:
        """Have mail wait for a moment. Much that is stored at once becomes few and large deliveries."""
        return self._precedence.first()

    @contextlib.asynccontextmanager
    async def running(self, workers: int = WORKERS) -> AsyncIterator[None]:
        """Work in the background; at the end, finish what is queued, for a bounded time."""
        async with in_background(*(self._serve_forever() for _ in range(workers))):
            try:
                async with in_background(self._pace.keep(self.sweep, "mailbox")):
                    yield
            finally:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DRAIN_TIME.total_seconds()):
                        await self.idle()

    async def now(self, conversation_id: ConversationId) -> None:
        """Hand its mail over at once: somebody waits who has more to tell it. Raises Unavailable."""
        while await self._hand_over(conversation_id):
            pass

    async def idle(self) -> None:
        """Return when everything that was queued has been tried."""
        await self._queue.join()

    async def sweep(self, older_than: timedelta = STRANDED_AFTER) -> int:
        """Queue the conversations whose mail is left lying; return how many there were."""
        room = self._queue.maxsize - self._queue.qsize()
        stranded = await self._mailbox.stranded(older_than, max(1, min(room, SWEEP_LIMIT)))
        for conversation_id in stranded:
            self.ring(conversation_id)
        await self._measure()
        return len(stranded)

    async def _measure(self) -> None:
        depth = await self._mailbox.depth()
        UNDISPATCHED.set(depth)
        OLDEST.set((await self._mailbox.oldest_age()).total_seconds())
        if depth > BACKLOG_ALARM:
            log.error("mail waits to be dispatched: is Temporal up, and fast enough?", items=depth)

    async def _serve_forever(self) -> None:
        while True:
            conversation_id = await self._queue.get()
            self._waiting.discard(conversation_id)
            self._running.add(conversation_id)
            try:
                await self._serve(conversation_id)
            finally:
                self._running.discard(conversation_id)
                self._ring_again(conversation_id)
                self._queue.task_done()

    def _ring_again(self, conversation_id: ConversationId) -> None:
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self.ring(conversation_id)

    async def _serve(self, conversation_id: ConversationId) -> None:
        structlog.contextvars.bind_contextvars(conversation_id=str(conversation_id))
        try:
            await self._precedence.give_way()
            # What came meanwhile has rung. What was too much for once goes on behind the others.
            if await self._hand_over(conversation_id):
                self._again.add(conversation_id)
        except HoldfastError as error:
            self._left_behind(conversation_id)
            log.warning("mail stays for the sweep", why=error.code)
        except Exception:
            self._left_behind(conversation_id)
            log.exception("dispatch failed in a way nobody planned for")
        else:
            self._pace.normal()

    def _left_behind(self, conversation_id: ConversationId) -> None:
        # The rows are still there. Trying again at once would only add to the load.
        self._again.discard(conversation_id)
        self._pace.slower()
        FAILURES.inc()

    async def _hand_over(self, conversation_id: ConversationId) -> bool:
        """Its oldest mail; say whether there was too much for once."""
        mail = await self._mailbox.pending(conversation_id)
        if mail is None:
            return False
        # Closing is refused while mail waits. So what lies in a closed conversation's mailbox
        # was handled, or came too late to matter: it must not start another workflow.
        if mail.state is not State.CLOSED:
            await self._conversations.deliver(self._start(mail), mail.items)
            _observe(mail.items)
        await self._mailbox.discard(conversation_id, mail.items[-1].position)
        return len(mail.items) == PAGE

    def _start(self, mail: PendingMail) -> ConversationStart:
        return ConversationStart(
            conversation_id=mail.conversation_id,
            channel=mail.channel,
            opened_at=mail.opened_at,
            service_window=self._windows.get(mail.channel),
            persistent=mail.persistent,
            timers=mail.timers,
            queue_id=mail.queue_id,
            queue_name=mail.queue_name,
            endpoint_name=mail.endpoint_name,
            language=mail.language,
            known=_known(mail),
        )


def _known(mail: PendingMail) -> KnownState | None:
    """Matters only when the workflow that brought the conversation so far was lost."""
    is_told_now = mail.offer is None or mail.offer in [item.offer for item in mail.items]
    if mail.state is State.OPEN and mail.revision == 0 and is_told_now:
        return None
    return KnownState(
        state=mail.state,
        revision=mail.revision,
        last_inbound_at=mail.last_inbound_at,
        window_expires_at=mail.window_expires_at,
        agent_id=mail.agent_id,
        preferred_agent_id=mail.preferred_agent_id,
        holds_capacity=mail.holds_capacity,
        offer=mail.offer,
    )


def _observe(items: Sequence[Mail]) -> None:
    now = datetime.now(UTC)
    for item in items:
        LAG.observe(max((now - item.at).total_seconds(), 0))
