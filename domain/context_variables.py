"""Context variables: what is told about a conversation beside its messages, by declared names."""

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import ConfigDict

from domain.routing_rules import AttributeName
from domain.values import Value


class ContextVariable(Value):
    """A name under which pages, shops and bots tell something. Capital letters count."""

    model_config = ConfigDict(extra="forbid")

    name: AttributeName
    kind: Literal["text", "number"] = "text"


def as_declared(told: Mapping[str, str], declared: Iterable[ContextVariable]) -> dict[str, str]:
    """What was told, without numbers that are none. What nobody declared is a text."""
    numbers = {variable.name for variable in declared if variable.kind == "number"}
    return {name: said for name, said in told.items() if name not in numbers or _is_number(said)}


def _is_number(said: str) -> bool:
    try:
        return math.isfinite(float(said))
    except ValueError:
        return False
