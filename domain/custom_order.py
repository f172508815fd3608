"""An order of one's own: which conversations of a queue come first, and whom they are offered to."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Self, TypeAlias

from pydantic import ConfigDict, Field, model_validator

from domain.comparisons import ATTRIBUTE, FieldName
from domain.conditions import Condition, comparisons_in
from domain.distribution import SkillMatching
from domain.presences import BasePresence
from domain.skills import RequiredSkill
from domain.texts import Name
from domain.values import Value

# What is still known of a conversation that waits; what was said first is looked at when it begins.
_KNOWN: Final = (FieldName.CHANNEL, FieldName.ENDPOINT, FieldName.LANGUAGE)


class AgentOrder(StrEnum):
    """Who of several suitable agents is asked first."""

    MOST_ROOM = "most_room"
    FEWEST_SESSIONS = "fewest_sessions"
    LONGEST_IDLE = "longest_idle"
    IN_TURN = "in_turn"
    CLOSEST_SKILLS = "closest_skills"
    MOST_SKILLED = "most_skilled"


class _Named(Value):
    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Gold"])
    condition: Condition | None = Field(
        default=None,
        examples=[{"field": "attributes.tier", "operator": "is", "value": "gold"}],
    )
    """Which conversations it is about: their channel, endpoint, language, attributes. None: all."""

    @model_validator(mode="after")
    def _asks_for_what_is_known(self) -> Self:
        for field in {comparison.field for comparison in comparisons_in(self.condition)}:
            if field not in _KNOWN and not field.startswith(ATTRIBUTE):
                raise ValueError(
                    f"“{self.name}” asks for {field}, which is not known of a conversation that"
                    " waits; set an attribute by a classification rule, and ask for that"
                )
        return self


class Bucket(_Named):
    """Conversations that come before those of later buckets, and before those of none."""


class AssignmentRule(_Named):
    """Whom conversations are offered to: the first rule that finds somebody decides."""

    after: timedelta = Field(default=timedelta(0), ge=timedelta(0), le=timedelta(days=2))
    """Only for those who have waited that long: what is asked for is relaxed step by step."""
    presences: Annotated[tuple[BasePresence, ...], Field(max_length=6)] = ()
    """Empty: those that the workstream allows."""
    skill_matching: SkillMatching | None = None
    """None: as the workstream says."""
    having: Annotated[tuple[RequiredSkill, ...], Field(max_length=20)] = ()
    """Skills beside those that the conversation requires."""
    order_by: Annotated[tuple[AgentOrder, ...], Field(min_length=1, max_length=5)] = (
        AgentOrder.MOST_ROOM,
    )


Buckets: TypeAlias = Annotated[tuple[Bucket, ...], Field(max_length=20)]
AssignmentRules: TypeAlias = Annotated[tuple[AssignmentRule, ...], Field(max_length=20)]


class CustomOrder(Value):
    """The two lists of a queue whose method is `custom`. Capacity always counts."""

    model_config = ConfigDict(extra="forbid")

    buckets: Buckets = ()
    rules: AssignmentRules = ()

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Self:
        for names in (self._names(self.buckets), self._names(self.rules)):
            for name in {each for each in names if names.count(each) > 1}:
                raise ValueError(f"two are named “{name}”; explanations say names, so change one")
        return self

    @staticmethod
    def _names(named: tuple[_Named, ...]) -> list[str]:
        return [each.name for each in named]
