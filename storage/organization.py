"""The one organisation of this deployment."""

from typing import Final, LiteralString

from domain.configuration import Organization
from domain.errors import NotFound, StaleVersion
from storage.database import Database
from storage.documents import document

GET: Final = """
    SELECT name, region, attachment_max_bytes, attachment_types, blocked_extensions, transcript_days,
           media_days, monitoring_notice, assignment,
           version, created_at, updated_at
    FROM organizations
"""
# Who reads this changes something only as long as the organisation stays what it is.
HOLD: Final = f"{GET} FOR SHARE"
HOLD_TO_CHANGE: Final = f"{GET} FOR UPDATE"
CREATE_ONCE: Final = """
    INSERT INTO organizations (name, attachment_max_bytes, attachment_types)
    VALUES (%(name)s, %(attachment_max_bytes)s, '{}')
    ON CONFLICT DO NOTHING
"""
UPDATE: Final = """
    UPDATE organizations
    SET name = %(name)s, region = %(region)s,
        attachment_max_bytes = %(attachment_max_bytes)s,
        attachment_types = %(attachment_types)s, blocked_extensions = %(blocked_extensions)s,
        transcript_days = %(transcript_days)s,
        media_days = %(media_days)s, monitoring_notice = %(monitoring_notice)s,
        assignment = %(assignment)s,
        version = version + 1, updated_at = now()
    WHERE version = %(expected_version)s
"""
_DEFAULT_LIMIT: Final = Organization.model_fields["attachment_max_bytes"].default


class Organizations:
    """A table of one row."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self) -> Organization:
        return await self._read(GET)

    async def held(self, *, to_change: bool = False) -> Organization:
        """As it stays until the transaction ends, unless this very transaction is to change it."""
        return await self._read(HOLD_TO_CHANGE if to_change else HOLD)

    async def _read(self, query: LiteralString) -> Organization:
        organization = await self._db.row(Organization, query)
        if organization is None:
            raise NotFound("Holdfast is not set up yet: there is no organisation.")
        return organization

    async def create_once(self, name: str) -> bool:
        """False when there is one already; it stays as it is."""
        facts = {"name": name, "attachment_max_bytes": _DEFAULT_LIMIT}
        return await self._db.execute(CREATE_ONCE, facts) > 0

    async def update(self, organization: Organization, expected_version: int) -> Organization:
        facts = {
            **organization.model_dump(),
            "attachment_types": list(organization.attachment_types),
            "blocked_extensions": list(organization.blocked_extensions),
            "monitoring_notice": document(organization.monitoring_notice),
            "assignment": document(organization.assignment),
            "expected_version": expected_version,
        }
        changed = await self._db.execute(UPDATE, facts)
        now = await self.get()
        if not changed:
            raise StaleVersion(
                "Somebody else changed the organisation. Read it again, then repeat your change.",
                version=now.version,
            )
        return now
