"""Queues with an order of their own: what comes first, and whom it is offered to."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.assignments import Obstacle
from domain.custom_order import CustomOrder
from domain.distribution import AssignmentMethod
from domain.presences import BasePresence
from domain.skills import RequiredSkill
from domain.work import WorkQueue
from tests.work import a_candidate, a_desk, a_queue, ago, an_item, asked, given, looks

GOLD = {"field": "attributes.tier", "operator": "is", "value": "gold"}


def a_custom_queue(**order: Any) -> WorkQueue:
    return a_queue(
        method=AssignmentMethod.CUSTOM, custom_order=CustomOrder.model_validate(order).model_dump()
    )


def test_buckets_come_in_their_order_and_what_is_in_none_comes_last() -> None:
    queue = a_custom_queue(
        buckets=[
            {"name": "Gold", "condition": GOLD},
            {"name": "Romanian", "condition": {"field": "language", "operator": "is", "value": "ro"}},
        ]
    )
    plain = an_item(waiting_since=ago(hours=3), priority=1)
    romanian = an_item(language="ro", waiting_since=ago(hours=2))
    gold = an_item(attributes={"tier": "gold"})
    agent = a_candidate(capacity_units=None)

    desk = a_desk([plain, romanian, gold], [agent], queues=(queue,))

    assert [each for each, _ in given(desk)] == [
        item.conversation_id for item in (gold, romanian, plain)
    ]


def test_the_first_rule_that_finds_somebody_decides_and_later_ones_relax() -> None:
    queue = a_custom_queue(
        rules=[
            {"name": "Experts", "having": [{"name": "Wine", "level": 5}]},
            {"name": "Anybody", "after": "PT5M", "order_by": ["fewest_sessions"]},
        ]
    )
    novice, expert = a_candidate(), a_candidate(skills={"wine": 5}, presence=BasePresence.AWAY)
    young, old = an_item(), an_item(waiting_since=ago(minutes=6))

    desk = a_desk([young, old], [novice, expert], queues=(queue,))

    assert asked(young, desk) == []
    assert asked(old, desk) == [novice.agent_id]
    assert [look.needs.rule for look in looks(desk) if look.choices] == ["Anybody"]


@pytest.mark.parametrize(
    ("order_by", "first"),
    [
        (["most_room"], 0),
        (["fewest_sessions"], 1),
        (["longest_idle"], 2),
        (["closest_skills"], 3),
        (["most_skilled"], 4),
        (["closest_skills", "fewest_sessions"], 3),
    ],
)
def test_a_rule_says_who_is_asked_first(order_by: list[str], first: int) -> None:
    queue = a_custom_queue(rules=[{"name": "All", "skill_matching": "closest", "order_by": order_by}])
    wine, beer = RequiredSkill(name="Wine", level=2), RequiredSkill(name="Beer", level=2)
    item = an_item(required_skills=(wine, beer))
    agents = [
        a_candidate(used_units=10, sessions=3, freed_at=ago(minutes=1)),
        a_candidate(used_units=50, sessions=1, freed_at=ago(minutes=1)),
        a_candidate(used_units=50, sessions=2, freed_at=ago(minutes=1)),
        a_candidate(used_units=50, sessions=2, skills={"wine": 2, "beer": 2}, freed_at=ago(minutes=1)),
        a_candidate(used_units=50, sessions=2, skills={"wine": 9, "beer": 1}, freed_at=ago(minutes=1)),
    ]
    agents[2] = agents[2].model_copy(update={"freed_at": ago(minutes=9)})

    assert asked(item, a_desk([item], agents, queues=(queue,)))[0] == agents[first].agent_id


def test_what_no_rule_speaks_of_is_offered_to_nobody_and_says_so() -> None:
    queue = a_custom_queue(rules=[{"name": "Gold only", "condition": GOLD}])

    [look] = looks(a_desk([an_item()], [a_candidate()], queues=(queue,)))

    assert list(look.obstacles.values()) == [Obstacle.RULES]


def test_capacity_counts_whatever_the_rules_say() -> None:
    queue = a_custom_queue(rules=[{"name": "All", "presences": ["away"], "skill_matching": "none"}])
    full = a_candidate(used_units=71, presence=BasePresence.AWAY)

    assert given(a_desk([an_item()], [full], queues=(queue,))) == []


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (
            {
                "buckets": [
                    {"name": "x", "condition": {"field": "message.text", "operator": "is_known"}}
                ]
            },
            "not known of a conversation that waits",
        ),
        ({"rules": [{"name": "x"}, {"name": "x"}]}, "two are named “x”"),
        ({"rules": [{"name": "x", "order_by": []}]}, "at least 1"),
        ({"rules": [{"name": "x", "after": timedelta(days=3)}]}, "less than or equal"),
    ],
)
def test_an_order_that_cannot_work_is_refused_with_what_to_do(order: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        CustomOrder.model_validate(order)
