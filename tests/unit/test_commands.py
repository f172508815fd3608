"""What agents may ask, and the words in which they are refused."""

from datetime import timedelta
from typing import Any

import pytest

from domain import commands
from domain.conversations import Event, Memory, ParkedReply, State
from domain.errors import ConversationClosed, NotYourConversation, Refused, WindowClosed
from domain.ids import new_id
from statemachines.commands import MAX_PARKED, WRITABLE, check, event_of, is_done_already
from tests.builders import ALICE, BOB, NOON, a_memory, an_assigned_memory

VERBS = (
    commands.Pick,
    commands.Send,
    commands.Park,
    commands.Withdraw,
    commands.End,
    commands.CloseSession,
    commands.Release,
    commands.ForceClose,
)
MINE = tuple(verb for verb in VERBS if verb not in (commands.Pick, commands.ForceClose))


def asked(verb: type[commands.AnyCommand], **fields: Any) -> commands.AnyCommand:
    return verb.model_validate(
        {"command_id": new_id(), "agent_id": ALICE, "message_id": new_id()} | fields
    )


def template_only(**override: Any) -> Memory:
    return an_assigned_memory(State.TEMPLATE_ONLY, window_expires_at=NOON, **override)


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_conversation_refuses_everything(verb: type[commands.AnyCommand]) -> None:
    with pytest.raises(ConversationClosed):
        check(a_memory(state=State.CLOSED), asked(verb, as_supervisor=True), NOON)


@pytest.mark.parametrize("verb", MINE)
def test_nobody_acts_on_somebody_elses_conversation(verb: type[commands.AnyCommand]) -> None:
    with pytest.raises(NotYourConversation):
        check(an_assigned_memory(), asked(verb, agent_id=BOB), NOON)


@pytest.mark.parametrize("state", [s for s in State if s not in (*WRITABLE, State.CLOSED)])
def test_nothing_is_sent_where_nobody_is_at_work(state: State) -> None:
    for verb in (commands.Send, commands.Park):
        with pytest.raises(Refused):
            check(an_assigned_memory(state), asked(verb), NOON)


def test_inv4_free_text_is_refused_from_the_very_instant_the_window_ends() -> None:
    memory = an_assigned_memory(window_expires_at=NOON)
    check(memory, asked(commands.Send), NOON - timedelta(microseconds=1))
    with pytest.raises(WindowClosed):
        check(memory, asked(commands.Send), NOON)
    check(memory, asked(commands.Send, is_template=True), NOON)


def test_parking_is_for_a_closed_window() -> None:
    check(template_only(), asked(commands.Park), NOON)
    with pytest.raises(Refused, match="window is open"):
        check(an_assigned_memory(), asked(commands.Park), NOON)


def test_parked_replies_are_bounded() -> None:
    replies = tuple(ParkedReply(message_id=new_id(), expires_at=NOON) for _ in range(MAX_PARKED))
    with pytest.raises(Refused, match="withdraw one first"):
        check(template_only(parked=replies), asked(commands.Park), NOON)


def test_only_what_is_parked_can_be_withdrawn() -> None:
    reply = ParkedReply(message_id=new_id(), expires_at=NOON)
    memory = template_only(parked=(reply,))
    check(memory, asked(commands.Withdraw, message_id=reply.message_id), NOON)
    with pytest.raises(Refused):
        check(memory, asked(commands.Withdraw), NOON)


def test_a_waiting_conversation_is_its_own_agents_to_revive() -> None:
    memory = a_memory(state=State.WAITING, preferred_agent_id=ALICE)
    check(memory, asked(commands.Pick), NOON)
    assert event_of(memory, asked(commands.Pick)) is Event.REVIVED
    with pytest.raises(NotYourConversation):
        check(memory, asked(commands.Pick, agent_id=BOB), NOON)


def test_picking_what_one_has_is_done_already() -> None:
    check(an_assigned_memory(), asked(commands.Pick), NOON)
    assert is_done_already(an_assigned_memory(), asked(commands.Pick))
    assert not is_done_already(a_memory(), asked(commands.Pick))


def test_force_is_for_supervisors() -> None:
    check(a_memory(), asked(commands.ForceClose, as_supervisor=True), NOON)
    with pytest.raises(Refused, match="supervisor"):
        check(a_memory(), asked(commands.ForceClose), NOON)
