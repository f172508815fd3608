"""Every look at agents says who may be asked, in which order, and why others may not."""

from domain.assignments import CONSIDERED_KEPT, Explanation, Merit, Obstacle
from domain.distribution import AssignmentMethod
from domain.presences import BasePresence
from domain.skills import RequiredSkill
from domain.work import Candidate, WorkItem
from routing.assignment import Assignment
from routing.explaining import explanation
from tests.work import NOW, QUEUE, a_candidate, a_desk, ago, an_item, refused

BILLING = RequiredSkill(name="Billing", level=3)


def explained(item: WorkItem, *agents: Candidate) -> Explanation:
    look = Assignment(a_desk([item], list(agents)), NOW).look(item)
    return explanation(look, AssignmentMethod.HIGHEST_CAPACITY, NOW)


def test_it_names_everybody_in_the_order_of_how_close_they_come() -> None:
    skilled = {"billing": 3}
    fits = a_candidate(skills=skilled, used_units=40, sessions=1)
    last = a_candidate(presence=BasePresence.AWAY)
    full = a_candidate(skills=skilled, used_units=90, sessions=3)
    away = a_candidate(skills=skilled, presence=BasePresence.DO_NOT_DISTURB)
    declined = a_candidate(skills=skilled)
    wrong = a_candidate(skills={"billing": 1})
    item = an_item(
        required_skills=(BILLING,),
        waiting_since=ago(seconds=95),
        last_agent_id=last.agent_id,
        refusals=(refused(declined, 3),),
    )

    found = explained(item, wrong, declined, away, full, last, fits)

    assert (found.queue_id, found.waited_seconds, found.others) == (QUEUE, 95, 0)
    assert [(each.agent_id, each.place, each.merit, each.obstacle) for each in found.considered] == [
        (last.agent_id, 1, Merit.LAST_AGENT, None),
        (fits.agent_id, 2, Merit.METHOD, None),
        (full.agent_id, None, None, Obstacle.CAPACITY),
        (away.agent_id, None, None, Obstacle.PRESENCE),
        (declined.agent_id, None, None, Obstacle.DECLINED),
        (wrong.agent_id, None, None, Obstacle.SKILLS),
    ]
    assert [each.why for each in found.considered[1:]] == [
        "Has 1 conversation, 60 of 100 units left.",
        "No capacity: 10 of 100 units left, and it takes 30.",
        "Is do not disturb.",
        "Declined or missed it 3 times.",
        "Wrong skills: billing 1 of 3.",
    ]


def test_it_names_no_more_than_are_read() -> None:
    agents = [a_candidate(presence=BasePresence.AWAY) for _ in range(CONSIDERED_KEPT)]

    found = explained(an_item(), *agents, a_candidate(), a_candidate())

    assert len(found.considered) == CONSIDERED_KEPT
    assert found.others == 2
    assert [each.place for each in found.considered[:3]] == [1, 2, None]


def test_every_obstacle_has_words() -> None:
    from routing import explaining  # noqa: PLC0415 - the table is the subject

    assert set(explaining._WHY_NOT) == set(explaining._NEARNESS) == set(Obstacle)
