"""Why a conversation is where it is, what it needs, and how much somebody has, in words."""

from typing import Any

import pytest

from application.reasons import Reason
from console.explained import NAMED, SHOWN, ReasonLine, agents_named, reason_lines
from console.load import load_of
from console.reader import Reader
from console.skills_needed import skills_needed
from console.texts import ENGLISH
from domain.assignments import AssignmentDecision, Considered, Merit, Obstacle
from domain.attendance import AgentAtWork
from domain.conversations import State
from domain.distribution import AssignmentMethod
from domain.ids import new_id
from domain.offers import OfferState
from domain.overflow import OverflowAction, OverflowCondition, Overflowed
from domain.presences import AgentPresence, BasePresence
from domain.routing_decisions import KeptDecision, Verdict
from domain.routing_rules import RulesetKind
from domain.skills import RequiredSkill, Skill
from domain.views import ConversationView
from tests.builders import ALICE, BOB, NOON
from tests.views import ALICE_READS, BOB_READS, SUPERVISOR, alices

NAMES = {ALICE: "Alice", BOB: "Bob"}


def by_rule(**override: Any) -> KeptDecision:
    values: dict[str, Any] = {
        "decision_id": new_id(),
        "at": NOON,
        "queue_id": new_id(),
        "queue_name": "Support",
        "by": "rule",
        "why": "Rule 'Parcels' matched.",
        "language": "en",
    }
    return KeptDecision(**values | override)


def asked(*considered: Considered, **override: Any) -> AssignmentDecision:
    values: dict[str, Any] = {
        "decision_id": new_id(),
        "at": NOON,
        "queue_id": new_id(),
        "queue_name": "Support",
        "method": AssignmentMethod.HIGHEST_CAPACITY,
        "waited_seconds": 2,
        "considered": considered,
    }
    return AssignmentDecision(**values | override)


def lines(*reasons: Reason) -> list[ReasonLine]:
    return reason_lines(reasons, NAMES, ALICE_READS, NOON)


def line(reason: Reason) -> ReasonLine:
    (found,) = lines(reason)
    return found


def test_a_queue_is_explained_by_its_rules() -> None:
    verdict = Verdict(
        ruleset=RulesetKind.ROUTE_TO_QUEUE, rule="Night", result="not_matched", why="It is day."
    )
    shown = line(by_rule(considered=(verdict,)))
    assert shown.title == "Queue Support, by a rule"
    assert shown.text == "Rule 'Parcels' matched."
    assert (shown.summary, shown.considered) == ("1 considered", ("Night did not match. It is day.",))


def test_a_queue_that_was_closed_or_full_is_part_of_the_reason() -> None:
    found = Overflowed(
        condition=OverflowCondition.OUT_OF_HOURS,
        action=OverflowAction.TRANSFER,
        from_queue_id=new_id(),
        why="It is closed.",
    )
    assert line(by_rule(overflowed=found)).text == "Rule 'Parcels' matched. It is closed."


def test_an_offer_is_explained_by_who_was_considered_and_what_came_of_it() -> None:
    shown = line(
        asked(
            Considered(agent_id=BOB, place=1, merit=Merit.METHOD, why="Has 1 conversation."),
            Considered(agent_id=ALICE, obstacle=Obstacle.CAPACITY, why="No capacity."),
            offered_to=BOB,
            offer_state=OfferState.DECLINED,
        )
    )
    assert shown.title == "Offered to Bob: declined"
    assert shown.considered == ("1. Bob: Has 1 conversation.", "Alice: No capacity.")


def test_ones_own_offer_and_nobodys_are_told_apart() -> None:
    mine = asked(offered_to=ALICE, offer_state=OfferState.ACCEPTED)
    assert line(mine).title == "Offered to you: accepted"
    assert line(asked()).title == "Nobody could be asked in Support"


def test_the_latest_reason_comes_first_and_only_the_last_ones_are_shown() -> None:
    reasons = [by_rule() for _ in range(SHOWN + 5)]
    shown = lines(*reasons)
    assert len(shown) == SHOWN
    assert shown[0].key == str(reasons[-1].decision_id)


def test_of_many_agents_the_closest_are_named_and_the_others_counted() -> None:
    many = [
        Considered(agent_id=new_id(), obstacle=Obstacle.SKILLS, why="No.") for _ in range(NAMED + 2)
    ]
    decision = asked(*many, others=7)
    shown = line(decision)
    assert shown.considered[-1] == "and 9 more"
    assert shown.summary == f"{NAMED + 9} considered"
    assert len(list(agents_named([decision]))) == NAMED, "no other name is looked up"


def a_skill(name: str, *levels: str) -> Skill:
    return Skill(skill_id=new_id(), name=name, levels=levels, created_at=NOON, updated_at=NOON)


def test_skills_are_told_with_the_names_of_their_levels() -> None:
    view = alices(
        required_skills=(
            RequiredSkill(name="billing", level=2),
            RequiredSkill(name="Gone", level=4),
            RequiredSkill(name="Billing", level=9),
        )
    )
    needed = skills_needed(view, [a_skill("Billing", "Basic", "Expert")], ALICE_READS)
    assert needed.lines(ENGLISH) == ["billing: Expert", "Gone: 4", "Billing: 9"]


@pytest.mark.parametrize(
    ("view", "reader", "may_change"),
    [
        (alices(), ALICE_READS, True),
        (alices(), BOB_READS, False),
        (alices(), SUPERVISOR, True),
        (alices(State.CLOSED), ALICE_READS, False),
    ],
)
def test_skills_are_changed_by_its_agent_and_supervisors_while_it_runs(
    view: ConversationView, reader: Reader, *, may_change: bool
) -> None:
    assert skills_needed(view, (), reader).may_change is may_change


@pytest.mark.parametrize(
    ("sessions", "used", "units", "text"),
    [
        (1, 60, 90, "1 conversation · 60 of 90 units"),
        (0, 0, 90, "0 conversations · 0 of 90 units"),
        (2, 60, None, "2 conversations · 60 units, no limit"),
        (2, 0, None, "2 conversations"),
    ],
)
def test_the_load_counts_conversations_and_units(
    sessions: int, used: int, units: int | None, text: str
) -> None:
    presence = AgentPresence(agent_id=ALICE, base=BasePresence.BUSY, name="Busy", connected=True)
    agent = AgentAtWork(
        agent_id=ALICE,
        name="Alice",
        presence=presence,
        sessions=sessions,
        used_units=used,
        capacity_units=units,
    )
    load = load_of(agent, ENGLISH)
    assert (load.text, load.used, load.most) == (text, used, units)
