"""Routing rules: one set of each kind for a workstream, and what they would do."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AwareDatetime, Field

from application.configuration.audit import AuditTrail, now
from application.configuration.drafts import Draft, Language, Moment, Text
from application.configuration.pages import matching
from application.configuration.register import Register
from application.configuration.skills import unknown_skills
from domain.configuration import Caller
from domain.context_variables import as_declared
from domain.errors import InvalidInput, NotFound
from domain.ids import ConversationId, EndpointId, RulesetId, WorkstreamId, new_id
from domain.routing_decisions import Arrival, Decision, Facts
from domain.routing_rules import (
    Rule,
    Rules,
    Ruleset,
    RulesetKind,
    hours_asked_by,
    problems_of,
    queues_in,
    skills_in,
)
from routing.overflow import admitted
from routing.rules import decide
from storage.database import Database
from storage.endpoints import Endpoints
from storage.entrances import Entrances
from storage.queues import Queues
from storage.routing_rules import Rulebooks, Rulesets
from storage.skills import Skills
from storage.workstreams import Workstreams

SUBJECT: Final = "routing_rules"
_EXAMPLE: Final = [
    {
        "name": "Refunds",
        "condition": {"field": "message.text", "operator": "has_word", "value": ["refund"]},
        "outcome": {"attributes": {"topic": "refund"}, "priority": 50},
    }
]


class NewRuleset(Draft):
    """Rules for a workstream. It may have one set of each kind."""

    workstream_id: WorkstreamId
    kind: RulesetKind = Field(examples=["classification"])
    rules: Rules = Field(default=(), examples=[_EXAMPLE])


class RulesetChange(Draft):
    """What to change: the rules are replaced as a whole."""

    rules: Rules | None = None


class MessageFacts(Draft):
    """A first message that somebody might write."""

    text: Annotated[Text, Field(max_length=10_000)] | None = Field(
        default=None, examples=["I want a refund"]
    )
    endpoint_id: EndpointId | None = None
    phone: Annotated[Text, Field(max_length=50)] | None = Field(default=None, examples=["+40721000111"])
    name: Annotated[Text, Field(max_length=200)] | None = Field(default=None, examples=["Ana"])
    language: Language | None = None
    """Without one: that of the endpoint."""
    details: dict[str, Annotated[str, Field(max_length=2_048)]] = Field(
        default_factory=dict, max_length=100, examples=[{"entry_point": "PLACESHEET"}]
    )


class DryRun(Draft):
    """A message, and the moment at which it might come."""

    workstream_id: WorkstreamId
    message: MessageFacts = MessageFacts()
    at: Moment = None
    conversation_id: ConversationId | None = None
    """A split goes by it: the same id, the same queue."""


class DryRunResult(Decision):
    """What would have happened. Nothing has."""

    at: AwareDatetime
    conversation_id: ConversationId
    queue_name: str


class RoutingConfiguration:
    """Keeps rules, and tries them out."""

    def __init__(self, *, trail: AuditTrail, database: Database) -> None:
        self._rulesets = Rulesets(database)
        self._rulebooks = Rulebooks(database)
        self._workstreams = Workstreams(database)
        self._endpoints = Endpoints(database)
        self._queues = Queues(database)
        self._skills = Skills(database)
        self._entrances = Entrances(database)
        self._register = Register(SUBJECT, self._rulesets, trail, database)

    async def get(self, ruleset_id: RulesetId) -> Ruleset:
        """Raise NotFound."""
        return await self._register.get(ruleset_id)

    async def listing(
        self, workstream_id: WorkstreamId | None, cursor: str | None, limit: int
    ) -> tuple[list[Ruleset], str | None]:
        """One page, oldest first; of one workstream, if that is named."""
        if workstream_id is None:
            return await self._register.listing(cursor, limit)
        return await matching(
            self._register.listing,
            lambda ruleset: ruleset.workstream_id == workstream_id,
            identity=lambda ruleset: ruleset.ruleset_id,
            cursor=cursor,
            limit=limit,
        )

    async def create(self, caller: Caller, draft: NewRuleset) -> Ruleset:
        """Write them down. Raise Conflict when the workstream has such a set."""
        await self._check(draft.kind, draft.rules)
        ruleset = Ruleset(
            ruleset_id=new_id(),
            workstream_id=draft.workstream_id,
            kind=draft.kind,
            rules=draft.rules,
            created_at=now(),
            updated_at=now(),
        )
        return await self._register.create(caller, ruleset.ruleset_id, ruleset)

    async def update(
        self, caller: Caller, ruleset_id: RulesetId, change: RulesetChange, expected_version: int
    ) -> Ruleset:
        """Change them; conversations that begin from some seconds on go by the new ones."""
        if change.rules is not None:
            await self._check((await self.get(ruleset_id)).kind, change.rules)
        changes = {} if change.rules is None else {"rules": change.rules}
        return await self._register.update(caller, ruleset_id, changes, expected_version)

    async def delete(self, caller: Caller, ruleset_id: RulesetId, expected_version: int) -> None:
        """Raise NotFound or StaleVersion."""
        await self._register.delete(caller, ruleset_id, expected_version)

    async def dry_run(self, question: DryRun) -> DryRunResult:
        """Decide as for a real message, by the rules as they are now. Raise InvalidInput."""
        arrival = await self._arrival(question)
        book = await self._rulebooks.read(question.workstream_id)
        decision = decide(book, arrival)
        entrance = await self._entrances.of(decision.queue_id, decision.overflow)
        decision = admitted(decision, arrival, entrance)
        queue = await self._queues.get(decision.queue_id)
        return DryRunResult(
            **dict(decision),
            at=arrival.facts.at,
            conversation_id=arrival.conversation_id,
            queue_name=queue.name,
        )

    async def _arrival(self, question: DryRun) -> Arrival:
        message = question.message
        try:
            workstream = await self._workstreams.get(question.workstream_id)
            endpoint = await self._endpoints.get(message.endpoint_id) if message.endpoint_id else None
        except NotFound as error:
            raise InvalidInput(str(error), field="workstream_id or endpoint_id") from error
        return Arrival(
            conversation_id=question.conversation_id or new_id(),
            workstream_id=workstream.workstream_id,
            fallback_queue_id=workstream.fallback_queue_id,
            facts=Facts(
                channel=workstream.channel,
                at=question.at or now(),
                language=message.language or (endpoint.language if endpoint else "en"),
                endpoint_id=message.endpoint_id,
                phone=message.phone,
                name=message.name,
                text=message.text or "",
                details=as_declared(message.details, workstream.context_variables),
            ),
        )

    async def _check(self, kind: RulesetKind, rules: Sequence[Rule]) -> None:
        problems = [*problems_of(kind, rules), *await self._unknown(rules)]
        problems += await unknown_skills(self._skills, skills_in(rules))
        if problems:
            raise InvalidInput(" ".join(problems), field="rules", problems=problems)

    async def _unknown(self, rules: Sequence[Rule]) -> list[str]:
        queues = set(await self._rulebooks.queues(queues_in(rules)))
        hours = {each.operating_hours_id for each in await self._rulebooks.hours(hours_asked_by(rules))}
        return [
            f"“{rule.name}” names {what} {each}, but there is none."
            for rule in rules
            for what, ids in (
                ("the queue", queues_in([rule]) - queues),
                ("operating hours", hours_asked_by([rule]) - hours),
            )
            for each in sorted(ids)
        ]
