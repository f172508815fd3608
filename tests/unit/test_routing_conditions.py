"""Conditions: each operator on each field, and what is refused, with advice."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.routing_rules import Rule, RulesetKind, problems_of
from tests.rulebook import (
    BILLING,
    BUCHAREST,
    CONDITION,
    ENDPOINT,
    FALLBACK,
    OPEN,
    SALES,
    a_rule,
    asks,
    decided,
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (asks("channel", "is", "line", "whatsapp"), True),
        (asks("channel", "is_not", "whatsapp"), False),
        (asks("endpoint_id", "is", str(ENDPOINT)), True),
        (asks("endpoint_id", "is", str(ENDPOINT).upper()), True),
        (asks("endpoint_id", "is_not", str(ENDPOINT)), False),
        (asks("customer.phone", "is", "+40-721-000-111"), True),
        (asks("customer.phone", "starts_with", "+49", "+40 7"), True),
        (asks("customer.phone", "starts_with", "721"), False),
        (asks("customer.phone", "is_known"), True),
        (asks("customer.name", "is", "ana pop"), True),
        (asks("customer.name", "starts_with", "POP"), False),
        (asks("customer.locale", "is", "pt"), True),
        (asks("customer.locale", "is", "pt-BR"), True),
        (asks("customer.locale", "is", "pt-PT", "pt-BR-abl1943"), False),
        (asks("language", "is", "EN"), True),
        (asks("language", "is_not", "en"), False),
        (asks("message.text", "contains", "money b"), True),
        (asks("message.text", "contains", "\uff4d\uff4f\uff4e\uff45\uff59"), True),
        (asks("message.text", "contains", "refund"), False),
        (asks("message.text", "does_not_contain", "refund", "return"), True),
        (asks("message.text", "does_not_contain", "refund", "money"), False),
        (asks("message.text", "starts_with", "hello"), True),
        (asks("message.text", "starts_with", "want"), False),
        (asks("message.text", "has_word", "money back"), True),
        (asks("message.text", "has_word", "back order"), True),
        (asks("message.text", "has_word", "mone", "ord"), False),
        (asks("message.text", "has_word", "4711"), True),
        (asks("details.entry_point", "is", "placesheet"), True),
        (asks("details.place_id", "is_unknown"), True),
        (asks("details.place_id", "is", "x"), False),
        (asks("details.place_id", "is_not", "x"), True),
        (asks("details.total", "greater_than", "12"), True),
        (asks("details.total", "less_than", "12.5"), False),
        (asks("time.operating_hours", "is_open", OPEN), True),
        (asks("time.operating_hours", "is_closed", OPEN), False),
        (asks("time.weekday", "is", "friday", "saturday", **BUCHAREST), True),
        (asks("time.weekday", "is_not", "friday", **BUCHAREST), False),
        (asks("time.of_day", "between", "14:00", "15:00", **BUCHAREST), True),
        (asks("time.of_day", "between", "13:00", "14:00", **BUCHAREST), False),
        (asks("time.of_day", "between", "22:00", "14:01", **BUCHAREST), True),
        (asks("time.of_day", "between", "22:00", "06:00", **BUCHAREST), False),
        ({"all": [asks("channel", "is", "whatsapp"), asks("language", "is", "ro")]}, False),
        ({"any": [asks("channel", "is", "line"), asks("language", "is", "en")]}, True),
        (
            {
                "all": [
                    {"any": [asks("language", "is", "ro"), asks("customer.locale", "is", "pt")]},
                    asks("channel", "is", "whatsapp"),
                ]
            },
            True,
        ),
        (None, True),
    ],
)
def test_a_condition_holds_or_does_not(condition: Any, *, holds: bool) -> None:
    decision = decided(condition)

    assert decision.queue_id == (BILLING if holds else FALLBACK)
    assert [each.result for each in decision.considered] == ["matched" if holds else "not_matched"]


def test_somebody_without_a_phone_or_a_name_matches_only_what_is_unknown() -> None:
    unknown = {"phone": None, "name": None}

    assert decided(asks("customer.phone", "is_unknown"), **unknown).by == "rule"
    assert decided(asks("customer.phone", "starts_with", "+40"), **unknown).by == "fallback"
    assert decided(asks("customer.name", "is_known"), **unknown).by == "fallback"


def test_day_and_hour_are_those_of_the_zone_not_of_the_server() -> None:
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # Saturday, 00:30 in Bucharest

    assert decided(asks("time.weekday", "is", "saturday", **BUCHAREST), at=late).by == "rule"
    assert decided(asks("time.of_day", "between", "00:00", "01:00", **BUCHAREST), at=late).by == "rule"


# -- what is refused, with advice ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "advice"),
    [
        (asks("customer.shoe_size", "is", "43"), "there is no field"),
        (asks("details.", "is", "43"), "there is no field"),
        (asks("channel", "contains", "line"), "cannot be compared by contains; use is, is_not"),
        (asks("channel", "is", "fax"), "one of whatsapp, line"),
        (asks("endpoint_id", "is", "main"), "the id of an endpoint"),
        (asks("customer.phone", "is", "Ana"), "a telephone number"),
        (asks("language", "is", "english please"), "a language such as"),
        (asks("message.text", "contains"), "needs a value"),
        (asks("message.text", "is_known", "x"), "takes no value"),
        (asks("message.text", "has_word", "!!!"), "use contains"),
        (asks("message.text", "matches", ".*"), "Input should be"),
        (asks("details.total", "greater_than", "many"), "needs a number"),
        (asks("details.total", "greater_than", "1", "2"), "needs one value"),
        (asks("time.weekday", "is", "friday"), "needs a time_zone"),
        (asks("time.weekday", "is", "fri", **BUCHAREST), "a day: monday"),
        (asks("time.of_day", "between", "09:00", **BUCHAREST), "needs two values"),
        (asks("time.of_day", "between", "9:00", "25:00", **BUCHAREST), "two times of day"),
        (asks("time.operating_hours", "is_open", "Office"), "the id of operating hours"),
        (asks("message.text", "contains", "x", **BUCHAREST), "leave it out"),
        ({"all": [{"any": [{"all": [asks("channel", "is", "line")]}]}]}, "two levels deep"),
        ({"all": []}, "at least 1"),
        ({"not": asks("channel", "is", "line")}, "Extra inputs"),
        ({"all": [asks("channel", "is", "line")], "any": []}, "Extra inputs"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused_with_advice(condition: Any, advice: str) -> None:
    with pytest.raises(ValidationError, match=advice):
        CONDITION.validate_python(condition)


@pytest.mark.parametrize(
    ("outcome", "advice"),
    [
        ({}, "at least one of"),
        ({"split": [{"queue_id": BILLING, "percent": 99}]}, "sum to 100; these sum to 99"),
        (
            {"split": [{"queue_id": BILLING, "percent": 50}, {"queue_id": BILLING, "percent": 50}]},
            "each queue of a split once",
        ),
        (
            {
                "queue_id": FALLBACK,
                "split": [{"queue_id": BILLING, "percent": 50}, {"queue_id": SALES, "percent": 50}],
            },
            "not both",
        ),
        ({"attributes": {f"a{n}": "x" for n in range(21)}}, "at most 20"),
        ({"skills": [{"name": "Billing", "level": 0}]}, "greater than or equal to 1"),
    ],
)
def test_an_outcome_that_cannot_be_meant_is_refused_with_advice(
    outcome: dict[str, Any], advice: str
) -> None:
    with pytest.raises(ValidationError, match=advice):
        Rule.model_validate({"name": "it", "outcome": outcome})


def test_a_rule_may_compare_only_so_much() -> None:
    group = {"any": [asks("channel", "is", "line")] * 20}

    with pytest.raises(ValidationError, match="may compare 50 things"):
        a_rule("it", {"all": [group] * 3})


@pytest.mark.parametrize(
    ("kind", "rules", "advice"),
    [
        (RulesetKind.CLASSIFICATION, [a_rule("it")], "names a queue"),
        (RulesetKind.ROUTE_TO_QUEUE, [a_rule("it", None, priority=1)], "names no queue"),
        (RulesetKind.ROUTE_TO_QUEUE, [a_rule("it"), a_rule("it")], "2 rules are named"),
        (
            RulesetKind.ROUTE_TO_QUEUE,
            [
                a_rule(f"r{n}", asks("message.text", "contains", *(f"v{i}" for i in range(50))))
                for n in range(41)
            ],
            "2050 values",
        ),
    ],
)
def test_rules_that_do_not_fit_their_kind_are_refused_with_advice(
    kind: RulesetKind, rules: list[Rule], advice: str
) -> None:
    [problem] = problems_of(kind, rules)

    assert advice in problem
