"""What agents can do, and what somebody must be able to do to take a conversation; and how well."""

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from domain.ids import SkillId
from domain.texts import Name
from domain.values import Value
from domain.versioned import Versioned

Level: TypeAlias = Annotated[int, Field(ge=1, le=100, examples=[3])]
"""1 is the lowest of a skill."""
Levels: TypeAlias = Annotated[
    tuple[Name, ...], Field(min_length=1, max_length=100, examples=[["Basic", "Good", "Expert"]])
]


class RequiredSkill(Value):
    """A skill by its name, with the level that is needed at least."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Billing"])
    level: Level


class AgentSkill(Value):
    """A skill that an agent has."""

    model_config = ConfigDict(extra="forbid")

    skill_id: SkillId
    level: Level


class Skill(Versioned):
    """Something that agents can do more or less well."""

    skill_id: SkillId
    name: Name
    levels: Levels
    """The names of its levels, the lowest first: its rating model."""
