"""To whom a conversation was offered, as operators read it in a timeline."""

from typing import Any

from domain.assignments import AssignmentDecision, Considered, Merit, Obstacle
from domain.distribution import AssignmentMethod
from domain.ids import new_id
from domain.offers import OfferState
from runtime.timeline.routing import looks_of
from tests.work import NOW, QUEUE

ANN, BEN = new_id(), new_id()


def a_decision(**override: Any) -> AssignmentDecision:
    return AssignmentDecision(
        decision_id=new_id(),
        at=NOW,
        queue_id=QUEUE,
        queue_name="Support",
        method=AssignmentMethod.MOST_IDLE,
        waited_seconds=3,
        considered=(
            Considered(agent_id=ANN, place=1, merit=Merit.METHOD, why="Has 1 conversation."),
            Considered(agent_id=BEN, obstacle=Obstacle.PRESENCE, why="Is away."),
        ),
        **override,
    )


def test_each_look_says_to_whom_it_led_and_what_was_in_the_way_of_others() -> None:
    declined = a_decision(offer_id=new_id(), offered_to=ANN, offer_state=OfferState.DECLINED)

    offered, waiting = looks_of([declined, a_decision()])

    assert (offered.name, offered.status) == (f"offered to {ANN}", "declined")
    assert offered.facts == {str(ANN): "Has 1 conversation.", str(BEN): "Is away."}
    assert (waiting.name, waiting.status) == ("offered to nobody", "waits")
