"""What events leave behind: assignee, capacity, deadlines, announcements."""

from datetime import timedelta
from typing import Any

import pytest

from domain.conversations import Event, Memory, ParkedReply, State
from domain.effects import Announce, Close, Effect, ReleaseParked, Trigger, WithdrawParked
from domain.ids import new_id
from domain.timers import Deadline, TimerPolicy
from statemachines.deadlines import earliest, event_of, postpone_closing
from statemachines.machine import Decision, fire
from tests.builders import ALICE, NOON, a_memory, an_assigned_memory

HOUR = timedelta(hours=1)


def happen(memory: Memory, event: Event, *, now: Any = NOON, **timers: Any) -> Decision:
    return fire(memory, event, now=now, timers=TimerPolicy(**timers), agent_id=ALICE)


def announced(effects: tuple[Effect, ...]) -> list[Trigger]:
    return [effect.trigger for effect in effects if isinstance(effect, Announce)]


def test_taking_it_assigns_it_and_uses_capacity() -> None:
    memory, effects = happen(a_memory(), Event.PICKED)
    assert (memory.agent_id, memory.holds_capacity, memory.session_open) == (ALICE, True, True)
    assert announced(effects) == [Trigger.AGENT_ASSIGNED]


def test_an_active_conversation_waits_for_its_window_and_the_reminder_before_it() -> None:
    memory = happen(a_memory(), Event.PICKED).memory
    assert memory.deadlines == {
        Deadline.SERVICE_WINDOW: NOON + 24 * HOUR,
        Deadline.WINDOW_REMINDER: NOON + 23 * HOUR,
    }


def test_a_message_moves_window_and_reminder_to_24_hours_after_it() -> None:
    active = happen(a_memory(), Event.PICKED).memory
    later = NOON + 5 * HOUR
    memory = fire(
        active, Event.CUSTOMER_WROTE, now=later + HOUR, timers=TimerPolicy(), wrote_at=later
    ).memory
    assert memory.window_expires_at == later + 24 * HOUR
    assert memory.deadlines[Deadline.SERVICE_WINDOW] == later + 24 * HOUR
    assert memory.deadlines[Deadline.WINDOW_REMINDER] == later + 23 * HOUR


def test_inv4_a_message_that_is_found_late_shortens_no_window() -> None:
    active = happen(a_memory(), Event.PICKED).memory
    late = fire(
        active,
        Event.CUSTOMER_WROTE,
        now=NOON + HOUR,
        timers=TimerPolicy(),
        wrote_at=NOON - 5 * HOUR,
    ).memory
    assert (late.last_inbound_at, late.window_expires_at) == (NOON, NOON + 24 * HOUR)
    assert late.deadlines[Deadline.SERVICE_WINDOW] == NOON + 24 * HOUR


def test_inv4_the_window_of_a_first_message_that_is_found_late_counts_from_when_it_was_written() -> (
    None
):
    first, wrote_at = a_memory(window_expires_at=None), NOON - 5 * HOUR
    memory = fire(first, Event.CUSTOMER_WROTE, now=NOON, timers=TimerPolicy(), wrote_at=wrote_at).memory
    assert (memory.last_inbound_at, memory.window_expires_at) == (wrote_at, wrote_at + 24 * HOUR)


def test_inv4_a_message_whose_own_window_is_over_releases_nothing() -> None:
    now = NOON + 60 * HOUR
    before = parked(1).model_copy(update={"state": State.TEMPLATE_ONLY})
    late, effects = fire(
        before, Event.CUSTOMER_WROTE, now=now, timers=TimerPolicy(), wrote_at=NOON + 30 * HOUR
    )
    assert (late.state, late.parked) == (State.TEMPLATE_ONLY, before.parked)
    assert announced(effects) == []


def test_one_reminder_a_window() -> None:
    active = happen(a_memory(), Event.PICKED).memory
    reminded, effects = happen(active, Event.WINDOW_CLOSING, now=NOON + 23 * HOUR)
    assert announced(effects) == [Trigger.WINDOW_CLOSING]
    assert Deadline.WINDOW_REMINDER not in reminded.deadlines
    released = happen(reminded, Event.RELEASED, now=NOON + 23 * HOUR).memory
    picked = happen(released, Event.PICKED, now=NOON + 23 * HOUR).memory
    assert Deadline.WINDOW_REMINDER not in picked.deadlines


def test_no_reminder_when_it_is_switched_off() -> None:
    assert (
        Deadline.WINDOW_REMINDER
        not in happen(a_memory(), Event.PICKED, window_reminder=None).memory.deadlines
    )


def test_the_window_closes_and_the_agent_keeps_the_conversation() -> None:
    active = happen(a_memory(), Event.PICKED).memory
    memory, effects = happen(active, Event.SERVICE_WINDOW_EXPIRED, now=NOON + 24 * HOUR)
    assert (memory.state, memory.agent_id) == (State.TEMPLATE_ONLY, ALICE)
    assert memory.deadlines == {}
    assert announced(effects) == [Trigger.WINDOW_CLOSED]


def test_a_refusal_by_the_provider_shuts_the_window_at_once() -> None:
    active = happen(a_memory(), Event.PICKED).memory
    memory = happen(active, Event.SERVICE_WINDOW_EXPIRED, now=NOON + HOUR).memory
    assert memory.window_expires_at == NOON + HOUR


def test_leaving_without_ending_frees_capacity_and_remembers_the_agent() -> None:
    memory = happen(an_assigned_memory(), Event.SESSION_CLOSED).memory
    assert (memory.state, memory.agent_id, memory.preferred_agent_id) == (State.WAITING, None, ALICE)
    assert memory.holds_capacity is False
    assert memory.deadlines == {Deadline.WAITING_INACTIVITY: NOON + 48 * HOUR}


@pytest.mark.parametrize(("same_agent", "expected"), [(True, ALICE), (False, None)])
def test_a_waiting_conversation_asks_for_the_same_agent_where_the_workstream_says_so(
    same_agent: bool,  # noqa: FBT001 - a parameter of the test
    expected: object,
) -> None:
    waiting = happen(an_assigned_memory(), Event.SESSION_CLOSED).memory
    memory = happen(waiting, Event.CUSTOMER_WROTE, same_agent=same_agent).memory
    assert (memory.state, memory.preferred_agent_id) == (State.OPEN, expected)


def test_who_gives_it_back_is_not_asked_first() -> None:
    assert happen(an_assigned_memory(), Event.RELEASED).memory.preferred_agent_id is None


@pytest.mark.parametrize(
    ("block", "holds", "deadlines"),
    [
        (None, True, {Deadline.WRAP_UP_CLOSE: NOON + 24 * HOUR}),
        (timedelta(0), False, {Deadline.WRAP_UP_CLOSE: NOON + 24 * HOUR}),
        (
            HOUR,
            True,
            {Deadline.WRAP_UP_CAPACITY: NOON + HOUR, Deadline.WRAP_UP_CLOSE: NOON + 24 * HOUR},
        ),
        (
            30 * HOUR,
            True,
            {Deadline.WRAP_UP_CAPACITY: NOON + 30 * HOUR, Deadline.WRAP_UP_CLOSE: NOON + 30 * HOUR},
        ),
    ],
    ids=["always", "never", "an hour", "longer than the time to close"],
)
def test_wrap_up_blocks_capacity_as_configured(
    block: timedelta | None,
    holds: bool,  # noqa: FBT001 - a parameter of the test
    deadlines: object,
) -> None:
    memory = happen(an_assigned_memory(), Event.AGENT_ENDED, wrap_up_capacity=block).memory
    assert (memory.state, memory.holds_capacity) == (State.WRAP_UP, holds)
    assert memory.deadlines == deadlines


def test_a_block_that_ends_frees_capacity_and_changes_nothing_else() -> None:
    wrapping = happen(an_assigned_memory(), Event.AGENT_ENDED, wrap_up_capacity=HOUR).memory
    memory = happen(wrapping, Event.WRAP_UP_BLOCK_EXPIRED).memory
    assert (memory.state, memory.holds_capacity) == (State.WRAP_UP, False)
    assert memory.deadlines == {Deadline.WRAP_UP_CLOSE: NOON + 24 * HOUR}


def test_a_customer_who_writes_during_wrap_up_is_not_stranded() -> None:
    wrapping = happen(an_assigned_memory(), Event.AGENT_ENDED).memory
    memory = happen(wrapping, Event.CUSTOMER_WROTE).memory
    assert (memory.state, memory.preferred_agent_id) == (State.OPEN, ALICE)


def test_every_closing_frees_capacity_and_asks_whether_it_may() -> None:
    memory, effects = happen(an_assigned_memory(), Event.FORCE_CLOSED)
    assert memory.holds_capacity is False
    assert memory.deadlines == {}
    assert effects[-1] == Close(reason=Event.FORCE_CLOSED)


def test_a_customer_who_writes_again_keeps_an_open_conversation_open() -> None:
    opened = happen(a_memory(), Event.CUSTOMER_WROTE).memory
    memory = happen(opened, Event.CUSTOMER_WROTE, now=NOON + HOUR).memory
    assert memory.deadlines == {Deadline.OPEN_AUTO_CLOSE: NOON + HOUR + timedelta(days=30)}


def parked(*hours: int) -> Memory:
    replies = tuple(ParkedReply(message_id=new_id(), expires_at=NOON + hour * HOUR) for hour in hours)
    return an_assigned_memory(
        State.TEMPLATE_ONLY,
        window_expires_at=NOON,
        parked=replies,
        deadlines={Deadline.PARKED_REPLY: NOON + min(hours) * HOUR},
    )


def test_parked_replies_leave_when_the_customer_writes() -> None:
    memory, effects = happen(parked(1, 2), Event.CUSTOMER_WROTE)
    assert memory.state is State.ACTIVE
    assert ReleaseParked() in effects
    assert memory.parked == ()
    assert Deadline.PARKED_REPLY not in memory.deadlines


def test_only_the_due_parked_reply_expires() -> None:
    memory, effects = happen(parked(1, 2), Event.PARKED_REPLY_EXPIRED, now=NOON + HOUR)
    assert len(memory.parked) == 1
    assert memory.deadlines == {Deadline.PARKED_REPLY: NOON + 2 * HOUR}
    assert announced(effects) == [Trigger.PARKED_REPLY_EXPIRED]


@pytest.mark.parametrize("event", [Event.AGENT_ENDED, Event.FORCE_CLOSED])
def test_parked_replies_are_withdrawn_when_it_ends(event: Event) -> None:
    memory, effects = happen(parked(1), event)
    assert WithdrawParked() in effects
    assert memory.parked == ()


def test_parked_replies_outlive_a_change_of_agent() -> None:
    memory = happen(parked(1), Event.RELEASED).memory
    assert len(memory.parked) == 1
    assert Deadline.PARKED_REPLY in memory.deadlines


def test_a_refused_closing_is_tried_again_soon_and_not_at_once() -> None:
    opened = happen(a_memory(), Event.CUSTOMER_WROTE).memory
    memory = postpone_closing(opened, Event.AUTO_CLOSE, NOON)
    assert earliest(memory) == (Deadline.CLOSE_RETRY, NOON + timedelta(seconds=5))
    assert event_of(memory, Deadline.CLOSE_RETRY) is Event.AUTO_CLOSE


def test_the_message_that_delayed_a_closing_prevents_it() -> None:
    opened = happen(a_memory(), Event.CUSTOMER_WROTE).memory
    postponed = postpone_closing(opened, Event.AUTO_CLOSE, NOON)
    assert Deadline.CLOSE_RETRY not in happen(postponed, Event.CUSTOMER_WROTE).memory.deadlines


def test_a_supervisors_order_outlives_the_message_that_delayed_it() -> None:
    for memory in (a_memory(), an_assigned_memory(), a_memory(state=State.WAITING)):
        postponed = postpone_closing(memory, Event.FORCE_CLOSED, NOON)
        assert Deadline.CLOSE_RETRY in happen(postponed, Event.CUSTOMER_WROTE).memory.deadlines
