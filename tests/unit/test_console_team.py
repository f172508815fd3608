"""Which buttons of working together a page shows, and to whom a conversation may go."""

from dataclasses import replace

import pytest

from application.handing_over import Colleague
from console.teamwork import Teamwork, choices_of, teamwork_of
from domain.conversations import State
from domain.ids import new_id
from domain.participants import Participant, Role
from domain.presences import BasePresence
from domain.queue_views import QueueView
from tests.builders import ALICE, BOB, NOON
from tests.views import ALICE_READS, CONVERSATION, alices

BOBS = replace(ALICE_READS, agent_id=BOB)
BOSS = replace(BOBS, is_supervisor=True)


def part(role: Role, agent_id: object = BOB) -> Participant:
    facts = {"conversation_id": CONVERSATION, "agent_id": agent_id, "agent_name": "Bob"}
    return Participant.model_validate(facts | {"role": role, "joined_at": NOON})


def test_its_agent_transfers_it_and_asks_for_help() -> None:
    shown = teamwork_of(alices(State.ACTIVE), [], ALICE_READS)
    assert (shown.may_transfer, shown.may_ask, shown.may_say) == (True, True, False)
    assert shown.may_come == ()


def test_whoever_only_sees_it_is_offered_nothing() -> None:
    assert teamwork_of(alices(State.ACTIVE), [], BOBS) == Teamwork()


def test_a_helper_speaks_to_the_agent_and_leaves_again() -> None:
    present = [part(Role.CONSULT)]
    helper = teamwork_of(alices(State.ACTIVE), present, BOBS)
    assert (helper.may_say, helper.may_leave, helper.may_transfer) == (True, True, False)
    agent = teamwork_of(alices(State.ACTIVE), present, ALICE_READS)
    assert agent.may_say
    assert agent.members[0].dismissal == "End the help of Bob"
    assert helper.members[0].dismissal is None


def test_a_supervisor_reads_along_then_joins() -> None:
    view = alices(State.ACTIVE)
    assert teamwork_of(view, [], BOSS).may_come == (Role.MONITOR, Role.JOIN)
    assert teamwork_of(view, [part(Role.MONITOR)], BOSS).may_come == (Role.JOIN,)


@pytest.mark.parametrize("state", [State.WRAP_UP, State.CLOSED])
def test_what_is_over_needs_nobody(state: State) -> None:
    assert teamwork_of(alices(state), [], ALICE_READS) == Teamwork()


def test_closed_queues_who_is_away_and_oneself_are_no_choice() -> None:
    queues = [
        QueueView(
            queue_id=new_id(),
            name=name,
            priority=100,
            is_member=True,
            is_open=name == "Sales",
            waiting=2,
            members=3,
            available=1,
        )
        for name in ("Sales", "Night shift")
    ]
    colleagues = [
        Colleague(agent_id=BOB, name="Bob", presence=BasePresence.BUSY),
        Colleague(agent_id=new_id(), name="Carol", presence=BasePresence.AWAY),
        Colleague(agent_id=ALICE, name="Alice", presence=BasePresence.AVAILABLE),
    ]
    labels = [each.label for each in choices_of(queues, colleagues, ALICE_READS)]
    assert labels == ["Queue Sales: 2 waiting, 1 there", "Bob: Busy"]
