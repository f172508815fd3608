"""What is kept only for a while, and for how long. Everything else is kept until somebody erases it."""

from datetime import timedelta
from typing import Final

from application.drained import DrainedRemoval
from storage.access import Sessions, SignInAttempts
from storage.afterthoughts import Afterthoughts
from storage.callbacks import DeliveryReports
from storage.database import Database
from storage.events import LiveEvents
from storage.idempotency import IdempotencyKeys
from storage.quarantine import Quarantine
from storage.reply_tokens import ReplyTokens

LIVE_EVENTS: Final = timedelta(days=7)
"""A console that was away for longer loads everything anew."""
IDEMPOTENCY_KEYS: Final = timedelta(days=1)
"""Longer than any client repeats a request."""
PARKED_REPORTS: Final = timedelta(days=2)
"""Of messages that were never ours; Twilio reports the last status within a day."""
AFTERTHOUGHTS: Final = timedelta(days=2)
"""Of messages that never came."""
QUARANTINE: Final = timedelta(days=30)
SIGN_IN_ATTEMPTS: Final = timedelta(days=1)


class Housekeeping:
    """Forgets in each table what is older than it needs to be."""

    def __init__(self, database: Database, drained: DrainedRemoval) -> None:
        self._drained = drained
        self._afterthoughts = Afterthoughts(database)
        self._events = LiveEvents(database)
        self._keys = IdempotencyKeys(database)
        self._reports = DeliveryReports(database)
        self._quarantine = Quarantine(database)
        self._reply_tokens = ReplyTokens(database)
        self._sessions = Sessions(database)
        self._attempts = SignInAttempts(database)

    async def tidy(self) -> dict[str, int]:
        """How much was forgotten, by what it was."""
        return {
            "afterthoughts": await self._afterthoughts.purge(AFTERTHOUGHTS),
            "drained": await self._drained.remove(),
            "live_events": await self._events.purge(LIVE_EVENTS),
            "idempotency_keys": await self._keys.purge(IDEMPOTENCY_KEYS),
            "parked_reports": await self._reports.purge_parked(PARKED_REPORTS),
            "quarantined_webhooks": await self._quarantine.purge(QUARANTINE),
            "reply_tokens": await self._reply_tokens.purge(),
            "sessions": await self._sessions.purge(),
            "sign_in_attempts": await self._attempts.purge(SIGN_IN_ATTEMPTS),
        }
