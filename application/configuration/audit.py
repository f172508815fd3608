"""Who changed what, when: written in the same transaction as the change itself."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.configuration import AuditEntry, Caller
from domain.values import Value
from storage.audit import AuditLog

# What every change touches tells nothing.
NOT_WORTH_TELLING: Final = frozenset({"version", "created_at", "updated_at", "last_webhook_at"})


def differences(before: Value | None, after: Value | None) -> dict[str, object]:
    """The fields that changed, as {"name": {"from": …, "to": …}}."""
    old = before.model_dump(mode="json") if before else {}
    new = after.model_dump(mode="json") if after else {}
    changed = [name for name in old | new if old.get(name) != new.get(name)]
    return {
        name: {"from": old.get(name), "to": new.get(name)}
        for name in changed
        if name not in NOT_WORTH_TELLING
    }


class AuditTrail:
    """The trail, written by the other use cases and read by admins."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def record(
        self,
        caller: Caller,
        action: str,
        subject: str,
        subject_id: UUID | None,
        changes: dict[str, object] | None = None,
    ) -> None:
        """Add an entry; call it inside the transaction of the change."""
        await self._log.record(
            actor=caller.name,
            action=action,
            subject=subject,
            subject_id=subject_id,
            changes=changes or {},
        )

    async def listing(
        self, *, subject: str | None, subject_id: UUID | None, cursor: str | None, limit: int
    ) -> tuple[list[AuditEntry], str | None]:
        """The newest entries first."""
        return await self._log.listing(cursor, limit, subject=subject, subject_id=subject_id)


def now() -> datetime:
    """When something was made. PostgreSQL stamps changes itself."""
    return datetime.now(UTC)
