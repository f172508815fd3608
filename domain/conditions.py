"""Conditions of rules: a comparison, or all or any of several, on two levels at most."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import ConfigDict, Discriminator, Field, Tag

from domain.comparisons import Comparison, FieldName
from domain.ids import OperatingHoursId
from domain.values import Value

CONDITIONS_OF_A_GROUP: Final = 20
_HOW_MANY: Final = Field(min_length=1, max_length=CONDITIONS_OF_A_GROUP)


class AllComparisons(Value):
    """True when each of them is."""

    model_config = ConfigDict(extra="forbid")

    all: Annotated[tuple[Comparison, ...], _HOW_MANY]


class AnyComparison(Value):
    """True when one of them is."""

    model_config = ConfigDict(extra="forbid")

    any: Annotated[tuple[Comparison, ...], _HOW_MANY]


def _shape(given: Any) -> Literal["all", "any", "comparison"]:  # noqa: ANN401 - typed, or a value
    names = set(given) if isinstance(given, Mapping) else set(getattr(type(given), "model_fields", ()))
    if "all" in names:
        return "all"
    return "any" if "any" in names else "comparison"


_Comparison: TypeAlias = Annotated[Comparison, Tag("comparison")]
Part: TypeAlias = Annotated[
    _Comparison | Annotated[AllComparisons, Tag("all")] | Annotated[AnyComparison, Tag("any")],
    Discriminator(_shape),
]
"""What a group consists of."""


class AllOf(Value):
    """True when each of its parts is."""

    model_config = ConfigDict(extra="forbid")

    all: Annotated[tuple[Part, ...], _HOW_MANY]


class AnyOf(Value):
    """True when one of its parts is."""

    model_config = ConfigDict(extra="forbid")

    any: Annotated[tuple[Part, ...], _HOW_MANY]


Condition: TypeAlias = Annotated[
    _Comparison | Annotated[AllOf, Tag("all")] | Annotated[AnyOf, Tag("any")],
    Discriminator(_shape),
]
AnyCondition: TypeAlias = Comparison | AllOf | AnyOf | AllComparisons | AnyComparison


def comparisons_in(condition: AnyCondition | None) -> Iterator[Comparison]:
    """All of them, wherever they stand."""
    match condition:
        case Comparison():
            yield condition
        case AllOf() | AllComparisons():
            for each in condition.all:
                yield from comparisons_in(each)
        case AnyOf() | AnyComparison():
            for each in condition.any:
                yield from comparisons_in(each)


def hours_in(condition: AnyCondition | None) -> Iterator[OperatingHoursId]:
    """The operating hours that it asks about."""
    for comparison in comparisons_in(condition):
        if comparison.field == FieldName.HOURS:
            yield from map(UUID, comparison.values)
