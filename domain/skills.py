"""What somebody must be able to do to take a conversation: the name of a skill, and how well."""

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints

from domain.values import Value

SkillName: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,100}$", max_length=100)
]


class RequiredSkill(Value):
    """A skill by its name, with the level that is needed at least."""

    model_config = ConfigDict(extra="forbid")

    name: SkillName = Field(examples=["Billing"])
    level: int = Field(ge=1, le=100, examples=[3])
