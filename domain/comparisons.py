"""One question about one fact: a field, an operator and values that fit each other."""

import re
from collections.abc import Callable, Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple, Self, TypeAlias
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from domain.channels import ChannelName
from domain.operating_hours import Weekday
from domain.texts import PRINTABLE
from domain.time_zones import TimeZone
from domain.values import Value

VALUES_OF_A_COMPARISON: Final = 50
DETAIL: Final = "details."
ATTRIBUTE: Final = "attributes."
_OWN_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}")
_CLOCK: Final = re.compile(r"[0-9]{2}:[0-9]{2}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class Operator(StrEnum):
    """How a fact is compared. Several values: any of them; of the negative ones: none of them."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does_not_contain"
    STARTS_WITH = "starts_with"
    HAS_WORD = "has_word"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"
    IS_KNOWN = "is_known"
    IS_UNKNOWN = "is_unknown"
    IS_OPEN = "is_open"
    IS_CLOSED = "is_closed"
    BETWEEN = "between"


class FieldName(StrEnum):
    """What can be asked about, beside `details.<name>` and `attributes.<name>`."""

    CHANNEL = "channel"
    ENDPOINT = "endpoint_id"
    PHONE = "customer.phone"
    NAME = "customer.name"
    LOCALE = "customer.locale"
    TEXT = "message.text"
    LANGUAGE = "language"
    HOURS = "time.operating_hours"
    WEEKDAY = "time.weekday"
    CLOCK = "time.of_day"


class _Kind(NamedTuple):
    """Which operators fit a field, and which values."""

    operators: tuple[Operator, ...]
    fits: Callable[[str], bool]
    advice: str = ""
    has_time_zone: bool = False


def _one_of(names: type[StrEnum]) -> Callable[[str], bool]:
    return lambda value: value in set(names)


def _is_uuid(value: str) -> bool:
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _is_clock(value: str) -> bool:
    try:
        return bool(_CLOCK.fullmatch(value)) and time.fromisoformat(value) is not None
    except ValueError:
        return False


_MAY_MISS: Final = (Operator.IS_KNOWN, Operator.IS_UNKNOWN)
_SAME: Final = (Operator.IS, Operator.IS_NOT)
_IN_TEXT: Final = (
    *_SAME,
    Operator.CONTAINS,
    Operator.DOES_NOT_CONTAIN,
    Operator.STARTS_WITH,
    Operator.HAS_WORD,
    *_MAY_MISS,
)
_NUMERIC: Final = (Operator.GREATER_THAN, Operator.LESS_THAN)
_TEXT: Final = _Kind(_IN_TEXT, bool)
_OWN: Final = _Kind((*_IN_TEXT, *_NUMERIC), bool)
_TAG: Final = "a language such as en or pt-BR"
_KINDS: Final[Mapping[str, _Kind]] = {
    FieldName.CHANNEL: _Kind(_SAME, _one_of(ChannelName), f"one of {', '.join(ChannelName)}"),
    FieldName.ENDPOINT: _Kind(_SAME, _is_uuid, "the id of an endpoint"),
    FieldName.PHONE: _Kind(
        (*_SAME, Operator.STARTS_WITH, *_MAY_MISS),
        lambda value: bool(_PHONE.fullmatch(value)),
        "a telephone number, or its beginning, such as +40",
    ),
    FieldName.NAME: _TEXT,
    FieldName.TEXT: _TEXT,
    FieldName.LOCALE: _Kind((*_SAME, *_MAY_MISS), lambda value: bool(_LANGUAGE.fullmatch(value)), _TAG),
    FieldName.LANGUAGE: _Kind(_SAME, lambda value: bool(_LANGUAGE.fullmatch(value)), _TAG),
    FieldName.HOURS: _Kind(
        (Operator.IS_OPEN, Operator.IS_CLOSED), _is_uuid, "the id of operating hours"
    ),
    FieldName.WEEKDAY: _Kind(
        _SAME, _one_of(Weekday), f"a day: {', '.join(Weekday)}", has_time_zone=True
    ),
    FieldName.CLOCK: _Kind(
        (Operator.BETWEEN,), _is_clock, "two times of day such as 09:00 and 17:30", has_time_zone=True
    ),
}
Words: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]


class Comparison(Value):
    """One question about one fact. Texts are compared whatever their case."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(
        max_length=120,
        description=f"{', '.join(FieldName)}, {DETAIL}<name> or {ATTRIBUTE}<name>.",
        examples=["message.text"],
    )
    operator: Operator = Field(examples=["has_word"])
    value: Words | Annotated[tuple[Words, ...], Field(max_length=VALUES_OF_A_COMPARISON)] = Field(
        default=(), examples=[["refund", "money back"]]
    )
    time_zone: TimeZone | None = None
    """Of `time.weekday` and `time.of_day`."""

    @property
    def values(self) -> tuple[str, ...]:
        """Also of a single one."""
        return (self.value,) if isinstance(self.value, str) else self.value

    @model_validator(mode="before")
    @classmethod
    def _not_nested_deeper(cls, given: Any) -> Any:  # noqa: ANN401 - whatever somebody typed
        if isinstance(given, Mapping) and {"all", "any"} & set(given):
            raise ValueError(
                "conditions may be nested two levels deep: all or any of groups of comparisons;"
                " make two rules of this one, or set an attribute by a classification rule"
            )
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        kind = _kind_of(self.field)
        if self.operator not in kind.operators:
            raise ValueError(
                f"{self.field} cannot be compared by {self.operator}; use {', '.join(kind.operators)}"
            )
        _check_number_of_values(self)
        _check_values(self, kind)
        if kind.has_time_zone != (self.time_zone is not None):
            raise ValueError(
                f"{self.field} needs a time_zone such as Europe/Bucharest"
                if kind.has_time_zone
                else f"{self.field} knows no time_zone; leave it out"
            )
        return self


def _kind_of(field: str) -> _Kind:
    if field in _KINDS:
        return _KINDS[field]
    for prefix in (DETAIL, ATTRIBUTE):
        if field.startswith(prefix) and _OWN_NAME.fullmatch(field.removeprefix(prefix)):
            return _OWN
    raise ValueError(
        f"there is no field “{field}”; fields are {', '.join(FieldName)}, {DETAIL}<name> (what the"
        f" channel or a survey told) and {ATTRIBUTE}<name> (what classification rules set)"
    )


def _check_number_of_values(comparison: Comparison) -> None:
    number, operator = len(comparison.values), comparison.operator
    if operator in _MAY_MISS and number:
        raise ValueError(f"{operator} takes no value; leave it out")
    if operator not in _MAY_MISS and not number:
        raise ValueError(f"{operator} needs a value")
    if operator is Operator.BETWEEN and number != 2:  # noqa: PLR2004 - from, and until
        raise ValueError('between needs two values: ["09:00", "17:30"]')
    if operator in _NUMERIC and number != 1:
        raise ValueError(f"{operator} needs one value")


def _check_values(comparison: Comparison, kind: _Kind) -> None:
    if comparison.operator in _NUMERIC and not all(map(_NUMBER.fullmatch, comparison.values)):
        raise ValueError(f"{comparison.operator} needs a number such as 100")
    if not all(map(kind.fits, comparison.values)):
        raise ValueError(f"the value of {comparison.field} is {kind.advice}")
    # Words are what stands between spaces and punctuation.
    is_about_words = comparison.operator is Operator.HAS_WORD
    if is_about_words and not all(re.search(r"\w", value) for value in comparison.values):
        raise ValueError("has_word needs a letter or a digit; use contains for anything else")
