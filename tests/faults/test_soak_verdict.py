"""The judge of soaks: it finds what is wrong with made-up evidence, and nothing wrong with the rest."""

from dataclasses import replace
from typing import Any

import pytest

from tests.bench.soak.verdict import Evidence, Told, violations

SAID, REPLIES = ("one", "two"), ("one, answered", "two, answered")
ALL = ("one", "one, answered", "two", "two, answered")
CHAT = Told(
    chat="chat", desk="ann", said=SAID, replies=REPLIES, shown=ALL, kept=ALL, read=ALL, heard=SAID
)
GOOD = Evidence(
    chats=(CHAT,),
    held={"chat": "ann"},
    assigned={"chat": "ann"},
    held_after_all=0,
    wrong_sums=0,
    undelivered=0,
)
TWICE = (*ALL, "two, answered")
TURNED = ("two", "one", "one, answered", "two, answered")


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert violations(GOOD) == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kept": ALL[:-1], "shown": ALL[:-1], "read": ALL[:-1]}, "lost"),
        ({"kept": TWICE, "shown": TWICE, "read": TWICE}, "twice"),
        ({"kept": TURNED, "shown": TURNED, "read": TURNED}, "out of order"),
        ({"shown": ALL[:-1]}, "the customer has"),
        ({"read": TURNED}, "the agent has"),
        ({"heard": ("one", "two", "two")}, "the agent was told"),
        ({"repetitions": 1}, "what it knew"),
        ({"replies": REPLIES[:1], **dict.fromkeys(("kept", "shown", "read"), ALL[:3])}, "answered"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_inv1_inv3_what_is_wrong_with_a_chat_is_found(fault: dict[str, Any], expected: str) -> None:
    [found] = violations(replace(GOOD, chats=(replace(CHAT, **fault),)))
    assert expected in found


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"held": {}}, "other chats than they took"),
        ({"held": {"chat": "bob"}}, "other chats than they took"),
        ({"held": {"chat": "ann", "another": "ann"}}, "other chats than they took"),
        ({"assigned": {"chat": "None"}}, "workflows disagree"),
        ({"held_after_all": 1}, "after all have ended"),
        ({"wrong_sums": 1}, "is not what they hold"),
        ({"undelivered": 2}, "never left"),
        ({"refused": ("no",)}, "were refused"),
    ],
)
def test_capacity_that_leaks_and_replies_that_stay_are_found(
    fault: dict[str, Any], expected: str
) -> None:
    [found] = violations(replace(GOOD, **fault))
    assert expected in found
