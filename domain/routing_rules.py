"""Rules that say where a conversation goes: ordered, each a name, a condition and an outcome."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final, Self, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from domain.conditions import Condition, comparisons_in, hours_in
from domain.ids import OperatingHoursId, QueueId, RulesetId, WorkstreamId
from domain.operating_hours import OperatingHours
from domain.overflow import Overflow
from domain.skills import RequiredSkill
from domain.texts import PRINTABLE, Language, Name
from domain.values import Value
from domain.versioned import Versioned

RULES_OF_A_SET: Final = 200
COMPARISONS_OF_A_RULE: Final = 50
# So many texts are searched for in a long message within milliseconds; the webhook waits for it.
VALUES_OF_A_SET: Final = 2_000
WHOLE: Final = 100


class RulesetKind(StrEnum):
    """When a set of rules speaks."""

    CLASSIFICATION = "classification"
    """First, and every rule that matches, in order; later ones see the attributes of earlier ones."""
    ROUTE_TO_QUEUE = "route_to_queue"
    """Then; the first rule that matches decides."""


class Share(Value):
    """A queue's part of the conversations for which a rule decides."""

    model_config = ConfigDict(extra="forbid")

    queue_id: QueueId
    percent: int = Field(ge=1, le=WHOLE - 1, examples=[50])


AttributeName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.:-]*$", max_length=100)
]
AttributeValue: TypeAlias = Annotated[str, StringConstraints(max_length=500, pattern=PRINTABLE)]
Attributes: TypeAlias = Annotated[
    dict[AttributeName, AttributeValue],
    Field(
        max_length=20,
        examples=[{"topic": "billing"}],
        json_schema_extra={"additionalProperties": False},
    ),
]
Priority: TypeAlias = Annotated[int, Field(ge=0, le=10_000, examples=[50])]
"""As that of a queue: the lower number first. Without a rule it is 100."""
Skills: TypeAlias = Annotated[tuple[RequiredSkill, ...], Field(max_length=20)]


class Outcome(Value):
    """What a rule that matches has happen. A queue, or a split over queues; or neither."""

    model_config = ConfigDict(extra="forbid")

    queue_id: QueueId | None = None
    split: tuple[Share, ...] = Field(default=(), max_length=5)
    attributes: Attributes = Field(default_factory=dict)
    priority: Priority | None = None
    language: Language | None = None
    skills: Skills = ()
    overflow: Overflow | None = None
    """In place of what the queue says of overflow."""

    @property
    def chosen(self) -> tuple[QueueId, ...]:
        """The queues to which it sends."""
        own = (self.queue_id,) if self.queue_id else ()
        return (*own, *(share.queue_id for share in self.split))

    @property
    def queues(self) -> tuple[QueueId, ...]:
        """Every queue that it names."""
        return (*self.chosen, *(self.overflow.queues if self.overflow else ()))

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        if self.queue_id and self.split:
            raise ValueError("give a queue_id or a split, not both")
        if self.split and sum(share.percent for share in self.split) != WHOLE:
            total = sum(share.percent for share in self.split)
            raise ValueError(f"the percentages of a split must sum to 100; these sum to {total}")
        if len(set(self.chosen)) != len(self.chosen):
            raise ValueError("name each queue of a split once")
        if self.overflow and set(self.overflow.queues) & set(self.chosen):
            raise ValueError("a queue cannot overflow into itself")
        if self == Outcome.model_construct():
            raise ValueError("an outcome needs at least one of queue_id, split, attributes, …")
        return self


class Rule(Value):
    """One rule. Without a condition it always matches."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Refunds"])
    condition: Condition | None = None
    outcome: Outcome

    @model_validator(mode="after")
    def _within_reason(self) -> Self:
        if sum(1 for _ in comparisons_in(self.condition)) > COMPARISONS_OF_A_RULE:
            raise ValueError(
                f"a rule may compare {COMPARISONS_OF_A_RULE} things; make two rules of this one,"
                " or give one comparison several values"
            )
        return self


Rules: TypeAlias = Annotated[tuple[Rule, ...], Field(max_length=RULES_OF_A_SET)]


class Ruleset(Versioned):
    """The rules of one kind of a workstream, in the order in which they are tried."""

    ruleset_id: RulesetId
    workstream_id: WorkstreamId
    kind: RulesetKind
    rules: Rules = ()


class Rulebook(Value):
    """All that decides about a conversation of one workstream."""

    classification: tuple[Rule, ...] = ()
    routing: tuple[Rule, ...] = ()
    hours: Mapping[OperatingHoursId, OperatingHours] = Field(default_factory=dict)
    unreadable: RulesetKind | None = None
    """These rules were written by another version, and this one does not understand them."""


def queues_in(rules: Sequence[Rule]) -> set[QueueId]:
    """Every queue that one of them names."""
    return {queue_id for rule in rules for queue_id in rule.outcome.queues}


def hours_asked_by(rules: Sequence[Rule]) -> set[OperatingHoursId]:
    """All operating hours that one of them asks about."""
    return {hours_id for rule in rules for hours_id in hours_in(rule.condition)}


def skills_in(rules: Sequence[Rule]) -> list[RequiredSkill]:
    """All that conversations are said to need."""
    return [skill for rule in rules for skill in rule.outcome.skills]


def problems_of(kind: RulesetKind, rules: Sequence[Rule]) -> Iterator[str]:
    """What is wrong with these as a set of that kind, in words for whoever wrote them."""
    for name, number in Counter(rule.name for rule in rules).items():
        if number > 1:
            yield f"{number} rules are named “{name}”. Name each differently: explanations say names."
    for rule in rules:
        if kind is RulesetKind.CLASSIFICATION and (rule.outcome.queues or rule.outcome.overflow):
            yield (
                f"“{rule.name}” names a queue or its overflow, but a classification rule says what"
                " something is. Set an attribute, and choose the queue by it in a route_to_queue rule."
            )
        if kind is RulesetKind.ROUTE_TO_QUEUE and not rule.outcome.chosen:
            yield f"“{rule.name}” names no queue. Give its outcome a queue_id or a split."
    values = sum(len(each.values) for rule in rules for each in comparisons_in(rule.condition))
    if values > VALUES_OF_A_SET:
        yield f"These rules compare with {values} values; at most {VALUES_OF_A_SET} can be tried."
