"""Whether a condition holds, and why. Pure: what is known, the moment included, is an argument."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.comparisons import Comparison, FieldName, Operator
from domain.conditions import AllComparisons, AllOf, AnyCondition
from domain.operating_hours import Weekday
from routing.known import Known, Words, folded
from routing.operating_hours import opening

VALUES_SHOWN: Final = 3
# By these, explanations would say who somebody is; a rule may name one customer.
_NOT_SHOWN: Final = frozenset({FieldName.PHONE, FieldName.NAME})
Test: TypeAlias = Callable[[Known, Comparison, str], bool]


class RuleFailed(Exception):
    """A rule asks for something that cannot be answered. It says what, never what the fact is."""


class Finding(NamedTuple):
    """Whether it holds, and the comparisons that decided."""

    holds: bool
    why: str


def finding(condition: AnyCondition, known: Known) -> Finding:
    """No more is asked than is needed. Raise RuleFailed."""
    if isinstance(condition, Comparison):
        return _compared(condition, known)
    if isinstance(condition, AllOf | AllComparisons):
        return _until(condition.all, known, decides=False)
    return _until(condition.any, known, decides=True)


def _until(parts: Sequence[AnyCondition], known: Known, *, decides: bool) -> Finding:
    asked: list[str] = []
    for part in parts:
        found = finding(part, known)
        if found.holds is decides:
            return found
        asked.append(found.why)
    return Finding(not decides, "; ".join(asked))


def _compared(comparison: Comparison, known: Known) -> Finding:
    question = _question(comparison, known)
    if comparison.field in _OF_TIME:
        holds = _OF_TIME[FieldName(comparison.field)](comparison, known)
        return Finding(holds, f"{question}: {'yes' if holds else 'no'}")
    fact = known.value(comparison.field)
    if comparison.operator in _ABOUT_KNOWING:
        holds = bool(fact) == (comparison.operator is Operator.IS_KNOWN)
        return Finding(holds, f"{question}: {'yes' if holds else 'no'}")
    if fact is None:
        return Finding(comparison.operator in _NEGATIVE, f"{question}: it is not known")
    holds = _test(comparison)(known, comparison, fact)
    return Finding(holds, f"{question}: {'yes' if holds else 'no'}")


def _question(comparison: Comparison, known: Known) -> str:
    words = comparison.operator.replace("_", " ")
    return f"{comparison.field} {words} {_shown(comparison, known)}".rstrip()


def _shown(comparison: Comparison, known: Known) -> str:
    values = comparison.values
    if comparison.field in _NOT_SHOWN and values:
        return "a value of the rule" if len(values) == 1 else f"one of {len(values)} values"
    if comparison.field == FieldName.HOURS:
        found = (known.hours.get(UUID(value)) for value in values)
        values = tuple(hours.name if hours else "?" for hours in found)
    named = [f"“{value}”" for value in values[:VALUES_SHOWN]]
    if len(values) > VALUES_SHOWN:
        named.append(f"{len(values) - VALUES_SHOWN} more")
    return (" and " if comparison.operator is Operator.BETWEEN else " or ").join(named)


# -- time ----------------------------------------------------------------------------------------


def _hours(comparison: Comparison, known: Known) -> bool:
    """Of several: open when one of them is, closed when one of them is."""
    wanted = comparison.operator is Operator.IS_OPEN
    return any(_is_open(value, known) is wanted for value in comparison.values)


def _is_open(hours_id: str, known: Known) -> bool:
    hours = known.hours.get(UUID(hours_id))
    if hours is None:
        raise RuleFailed("It asks about operating hours that do not exist (any more).")
    return opening(hours, known.facts.at).is_open


def _weekday(comparison: Comparison, known: Known) -> bool:
    day = Weekday.of(known.facts.at.astimezone(_zone(comparison)).date())
    return (day in comparison.values) is (comparison.operator is Operator.IS)


def _clock(comparison: Comparison, known: Known) -> bool:
    """From the first on, before the second; when the second is not later, over midnight."""
    begins, ends = map(time.fromisoformat, comparison.values)
    now = known.facts.at.astimezone(_zone(comparison)).time()
    return begins <= now < ends if begins < ends else now >= begins or now < ends


def _zone(comparison: Comparison) -> ZoneInfo:
    return ZoneInfo(comparison.time_zone or "UTC")


_OF_TIME: Final[Mapping[str, Callable[[Comparison, Known], bool]]] = {
    FieldName.HOURS: _hours,
    FieldName.WEEKDAY: _weekday,
    FieldName.CLOCK: _clock,
}

# -- everything else -----------------------------------------------------------------------------


def _contains(known: Known, comparison: Comparison, fact: str) -> bool:
    text = known.folded(fact)
    return any(folded(value) in text for value in comparison.values)


def _starts(known: Known, comparison: Comparison, fact: str) -> bool:
    text = known.folded(fact).lstrip()
    return text.startswith(tuple(folded(value) for value in comparison.values))


def _has_word(known: Known, comparison: Comparison, fact: str) -> bool:
    words = known.words(fact)
    return any(words.include(Words(folded(value))) for value in comparison.values)


def _is(known: Known, comparison: Comparison, fact: str) -> bool:
    text = known.folded(fact).strip()
    return any(folded(value).strip() == text for value in comparison.values)


def _is_number(_known: Known, comparison: Comparison, fact: str) -> bool:
    return _digits(fact) in set(map(_digits, comparison.values))


def _starts_number(_known: Known, comparison: Comparison, fact: str) -> bool:
    return _digits(fact).startswith(tuple(map(_digits, comparison.values)))


def _digits(phone: str) -> str:
    """A number is the same however it is punctuated."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


def _is_language(_known: Known, comparison: Comparison, fact: str) -> bool:
    """`pt` is also pt-BR; `pt-BR` is only that (RFC 4647, basic filtering)."""
    tag = f"{_tag(fact)}-"
    return any(tag.startswith(f"{_tag(value)}-") for value in comparison.values)


def _tag(language: str) -> str:
    return language.lower().replace("_", "-")


def _is_greater(_known: Known, comparison: Comparison, fact: str) -> bool:
    return _number(comparison.field, fact) > float(comparison.values[0])


def _is_less(_known: Known, comparison: Comparison, fact: str) -> bool:
    return _number(comparison.field, fact) < float(comparison.values[0])


def _number(field: str, fact: str) -> float:
    try:
        return float(fact)
    except ValueError:
        raise RuleFailed(f"{field} is not a number here, but is compared with one.") from None


_ABOUT_KNOWING: Final = frozenset({Operator.IS_KNOWN, Operator.IS_UNKNOWN})
# True of what is not known, too.
_NEGATIVE: Final = frozenset({Operator.IS_NOT, Operator.DOES_NOT_CONTAIN})
_OPPOSITE: Final = {Operator.IS_NOT: Operator.IS, Operator.DOES_NOT_CONTAIN: Operator.CONTAINS}
_TESTS: Final[Mapping[Operator, Test]] = {
    Operator.IS: _is,
    Operator.CONTAINS: _contains,
    Operator.STARTS_WITH: _starts,
    Operator.HAS_WORD: _has_word,
    Operator.GREATER_THAN: _is_greater,
    Operator.LESS_THAN: _is_less,
}
_OWN_TESTS: Final[Mapping[tuple[str, Operator], Test]] = {
    (FieldName.PHONE, Operator.IS): _is_number,
    (FieldName.PHONE, Operator.STARTS_WITH): _starts_number,
    (FieldName.LANGUAGE, Operator.IS): _is_language,
    (FieldName.LOCALE, Operator.IS): _is_language,
}


def _test(comparison: Comparison) -> Test:
    positive = _OPPOSITE.get(comparison.operator, comparison.operator)
    test = _OWN_TESTS.get((comparison.field, positive), _TESTS[positive])
    if positive is comparison.operator:
        return test
    return lambda known, asked, fact: not test(known, asked, fact)
