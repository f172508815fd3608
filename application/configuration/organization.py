"""The one organisation of this deployment."""

from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, model_validator

from application.configuration.audit import AuditTrail, differences
from application.configuration.drafts import FITS_EVERYWHERE, Draft, Name, WordingDraft
from application.configuration.privacy import EnablingRules
from application.configuration.register import changed
from application.whole_lists import whole
from domain.assignment_policy import DeclineLimit, GivenBackAfter, RestoredWithin
from domain.channels import Region
from domain.configuration import Caller, Organization
from domain.notices import MonitoringNotice
from domain.time_zones import TimeZone
from storage.accounts import Accounts
from storage.database import Database
from storage.organization import Organizations

SUBJECT: Final = "organization"
MiB: Final = 1024 * 1024

RETENTION: Final = frozenset({"transcript_days", "media_days"})

Days = Annotated[int, Field(ge=1, le=36_500)]
MimeType = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9.+-]+/(\*|[a-zA-Z0-9.+-]+)$", max_length=100)
]
Extension = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,12}$")]


class MonitoringNoticeDraft(WordingDraft):
    """What customers are told when a conversation begins. `enabled`: unless a workstream says no."""

    enabled: bool = True

    @model_validator(mode="after")
    def _fits_everywhere(self) -> Self:
        if any(len(text) > FITS_EVERYWHERE for text in self.texts.values()):
            raise ValueError(f"A notice has at most {FITS_EVERYWHERE:,} characters.")
        return self


class AssignmentChange(Draft):
    """What happens to agents who miss or decline work, or are lost. What is left out stays."""

    missed_makes_inactive: bool | None = None
    declined_makes_do_not_disturb: bool | None = None
    decline_limit: DeclineLimit | None = None
    agent_restored_within: RestoredWithin | None = None
    agent_given_back_after: GivenBackAfter | None = None
    time_zone: TimeZone | None = None


class OrganizationChange(Draft):
    """What to change of the organisation."""

    name: Name | None = None
    region: Region | None = None
    """Refused while an account is enabled whose channel must not be used there."""
    attachment_max_bytes: Annotated[int, Field(ge=1, le=16 * MiB)] | None = None
    attachment_types: Annotated[tuple[MimeType, ...], Field(max_length=100)] | None = None
    blocked_extensions: Annotated[tuple[Extension, ...], Field(max_length=200)] | None = None
    transcript_days: Days | None = None
    """Unlike elsewhere, null says something: keep them for ever."""
    media_days: Days | None = None
    monitoring_notice: MonitoringNoticeDraft | None = None
    assignment: AssignmentChange | None = None

    def given(self) -> dict[str, Any]:
        for_ever = dict.fromkeys(RETENTION & self.model_fields_set)
        return {**for_ever, **super().given()}


class OrganizationConfiguration:
    """Keeps what holds for the whole organisation."""

    def __init__(
        self,
        *,
        organizations: Organizations,
        accounts: Accounts,
        rules: EnablingRules,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._organizations = organizations
        self._accounts = accounts
        self._rules = rules
        self._trail = trail
        self._database = database

    async def create_once(self, name: str) -> None:
        """Make it, unless it is there. It never goes away."""
        await self._organizations.create_once(name)

    async def get(self) -> Organization:
        """It is made when Holdfast is first set up."""
        return await self._organizations.get()

    async def update(
        self, caller: Caller, change: OrganizationChange, expected_version: int
    ) -> Organization:
        """Change some of it."""
        async with self._database.transaction():
            before = await self._organizations.held(to_change=True)
            if change.region is not None and change.region is not before.region:
                await self._require_region(change.region)
            changes = change.given()
            if change.monitoring_notice is not None:
                changes["monitoring_notice"] = _notice(change.monitoring_notice, before)
            if change.assignment is not None:
                changes["assignment"] = dict(before.assignment) | change.assignment.given()
            wanted = changed(before, changes)
            after = await self._organizations.update(wanted, expected_version)
            await self._trail.record(caller, "updated", SUBJECT, None, differences(before, after))
        return after

    async def _require_region(self, region: Region) -> None:
        for account in await whole(self._accounts.listing):
            if account.enabled:
                await self._rules.require_region(account.channel, region)


def _notice(draft: MonitoringNoticeDraft, before: Organization) -> MonitoringNotice:
    """Another wording is another version, so that it can be said who was told what."""
    known = before.monitoring_notice
    notice = MonitoringNotice(**draft.model_dump(), text_version=known.text_version)
    is_same = (notice.texts, notice.default_language) == (known.texts, known.default_language)
    return notice if is_same else notice.model_copy(update={"text_version": known.text_version + 1})
