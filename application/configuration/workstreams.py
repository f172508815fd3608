"""Workstreams: how the work of one channel is routed and timed."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from application.configuration.audit import AuditTrail, now
from application.configuration.consent import ConsentDraft, consent_of
from application.configuration.drafts import Draft, Name, TimerSettings
from application.configuration.register import Register, changed
from application.configuration.routing_rules import SUBJECT as RULES
from application.configuration.work_forms import ContextVariables, WorkForm
from domain.channels import ChannelName, is_live
from domain.configuration import Caller, Workstream
from domain.errors import InvalidInput, NotFound
from domain.ids import EndpointId, QueueId, WorkstreamId, new_id
from domain.notices import ConsentQuestion, NoticeChoice
from domain.texts import LONGEST_NAME
from domain.timers import TimerPolicy
from storage.database import Database
from storage.endpoints import Endpoints
from storage.routing_rules import Rulesets
from storage.workstreams import Workstreams

SUBJECT: Final = "workstream"

FallbackEndpoints = Annotated[tuple[EndpointId, ...], Field(max_length=5)]


class NewWorkstream(Draft):
    """A workstream to set up. Without `timers` it gets its channel's defaults."""

    name: Name = Field(examples=["WhatsApp support"])
    channel: ChannelName = Field(examples=["whatsapp"])
    fallback_queue_id: QueueId
    distribution: Literal["pick", "push"] = "pick"
    persistent: bool = False
    """Live chats of signed-in customers that only an agent ends. It stays as it is."""
    timers: TimerSettings | None = None
    work: WorkForm = WorkForm()
    context_variables: ContextVariables = ()
    monitoring_notice: NoticeChoice = NoticeChoice.AS_ORGANIZATION
    consent: ConsentDraft | None = None
    fallback_endpoint_ids: FallbackEndpoints = ()
    """Endpoints of other channels, by which a reply leaves for a customer who cannot be reached."""

    @model_validator(mode="after")
    def _only_chats_persist(self) -> Self:
        if self.persistent and not is_live(self.channel):
            raise ValueError("only live chats can be persistent; every other channel is")
        return self


class WorkstreamChange(Draft):
    """What to change of a workstream. Timers, work and lists are each replaced as a whole."""

    name: Name | None = None
    fallback_queue_id: QueueId | None = None
    distribution: Literal["pick", "push"] | None = None
    timers: TimerSettings | None = None
    work: WorkForm | None = None
    context_variables: ContextVariables | None = None
    monitoring_notice: NoticeChoice | None = None
    consent: ConsentDraft | None = None
    fallback_endpoint_ids: FallbackEndpoints | None = None


class CopyName(Draft):
    """What to call a copy. Without a name: "Copy of …"."""

    name: Name | None = Field(default=None, examples=["WhatsApp support at night"])


def _policy(draft: NewWorkstream) -> TimerPolicy:
    if draft.timers is not None:
        return TimerPolicy(**dict(draft.timers))
    ends_with_connection = is_live(draft.channel) and not draft.persistent
    return TimerPolicy.for_live_chat() if ends_with_connection else TimerPolicy()


class WorkstreamConfiguration:
    """Keeps workstreams."""

    def __init__(
        self,
        *,
        workstreams: Workstreams,
        endpoints: Endpoints,
        rulesets: Rulesets,
        trail: AuditTrail,
        database: Database,
    ) -> None:
        self._endpoints = endpoints
        self._rulesets = rulesets
        self._database = database
        self._register = Register(SUBJECT, workstreams, trail, database)
        self._rules_register = Register(RULES, rulesets, trail, database)

    async def get(self, workstream_id: WorkstreamId) -> Workstream:
        """Raise NotFound."""
        return await self._register.get(workstream_id)

    async def listing(self, cursor: str | None, limit: int) -> tuple[list[Workstream], str | None]:
        """One page, oldest first."""
        return await self._register.listing(cursor, limit)

    async def create(self, caller: Caller, draft: NewWorkstream) -> Workstream:
        """Set one up."""
        await self._check_fallback(draft.channel, draft.fallback_endpoint_ids)
        workstream = Workstream(
            workstream_id=new_id(),
            created_at=now(),
            updated_at=now(),
            timers=_policy(draft),
            work=draft.work.settings,
            consent=consent_of(draft.consent, ConsentQuestion()),
            **draft.model_dump(exclude={"timers", "work", "consent"}),
        )
        return await self._register.create(caller, workstream.workstream_id, workstream)

    async def copy(self, caller: Caller, workstream_id: WorkstreamId, draft: CopyName) -> Workstream:
        """Another one like it, with its rules and without its endpoints."""
        fresh = {"workstream_id": new_id(), "version": 1, "created_at": now(), "updated_at": now()}
        async with self._database.transaction():
            original = await self._register.get(workstream_id)
            name = draft.name or f"Copy of {original.name}"[:LONGEST_NAME].rstrip()
            copied = changed(original, {**fresh, "name": name})
            copied = await self._register.create(caller, copied.workstream_id, copied)
            owner = {"workstream_id": copied.workstream_id}
            for ruleset in await self._rulesets.of(workstream_id):
                rules = changed(ruleset, {**fresh, "ruleset_id": new_id()} | owner)
                await self._rules_register.create(caller, rules.ruleset_id, rules)
        return copied

    async def update(
        self,
        caller: Caller,
        workstream_id: WorkstreamId,
        change: WorkstreamChange,
        expected_version: int,
    ) -> Workstream:
        """Change some of it; running conversations notice at their next decision."""
        changes = change.given()
        before = await self._register.get(workstream_id)
        if change.consent is not None:
            changes["consent"] = consent_of(change.consent, before.consent)
        await self._check_fallback(before.channel, change.fallback_endpoint_ids or ())
        if change.timers is not None:
            changes["timers"] = TimerPolicy(**dict(change.timers))
        if change.work is not None:
            changes["work"] = change.work.settings
        return await self._register.update(caller, workstream_id, changes, expected_version)

    async def delete(self, caller: Caller, workstream_id: WorkstreamId, expected_version: int) -> None:
        """Remove it. Raise StillInUse while endpoints or conversations depend on it."""
        await self._register.delete(caller, workstream_id, expected_version)

    async def _check_fallback(self, channel: ChannelName, endpoint_ids: Sequence[EndpointId]) -> None:
        if len(set(endpoint_ids)) < len(endpoint_ids):
            raise InvalidInput("Name each endpoint once.", field="fallback_endpoint_ids")
        for endpoint_id in endpoint_ids:
            try:
                endpoint = await self._endpoints.get(endpoint_id)
            except NotFound as error:
                raise InvalidInput(str(error), field="fallback_endpoint_ids") from error
            if endpoint.channel == channel or is_live(endpoint.channel):
                raise InvalidInput(
                    "Fall back to endpoints of other messengers than this workstream's own.",
                    field="fallback_endpoint_ids",
                )
