"""The conversation's table of transitions, and nothing else. `docs/states.md` is drawn from it."""

from typing import Final, NamedTuple

from domain.conversations import Event, State

ASSIGNED: Final = (State.ACTIVE, State.TEMPLATE_ONLY)
AWAY: Final = (State.DISCONNECTED, State.RECONNECT_WINDOW)
UNFINISHED: Final = tuple(state for state in State if state is not State.CLOSED)


class Row(NamedTuple):
    """One transition. `to` None: the state stays. `do` and `when` name methods of `machine.Step`."""

    event: Event
    source: tuple[State, ...]
    to: State | None
    do: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


def on(
    event: Event,
    source: State | tuple[State, ...],
    to: State | None,
    *do: str,
    when: str | None = None,
    unless: str | None = None,
) -> Row:
    """One row, spelled so that the table stays a table."""
    sources = source if isinstance(source, tuple) else (source,)
    return Row(event, sources, to, do, (when,) if when else (), (unless,) if unless else ())


TABLE: Final[tuple[Row, ...]] = (
    # The customer writes. Whatever the state, the message opens the service window again, unless it is
    # found when that would be over, too.
    on(Event.CUSTOMER_WROTE, State.OPEN, None, "open_window", "watch_the_wait", "release_parked"),
    on(Event.CUSTOMER_WROTE, State.ACTIVE, None, "open_window", "release_parked"),
    on(Event.CUSTOMER_WROTE, State.TEMPLATE_ONLY, State.ACTIVE, "open_window", "announce_window_opened", "release_parked", when="window_is_renewed"),
    on(Event.CUSTOMER_WROTE, State.TEMPLATE_ONLY, None, "open_window", unless="window_is_renewed"),
    on(Event.CUSTOMER_WROTE, State.WAITING, State.OPEN, "open_window", "requeue", "release_parked"),
    on(Event.CUSTOMER_WROTE, State.WRAP_UP, State.OPEN, "open_window", "requeue", "release_parked", unless="is_live"),
    on(Event.CUSTOMER_WROTE, State.WRAP_UP, None, "open_window", when="is_live"),
    on(Event.CUSTOMER_WROTE, AWAY, State.ACTIVE, "open_window", "welcome_back", when="agent_is_held"),
    on(Event.CUSTOMER_WROTE, AWAY, State.OPEN, "open_window", "welcome_back", "requeue", unless="agent_is_held"),
    on(Event.CUSTOMER_OPTED_OUT, UNFINISHED, None, "announce_opt_out"),
    # Live chat: the connection, and the customer's own End. What ended stays ended: the customer may be
    # in another chat by now. Persistent chats are ended by agents only; other live chats do not wait, but
    # one that did would have no agent to wrap it up.
    on(Event.CHAT_STARTED, State.OPEN, None, "start_waiting", "watch_the_wait", when="is_live"),
    on(Event.CONNECTION_LOST, State.OPEN, None, "start_grace", when="is_live"),
    on(Event.CONNECTION_LOST, State.ACTIVE, State.DISCONNECTED, "start_grace", "announce_disconnected", when="is_live"),
    on(Event.CUSTOMER_RETURNED, State.OPEN, None, "end_grace", when="is_live"),
    on(Event.CUSTOMER_RETURNED, AWAY, State.ACTIVE, "welcome_back", when="agent_is_held"),
    on(Event.CUSTOMER_RETURNED, AWAY, State.OPEN, "welcome_back", "requeue", unless="agent_is_held"),
    on(Event.GRACE_EXPIRED, State.OPEN, State.CLOSED),
    on(Event.GRACE_EXPIRED, State.DISCONNECTED, State.RECONNECT_WINDOW, when="may_reconnect"),
    on(Event.GRACE_EXPIRED, State.DISCONNECTED, State.WRAP_UP, unless="may_reconnect"),
    on(Event.RECONNECT_EXPIRED, State.RECONNECT_WINDOW, State.WRAP_UP),
    on(Event.CUSTOMER_LEFT, State.OPEN, State.CLOSED, when="is_live"),
    on(Event.CUSTOMER_ENDED, (State.OPEN, State.WAITING), State.CLOSED, when="ends_when_left"),
    on(Event.CUSTOMER_ENDED, (*ASSIGNED, *AWAY), State.WRAP_UP, when="ends_when_left"),
    # It is offered; what becomes of that when the state changes is said in statemachines/offering.py.
    on(Event.OFFERED, (State.OPEN, *ASSIGNED), None, "offer_it", when="may_be_offered"),
    on(Event.OFFER_DECLINED, UNFINISHED, None, "decline_offer", "wait_for_nobody", when="is_offered"),
    on(Event.OFFER_EXPIRED, UNFINISHED, None, "expire_offer", when="is_offered"),
    # An agent takes it, whether the customer is still there or not.
    on(Event.OFFER_ACCEPTED, State.OPEN, State.DISCONNECTED, "assign", "keep_grace", "announce_disconnected", when="connection_is_lost"),
    on(Event.PICKED, State.OPEN, State.DISCONNECTED, "assign", "keep_grace", "announce_disconnected", when="connection_is_lost"),
    on(Event.ASSIGNED, State.OPEN, State.DISCONNECTED, "assign", "keep_grace", "announce_disconnected", when="connection_is_lost"),
    on(Event.OFFER_ACCEPTED, State.OPEN, State.ACTIVE, "assign", when="window_is_open"),
    on(Event.OFFER_ACCEPTED, State.OPEN, State.TEMPLATE_ONLY, "assign", unless="window_is_open"),
    on(Event.PICKED, State.OPEN, State.ACTIVE, "assign", when="window_is_open"),
    on(Event.PICKED, State.OPEN, State.TEMPLATE_ONLY, "assign", unless="window_is_open"),
    on(Event.ASSIGNED, State.OPEN, State.ACTIVE, "assign", when="window_is_open"),
    on(Event.ASSIGNED, State.OPEN, State.TEMPLATE_ONLY, "assign", unless="window_is_open"),
    on(Event.REVIVED, State.WAITING, State.ACTIVE, "assign", when="window_is_open"),
    on(Event.REVIVED, State.WAITING, State.TEMPLATE_ONLY, "assign", unless="window_is_open"),
    on(Event.TRANSFERRED_TO_AGENT, ASSIGNED, None, "assign", "announce_transfer"),
    # An agent lets it go.
    on(Event.AGENT_ENDED, (*ASSIGNED, *AWAY), State.WRAP_UP),
    on(Event.SESSION_CLOSED, ASSIGNED, State.OPEN, "requeue", when="ends_when_left"),
    on(Event.SESSION_CLOSED, ASSIGNED, State.WAITING, unless="ends_when_left"),
    on(Event.SESSION_CLOSED, AWAY, None, "let_agent_go"),
    on(Event.SESSION_CLOSED, State.WRAP_UP, State.CLOSED),
    on(Event.AGENT_AWAY, (*ASSIGNED, *AWAY), None, "await_agent", when="agent_is_held"),
    on(Event.AGENT_RETURNED, (*ASSIGNED, *AWAY), None, "stop_awaiting_agent"),
    on(Event.AGENT_LOST, ASSIGNED, State.OPEN, "announce_agent_disconnected", "give_back"),
    on(Event.AGENT_LOST, AWAY, None, "let_agent_go", when="agent_is_held"),
    on(Event.RELEASED, ASSIGNED, State.OPEN, "give_back"),
    on(Event.TRANSFERRED_TO_QUEUE, ASSIGNED, State.OPEN, "leave_for_queue"),
    on(Event.TRANSFERRED_TO_QUEUE, State.OPEN, None, "withdraw_offer", "go_to_queue"),
    # Time passes.
    on(Event.WINDOW_CLOSING, State.ACTIVE, None, "remind_agent"),
    on(Event.SERVICE_WINDOW_EXPIRED, State.ACTIVE, State.TEMPLATE_ONLY, "close_window", "announce_window_closed"),
    on(Event.SERVICE_WINDOW_EXPIRED, (State.OPEN, State.WAITING, State.TEMPLATE_ONLY, State.WRAP_UP), None, "close_window"),
    on(Event.PARKED_REPLY_EXPIRED, UNFINISHED, None, "expire_parked"),
    on(Event.AUTO_CLOSE, State.OPEN, State.CLOSED),
    on(Event.OVERFLOWED, State.OPEN, None, "move_on", when="another_queue_takes_it"),
    on(Event.OVERFLOW_ENDED, State.OPEN, State.CLOSED, "announce_overflow"),
    on(Event.INACTIVITY_EXPIRED, (State.WAITING, State.OPEN), State.CLOSED),
    on(Event.WRAP_UP_BLOCK_EXPIRED, State.WRAP_UP, None, "free_capacity"),
    on(Event.WRAP_UP_EXPIRED, State.WRAP_UP, State.CLOSED),
    # Others end it.
    on(Event.BOT_ENDED, State.OPEN, State.CLOSED),
    on(Event.FORCE_CLOSED, UNFINISHED, State.CLOSED),
)  # fmt: skip

REFUSALS: Final[dict[Event, str]] = {
    Event.CUSTOMER_WROTE: "A closed conversation takes no messages; a new one starts.",
    Event.CHAT_STARTED: "Only a live chat begins before anything was said, and only once.",
    Event.CUSTOMER_OPTED_OUT: "The conversation is closed.",
    Event.CONNECTION_LOST: "Only a live chat that is open or active has a connection to lose.",
    Event.CUSTOMER_RETURNED: "The customer was not away.",
    Event.GRACE_EXPIRED: "The customer is connected.",
    Event.RECONNECT_EXPIRED: "Nobody is waiting for the customer to reconnect.",
    Event.CUSTOMER_LEFT: "The customer can leave only a live chat that no agent has taken yet.",
    Event.CUSTOMER_ENDED: "The customer can end only a live chat that has not ended, and no persistent one.",
    Event.OFFERED: "It is offered to somebody already, or not to be had.",
    Event.OFFER_DECLINED: "The offer is over.",
    Event.OFFER_EXPIRED: "The offer is over.",
    Event.OFFER_ACCEPTED: "The conversation does not wait for an agent any more.",
    Event.PICKED: "The conversation does not wait for an agent any more.",
    Event.ASSIGNED: "The conversation does not wait for an agent any more.",
    Event.REVIVED: "Only a waiting conversation can be revived.",
    Event.TRANSFERRED_TO_AGENT: "Only a conversation that an agent has can be transferred.",
    Event.TRANSFERRED_TO_QUEUE: "Only a conversation that somebody has, or that waits in a queue, can be transferred.",
    Event.AGENT_ENDED: "Only a conversation that an agent has can be ended.",
    Event.SESSION_CLOSED: "There is no session to close.",
    Event.AGENT_AWAY: "No agent has the conversation.",
    Event.AGENT_RETURNED: "No agent has the conversation.",
    Event.AGENT_LOST: "No agent has the conversation.",
    Event.RELEASED: "Only a conversation that an agent has can be released.",
    Event.WINDOW_CLOSING: "No agent is waiting to answer.",
    Event.SERVICE_WINDOW_EXPIRED: "The service window does not matter in this state.",
    Event.PARKED_REPLY_EXPIRED: "The conversation is closed.",
    Event.AUTO_CLOSE: "The conversation is not waiting in a queue.",
    Event.INACTIVITY_EXPIRED: "The conversation is not waiting.",
    Event.WRAP_UP_BLOCK_EXPIRED: "The conversation is not in wrap-up.",
    Event.WRAP_UP_EXPIRED: "The conversation is not in wrap-up.",
    Event.OVERFLOWED: "No other queue takes the conversation.",
    Event.OVERFLOW_ENDED: "The conversation is not waiting in a queue.",
    Event.BOT_ENDED: "No bot has the conversation.",
    Event.FORCE_CLOSED: "The conversation is closed already.",
}
"""What people are told when the table has no row for an event in the present state."""
