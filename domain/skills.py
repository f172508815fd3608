"""What somebody must be able to do to take a conversation: the name of a skill, and how well."""

from pydantic import ConfigDict, Field

from domain.texts import Name
from domain.values import Value


class RequiredSkill(Value):
    """A skill by its name, with the level that is needed at least."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Billing"])
    level: int = Field(ge=1, le=100, examples=[3])
