"""The audit log: who changed what, when. Rows are only ever added."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from domain.configuration import AuditEntry
from domain.ids import new_id
from storage.database import Database
from storage.documents import document
from storage.paging import page, position, window

RECORD: Final = """
    INSERT INTO audit_entries (entry_id, actor, action, subject, subject_id, changes)
    VALUES (%(entry_id)s, %(actor)s, %(action)s, %(subject)s, %(subject_id)s, %(changes)s)
"""
LISTING: Final = """
    SELECT entry_id, at, actor, action, subject, subject_id, changes FROM audit_entries
    WHERE (%(subject)s::text IS NULL OR subject = %(subject)s)
      AND (%(subject_id)s::uuid IS NULL OR subject_id = %(subject_id)s)
      AND (%(before)s::uuid IS NULL OR entry_id < %(before)s)
    ORDER BY entry_id DESC LIMIT %(limit)s
"""


class AuditLog:
    """The table `audit_entries`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def record(
        self,
        *,
        actor: str,
        action: str,
        subject: str,
        subject_id: UUID | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> None:
        """Add an entry, in the transaction of the change itself."""
        facts = {
            "entry_id": new_id(),
            "actor": actor,
            "action": action,
            "subject": subject,
            "subject_id": subject_id,
            "changes": document(changes or {}),
        }
        await self._db.execute(RECORD, facts)

    async def listing(
        self,
        cursor: str | None,
        limit: int,
        *,
        subject: str | None = None,
        subject_id: UUID | None = None,
    ) -> tuple[list[AuditEntry], str | None]:
        """The newest first."""
        which = {
            "subject": subject,
            "subject_id": subject_id,
            "before": position(cursor),
            "limit": window(limit),
        }
        rows = await self._db.rows(AuditEntry, LISTING, which)
        return page(rows, limit, lambda entry: entry.entry_id)
