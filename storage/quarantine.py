"""Webhooks that nobody could read or route: kept for people to look at, within bounds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.ids import AccountId, new_id
from domain.values import Value
from storage.database import Database
from storage.documents import document, storable
from storage.paging import page, position, window

LARGEST_BODY: Final = 256 * 1024  # bytes; providers' webhooks are far smaller
MOST_KEPT: Final = 10_000


class QuarantinedWebhook(Value):
    """One of them, as it came in."""

    webhook_id: UUID
    account_id: AccountId | None
    why: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime


KEEP: Final = """
    INSERT INTO quarantined_webhooks (webhook_id, account_id, why, headers, body)
    VALUES (%(webhook_id)s, %(account_id)s, %(why)s, %(headers)s, %(body)s)
"""
DROP_OLDEST: Final = """
    DELETE FROM quarantined_webhooks WHERE webhook_id <= (
        SELECT webhook_id FROM quarantined_webhooks ORDER BY webhook_id DESC OFFSET %(most)s LIMIT 1
    )
"""
LISTING: Final = """
    SELECT webhook_id, account_id, why, headers, body, received_at FROM quarantined_webhooks
    WHERE %(before)s::uuid IS NULL OR webhook_id < %(before)s
    ORDER BY webhook_id DESC LIMIT %(limit)s
"""
PURGE: Final = "DELETE FROM quarantined_webhooks WHERE received_at < now() - %(older_than)s::interval"


class Quarantine:
    """The table `quarantined_webhooks`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(
        self, account_id: AccountId | None, *, body: bytes, headers: Mapping[str, str], why: str
    ) -> None:
        """Put it aside. The oldest give way when there are too many."""
        facts = {
            "webhook_id": new_id(),
            "account_id": account_id,
            "why": storable(why),
            "headers": document(dict(headers)),
            "body": body[:LARGEST_BODY],
        }
        async with self._db.transaction():
            await self._db.execute(KEEP, facts)
            await self._db.execute(DROP_OLDEST, {"most": MOST_KEPT})

    async def listing(
        self, cursor: str | None, limit: int
    ) -> tuple[list[QuarantinedWebhook], str | None]:
        """The newest first."""
        which = {"before": position(cursor), "limit": window(limit)}
        rows = await self._db.rows(QuarantinedWebhook, LISTING, which)
        return page(rows, limit, lambda webhook: webhook.webhook_id)

    async def purge(self, older_than: timedelta) -> int:
        return await self._db.execute(PURGE, {"older_than": older_than})
