"""Every state with every event: a transition on purpose, or a refusal that says why."""

from datetime import timedelta

import pytest

from domain.channels import ChannelName
from domain.conversations import Event, Memory, State
from domain.errors import ConversationClosed, Refused
from domain.timers import TimerPolicy
from statemachines.machine import fire
from statemachines.step import Step
from statemachines.table import REFUSALS, TABLE
from tests.builders import ALICE, BOB, NOON, a_memory, an_assigned_memory

O, A, W, D, R, T, U, C = State  # noqa: E741 - one letter a column keeps the table readable
NO = None

WHATSAPP = {
    #                              open active waiting disc. reconn. template wrap-up closed
    Event.CUSTOMER_WROTE:         (O,   A,     O,      A,    A,      A,       O,      NO),
    Event.CHAT_STARTED:           (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.CUSTOMER_LEFT:          (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.CUSTOMER_ENDED:         (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.CUSTOMER_RETURNED:      (NO,  NO,    NO,     A,    A,      NO,      NO,     NO),
    Event.CUSTOMER_OPTED_OUT:     (O,   A,     W,      D,    R,      T,       U,      NO),
    Event.CONNECTION_LOST:        (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.OFFERED:                (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.OFFER_DECLINED:         (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.OFFER_EXPIRED:          (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.OFFER_ACCEPTED:         (A,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.PICKED:                 (A,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.ASSIGNED:               (A,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.REVIVED:                (NO,  NO,    A,      NO,   NO,     NO,      NO,     NO),
    Event.TRANSFERRED_TO_AGENT:   (NO,  A,     NO,     NO,   NO,     T,       NO,     NO),
    Event.TRANSFERRED_TO_QUEUE:   (O,   O,     NO,     NO,   NO,     O,       NO,     NO),
    Event.AGENT_ENDED:            (NO,  U,     NO,     U,    U,      U,       NO,     NO),
    Event.SESSION_CLOSED:         (NO,  W,     NO,     D,    R,      W,       C,      NO),
    Event.AGENT_AWAY:             (NO,  A,     NO,     D,    R,      T,       NO,     NO),
    Event.AGENT_RETURNED:         (NO,  A,     NO,     D,    R,      T,       NO,     NO),
    Event.AGENT_LOST:             (NO,  O,     NO,     D,    R,      O,       NO,     NO),
    Event.RELEASED:               (NO,  O,     NO,     NO,   NO,     O,       NO,     NO),
    Event.WINDOW_CLOSING:         (NO,  A,     NO,     NO,   NO,     NO,      NO,     NO),
    Event.SERVICE_WINDOW_EXPIRED: (O,   T,     W,      NO,   NO,     T,       U,      NO),
    Event.PARKED_REPLY_EXPIRED:   (O,   A,     W,      D,    R,      T,       U,      NO),
    Event.GRACE_EXPIRED:          (C,   NO,    NO,     U,    NO,     NO,      NO,     NO),
    Event.RECONNECT_EXPIRED:      (NO,  NO,    NO,     NO,   U,      NO,      NO,     NO),
    Event.WRAP_UP_BLOCK_EXPIRED:  (NO,  NO,    NO,     NO,   NO,     NO,      U,      NO),
    Event.WRAP_UP_EXPIRED:        (NO,  NO,    NO,     NO,   NO,     NO,      C,      NO),
    Event.INACTIVITY_EXPIRED:     (C,   NO,    C,      NO,   NO,     NO,      NO,     NO),
    Event.AUTO_CLOSE:             (C,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.OVERFLOWED:             (NO,  NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.OVERFLOW_ENDED:         (C,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.BOT_ENDED:              (C,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.FORCE_CLOSED:           (C,   C,     C,      C,    C,      C,       C,      NO),
}  # fmt: skip
"""An agent holds the session wherever a state has one; the widget (if any) allows no reconnecting.

Nothing is offered, and no queue overflows: see test_offering and test_queueing.
"""

LIVE_CHAT = WHATSAPP | {
    Event.CUSTOMER_WROTE:         (O,   A,     O,      A,    A,      A,       U,      NO),
    Event.CHAT_STARTED:           (O,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.CUSTOMER_LEFT:          (C,   NO,    NO,     NO,   NO,     NO,      NO,     NO),
    Event.CUSTOMER_ENDED:         (C,   U,     C,      U,    U,      U,       NO,     NO),
    Event.CUSTOMER_RETURNED:      (O,   NO,    NO,     A,    A,      NO,      NO,     NO),
    Event.CONNECTION_LOST:        (O,   D,     NO,     NO,   NO,     NO,      NO,     NO),
    Event.SESSION_CLOSED:         (NO,  O,     NO,     D,    R,      O,       C,      NO),
}  # fmt: skip

CASES = [
    pytest.param(channel, event, state, expected, id=f"{channel}-{event}-{state}")
    for channel, table in ((ChannelName.WHATSAPP, WHATSAPP), (ChannelName.LIVE_CHAT, LIVE_CHAT))
    for event, row in table.items()
    for state, expected in zip(State, row, strict=True)
]


def in_state(channel: ChannelName, state: State) -> Memory:
    if state in (State.OPEN, State.WAITING, State.CLOSED):
        return a_memory(channel=channel, state=state)
    return an_assigned_memory(state, channel=channel)


def after(event: Event, memory: Memory, **timers: object) -> Memory:
    policy = TimerPolicy.model_validate(timers)
    return fire(memory, event, now=NOON, timers=policy, agent_id=BOB).memory


@pytest.mark.parametrize(("channel", "event", "state", "expected"), CASES)
def test_every_event_in_every_state(
    channel: ChannelName, event: Event, state: State, expected: State | None
) -> None:
    memory = in_state(channel, state)
    if expected is None:
        with pytest.raises(Refused):
            after(event, memory)
    else:
        assert after(event, memory).state is expected


def test_the_tables_above_name_every_event() -> None:
    assert set(WHATSAPP) == set(Event) == set(LIVE_CHAT)


@pytest.mark.parametrize("event", Event)
def test_a_closed_conversation_says_that_it_is_closed(event: Event) -> None:
    with pytest.raises(ConversationClosed):
        after(event, a_memory(state=State.CLOSED))


def test_every_event_has_words_for_its_refusal() -> None:
    assert set(REFUSALS) == set(Event)


def test_every_word_of_the_table_is_a_method() -> None:
    words = {word for row in TABLE for word in (*row.do, *row.when, *row.unless)}
    assert all(callable(getattr(Step, word, None)) for word in words)


def test_a_reconnect_window_opens_only_where_the_widget_allows_it() -> None:
    memory = an_assigned_memory(State.DISCONNECTED, channel=ChannelName.LIVE_CHAT)
    reconnecting = after(Event.GRACE_EXPIRED, memory, reconnect_limit=timedelta(minutes=2))
    assert reconnecting.state is State.RECONNECT_WINDOW
    assert after(Event.GRACE_EXPIRED, memory).state is State.WRAP_UP


@pytest.mark.parametrize("state", [State.DISCONNECTED, State.RECONNECT_WINDOW])
def test_inv8_a_customer_whose_agent_left_does_not_meet_them_by_right(state: State) -> None:
    held = an_assigned_memory(state, channel=ChannelName.LIVE_CHAT)
    let_go = after(Event.SESSION_CLOSED, held)
    assert after(Event.CUSTOMER_RETURNED, held).agent_id == ALICE
    assert after(Event.CUSTOMER_RETURNED, let_go).state is State.OPEN
    assert after(Event.CUSTOMER_RETURNED, let_go).agent_id is None


@pytest.mark.parametrize("event", [Event.PICKED, Event.OFFER_ACCEPTED, Event.ASSIGNED, Event.REVIVED])
def test_inv4_who_takes_it_after_the_window_may_only_send_templates(event: Event) -> None:
    state = State.WAITING if event is Event.REVIVED else State.OPEN
    taken = after(event, a_memory(state=state, window_expires_at=NOON))
    assert taken.state is State.TEMPLATE_ONLY
