"""What is the case now, looked up in PostgreSQL every few seconds for whoever scrapes this process."""

import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Final

from prometheus_client import Gauge

from application.background import in_background
from application.pacing import Pace
from application.reconcile import OVERLAP
from domain.presences import BasePresence
from routing.presences import presence_of
from storage.attendances import Attendances
from storage.figures import Figures

# As often as Prometheus usually scrapes.
SAMPLE_EVERY: Final = timedelta(seconds=15)

DOUBTS = Gauge("holdfast_doubtful_deliveries", "Messages of which nobody knows whether they left.")
RESENT = Gauge(
    "holdfast_deliveries_resent_in_doubt",
    "Messages sent again in doubt: customers may have them twice.",
)
RUNNING = Gauge(
    "holdfast_running_conversations", "Conversations that are not closed.", ["queue", "state"]
)
SILENCE = Gauge(
    "holdfast_webhook_silence_seconds", "Time since the provider last called.", ["account_id"]
)
TROUBLED = Gauge(
    "holdfast_account_troubled", "1 while an account shows an error, else 0.", ["account_id"]
)
BEHIND = Gauge(
    "holdfast_reconciliation_behind_seconds",
    "How long ago every endpoint was last known to have all that its provider received.",
    ["account_id"],
)
AGENTS = Gauge("holdfast_agents", "Agents who are connected, by their presence.", ["presence"])
ERASURE = Gauge(
    "holdfast_erasure_oldest_seconds", "Age of the oldest erasure that is not done; 0 when all are."
)


class Gauges:
    """Shows the same in every process; a sum over processes would count it more than once."""

    def __init__(
        self, figures: Figures, attendances: Attendances, every: timedelta = SAMPLE_EVERY
    ) -> None:
        self._figures = figures
        self._attendances = attendances
        self._pace = Pace(every, every)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look in the background."""
        async with in_background(self._pace.keep(self.sample, "gauges")):
            yield

    async def sample(self) -> None:
        """Look once."""
        present = Counter(presence_of(each).base for each in await self._attendances.present())
        for presence in BasePresence:
            AGENTS.labels(presence).set(present[presence])
        await self._sample_figures()

    async def _sample_figures(self) -> None:
        open_doubts, resent = await self._figures.doubts()
        running = await self._figures.running()
        accounts = await self._figures.accounts()
        erasure = await self._figures.oldest_erasure()
        DOUBTS.set(open_doubts)
        ERASURE.set(erasure.total_seconds())
        RESENT.set(resent)
        for gauge in (RUNNING, SILENCE, TROUBLED, BEHIND):
            gauge.clear()  # what is gone is not shown with its last value
        for each in running:
            RUNNING.labels(each.queue, each.state).set(each.conversations)
        for account in accounts:
            label = str(account.account_id)
            TROUBLED.labels(label).set(account.is_troubled)
            # Told when asked, so that silence grows while PostgreSQL is down, too.
            SILENCE.labels(label).set_function(
                partial(_seconds_since, account.last_webhook_at.timestamp())
            )
            if account.reconciled_to:
                due = account.reconciled_to + OVERLAP
                BEHIND.labels(label).set_function(partial(_seconds_since, due.timestamp()))


def _seconds_since(moment: float) -> float:
    return max(time.time() - moment, 0.0)
