"""Rules: order, what fails, percentages, and that nothing ever raises."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.comparisons import Comparison
from domain.conditions import comparisons_in
from domain.ids import new_id
from domain.routing_rules import Rule, Rulebook, RulesetKind, Share
from routing.rules import decide, share_of
from tests.rulebook import (
    BILLING,
    CONDITION,
    ENDPOINT,
    FALLBACK,
    HOURS,
    OPEN,
    SALES,
    a_rule,
    an_arrival,
    asks,
    decided,
)


def test_all_that_classifies_applies_in_order_and_the_first_route_that_matches_decides() -> None:
    book = Rulebook(
        classification=(
            a_rule("refund", asks("message.text", "contains", "money"), attributes={"topic": "refund"}),
            a_rule("never", asks("channel", "is", "line"), attributes={"topic": "line"}),
            a_rule(
                "urgent",
                asks("attributes.topic", "is", "refund"),
                attributes={"topic": "urgent refund"},
                priority=5,
                language="ro",
                skills=[{"name": "Billing", "level": 3}],
            ),
        ),
        routing=(
            a_rule("refunds", asks("attributes.topic", "is", "refund"), queue_id=SALES),
            a_rule(
                "in Romanian",
                asks("language", "is", "ro"),
                queue_id=BILLING,
                skills=[{"name": "billing", "level": 5}],
            ),
            a_rule("rest", None, queue_id=SALES),
        ),
    )

    decision = decide(book, an_arrival())

    assert (decision.queue_id, decision.by, decision.priority) == (BILLING, "rule", 5)
    assert decision.attributes == {"topic": "urgent refund"}
    assert decision.language == "ro"
    assert [(each.name, each.level) for each in decision.required_skills] == [("billing", 5)]
    assert [(each.rule, each.result) for each in decision.considered] == [
        ("refund", "matched"),
        ("never", "not_matched"),
        ("urgent", "matched"),
        ("refunds", "not_matched"),
        ("in Romanian", "matched"),
    ]


def test_without_rules_the_fallback_queue_takes_it() -> None:
    decision = decide(Rulebook(), an_arrival())

    assert (decision.queue_id, decision.by, decision.language) == (FALLBACK, "fallback", "en")
    assert (decision.priority, decision.attributes, decision.considered) == (100, {}, ())


@pytest.mark.parametrize(
    "condition",
    [
        asks("details.entry_point", "greater_than", "10"),
        asks("time.operating_hours", "is_open", str(new_id())),
    ],
)
@pytest.mark.parametrize("kind", ["classification", "routing"])
def test_a_rule_that_fails_leads_to_the_fallback_queue_and_is_told(condition: Any, kind: str) -> None:
    outcome: dict[str, Any] = {"priority": 1} if kind == "classification" else {"queue_id": SALES}
    rules: dict[str, Any] = {"routing": (a_rule("rest"),)}
    rules[kind] = (a_rule("broken", condition, **outcome), *rules.get(kind, ()))

    decision = decide(Rulebook(**rules), an_arrival())

    assert (decision.queue_id, decision.by, decision.failed) == (FALLBACK, "fallback", True)
    assert "“broken” failed" in decision.why
    assert [each.rule for each in decision.considered] == ["broken"]


def test_a_fact_of_the_wrong_type_is_a_rule_that_failed_and_never_an_error() -> None:
    facts = an_arrival().facts.model_copy(update={"details": {"entry_point": {"no": "text"}}})
    arrival = an_arrival().model_copy(update={"facts": facts})
    book = Rulebook(routing=(a_rule("it", asks("details.entry_point", "contains", "x")),))

    decision = decide(book, arrival)

    assert (decision.by, decision.failed) == ("fallback", True)
    assert decision.considered[0].why == "It broke: TypeError."


def test_rules_that_cannot_be_read_are_told() -> None:
    decision = decide(Rulebook(unreadable=RulesetKind.ROUTE_TO_QUEUE), an_arrival())

    assert (decision.queue_id, decision.failed) == (FALLBACK, True)


def test_inv9_an_explanation_says_nothing_of_who_somebody_is_or_what_they_said() -> None:
    told = decided(
        {
            "all": [
                asks("message.text", "contains", "money"),
                asks("customer.phone", "is", "+40721000111"),
                asks("customer.name", "is", "Ana Pop"),
                asks("details.total", "is_known"),
            ]
        }
    ).model_dump_json()

    assert "“money”: yes" in told
    for private in ("4711", "Ana", "721", "12.50", "back"):
        assert private not in told


def test_a_reason_shows_the_hours_by_their_name_and_few_of_many_values() -> None:
    many = decided(asks("message.text", "contains", "a1", "a2", "a3", "a4", "a5"))
    hours = decided(asks("time.operating_hours", "is_closed", OPEN))

    assert many.considered[0].why == "message.text contains “a1” or “a2” or “a3” or 2 more: no"
    assert hours.considered[0].why == "time.operating_hours is closed “Office”: no"


# -- percentages ---------------------------------------------------------------------------------


def test_a_split_gives_each_queue_its_part_and_a_conversation_always_the_same() -> None:
    split = (
        Share(queue_id=BILLING, percent=20),
        Share(queue_id=SALES, percent=50),
        Share(queue_id=FALLBACK, percent=30),
    )
    ids = [new_id() for _ in range(5_000)]

    chosen = [share_of(split, each) for each in ids]

    assert chosen == [share_of(split, each) for each in ids]
    counted = Counter(chosen)
    for share in split:
        # Five standard deviations and more: √(5,000 · 0.5 · 0.5) is 35.
        assert abs(counted[share.queue_id] - share.percent * 50) < 200


def test_a_rule_with_a_split_says_where_the_conversation_fell() -> None:
    split = [{"queue_id": BILLING, "percent": 50}, {"queue_id": SALES, "percent": 50}]
    arrival = an_arrival()
    decision = decide(Rulebook(routing=(a_rule("half", None, split=split),)), arrival)

    point = int(decision.why.split(" at ")[1].split(" ")[0])
    assert decision.queue_id == (BILLING if point < 50 else SALES)


# -- whatever comes ------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
comparisons = st.one_of(
    st.builds(asks, st.just("message.text"), st.sampled_from(["contains", "is", "starts_with"]), words),
    st.builds(
        asks, st.sampled_from(["details.a", "attributes.a"]), st.sampled_from(["is", "is_not"]), words
    ),
    st.builds(
        asks,
        st.sampled_from(["details.a", "attributes.a"]),
        st.sampled_from(["greater_than", "less_than"]),
        st.integers(-9, 9).map(str),
    ),
    st.builds(
        asks,
        st.just("time.operating_hours"),
        st.sampled_from(["is_open", "is_closed"]),
        st.sampled_from([OPEN, str(ENDPOINT)]),
    ),
    st.builds(asks, st.just("customer.phone"), st.sampled_from(["is_known", "is_unknown"])),
)


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, min_size=1, max_size=4)
    return st.one_of(several.map(lambda each: {"all": each}), several.map(lambda each: {"any": each}))


conditions = st.one_of(
    st.none(), comparisons, groups(comparisons), groups(st.one_of(comparisons, groups(comparisons)))
)
rules = st.lists(conditions, max_size=5).map(
    lambda found: tuple(a_rule(f"r{n}", each, queue_id=BILLING) for n, each in enumerate(found))
)
facts = st.fixed_dictionaries(
    {
        "text": st.text(max_size=50),
        "phone": st.none() | st.text(max_size=20),
        "name": st.none() | words,
        "at": st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        "details": st.dictionaries(st.sampled_from(["a", "locale"]), st.text(max_size=10)),
    }
)


@settings(deadline=None)
@given(rules, facts)
def test_the_first_rule_that_matches_decides_and_nothing_ever_raises(
    found: tuple[Rule, ...], known: dict[str, Any]
) -> None:
    decision = decide(Rulebook(routing=found, hours=HOURS), an_arrival(**known))

    results = [each.result for each in decision.considered]
    assert [each.rule for each in decision.considered] == [rule.name for rule in found[: len(results)]]
    assert set(results[:-1]) <= {"not_matched"}
    if results and results[-1] != "not_matched":
        assert decision.by == ("rule" if results[-1] == "matched" else "fallback")
    else:
        assert (len(results), decision.by) == (len(found), "fallback")


@settings(deadline=None)
@given(groups(st.one_of(comparisons, groups(comparisons))), facts)
def test_a_group_is_all_or_any_of_its_parts(condition: dict[str, Any], known: dict[str, Any]) -> None:
    parts = condition.get("all") or condition["any"]
    whole, each = decided(condition, **known), [decided(part, **known) for part in parts]
    if whole.failed or any(part.failed for part in each):
        return  # what is not needed is not asked, so one may fail without the other

    combine = all if "all" in condition else any
    assert (whole.by == "rule") == combine(part.by == "rule" for part in each)


@given(groups(st.one_of(comparisons, groups(comparisons))))
def test_a_condition_survives_being_written_down(condition: dict[str, Any]) -> None:
    read = CONDITION.validate_python(condition)

    assert CONDITION.validate_json(CONDITION.dump_json(read)) == read
    assert all(isinstance(each, Comparison) for each in comparisons_in(read))
