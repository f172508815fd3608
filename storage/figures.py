"""Figures for people who watch the whole: how much is open, where it hurts. Cheap to ask often."""

from datetime import datetime, timedelta
from typing import Final

from domain.conversations import State
from domain.ids import AccountId
from domain.values import Value
from storage.database import Database

# The condition is that of the index `deliveries_in_doubt`.
DOUBTS: Final = """
    SELECT count(*) FILTER (WHERE status = 'unknown') AS open,
           count(*) FILTER (WHERE resent_in_doubt) AS resent
    FROM deliveries WHERE status = 'unknown' OR resent_in_doubt
"""
RUNNING: Final = """
    SELECT q.name AS queue, c.state, count(*) AS conversations
    FROM conversations c JOIN queues q ON q.queue_id = c.queue_id
    WHERE c.state <> 'closed'
    GROUP BY q.name, c.state
"""
QUEUES: Final = "SELECT name FROM queues WHERE deleted_at IS NULL ORDER BY name"
# An account that never had a webhook is silent since it could have had one.
ACCOUNTS: Final = """
    SELECT a.account_id, coalesce(a.last_webhook_at, min(e.created_at)) AS last_webhook_at,
           a.last_error IS NOT NULL AS is_troubled, min(w.at) AS reconciled_to
    FROM accounts a JOIN endpoints e ON e.account_id = a.account_id
    LEFT JOIN endpoint_watermarks w ON w.endpoint_id = e.endpoint_id
    WHERE a.enabled AND a.deleted_at IS NULL AND e.enabled AND e.deleted_at IS NULL
    GROUP BY a.account_id
"""
OLDEST_ERASURE: Final = """
    SELECT coalesce(now() - min(requested_at), interval '0') AS age FROM erasures
    WHERE finished_at IS NULL
"""


class RunningConversations(Value):
    """How many conversations of a queue are in a state."""

    queue: str
    state: State
    conversations: int


class AccountFigures(Value):
    """An account that can receive. `is_troubled`: it shows an error that nobody has repaired yet."""

    account_id: AccountId
    last_webhook_at: datetime
    is_troubled: bool
    reconciled_to: datetime | None = None
    """None: its provider cannot be asked, or never was yet."""


class Figures:
    """Counts over the whole database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def doubts(self) -> tuple[int, int]:
        """Messages in doubt now, and messages that were sent again in doubt."""
        row = await self._db.one(DOUBTS)
        return (row["open"], row["resent"]) if row else (0, 0)

    async def running(self) -> list[RunningConversations]:
        """Conversations that are not closed; a queue without any counts as none `open`."""
        found = await self._db.rows(RunningConversations, RUNNING)
        async with self._db.connection() as connection:
            cursor = await connection.execute(QUEUES)
            names = [row["name"] for row in await cursor.fetchall()]
        counted = {each.queue for each in found if each.state is State.OPEN}
        empty = [name for name in names if name not in counted]
        return [
            *found,
            *(RunningConversations(queue=name, state=State.OPEN, conversations=0) for name in empty),
        ]

    async def oldest_erasure(self) -> timedelta:
        """How long ago somebody asked for the oldest erasure that is not done."""
        row = await self._db.one(OLDEST_ERASURE)
        return row["age"] if row else timedelta()

    async def accounts(self) -> list[AccountFigures]:
        """Enabled accounts with an enabled endpoint."""
        return await self._db.rows(AccountFigures, ACCOUNTS)
