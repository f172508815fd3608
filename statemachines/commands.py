"""What an agent may ask of a conversation now, and which event that is."""

from datetime import datetime
from typing import Final

from domain.commands import (
    Accept,
    AnyCommand,
    CloseSession,
    Decline,
    End,
    ForceClose,
    Park,
    Pick,
    Release,
    Send,
    TransferToQueue,
    Withdraw,
)
from domain.conversations import Event, Memory, State
from domain.errors import ConversationClosed, NotYourConversation, Refused
from domain.service_window import is_window_open, require_sendable

MAX_PARKED: Final = 10
"""Replies one conversation may hold back at a time: enough for a long answer, and bounded."""

WRITABLE: Final = (State.ACTIVE, State.TEMPLATE_ONLY, State.DISCONNECTED, State.RECONNECT_WINDOW)
"""States in which an agent may write; while a chat is disconnected it waits for the customer."""

_EVENTS: Final[dict[type, Event]] = {
    Pick: Event.PICKED,
    Accept: Event.OFFER_ACCEPTED,
    Decline: Event.OFFER_DECLINED,
    End: Event.AGENT_ENDED,
    CloseSession: Event.SESSION_CLOSED,
    Release: Event.RELEASED,
    TransferToQueue: Event.TRANSFERRED_TO_QUEUE,
    ForceClose: Event.FORCE_CLOSED,
}


def event_of(memory: Memory, command: AnyCommand) -> Event | None:
    """The event a command is for the machine; None for commands that change no state."""
    if isinstance(command, Pick) and memory.state is State.WAITING:
        return Event.REVIVED
    if isinstance(command, Accept) and memory.agent_id is not None:
        return Event.TRANSFERRED_TO_AGENT
    return _EVENTS.get(type(command))


def is_done_already(memory: Memory, command: AnyCommand) -> bool:
    """Taking what one has already is a success, not an error."""
    return isinstance(command, Pick | Accept) and memory.agent_id == command.agent_id


def check(memory: Memory, command: AnyCommand, now: datetime) -> None:
    """Raise the reason why the conversation refuses this command now; else return."""
    if memory.state is State.CLOSED:
        raise ConversationClosed(
            "The conversation is closed; a message of the customer opens a new one."
        )
    match command:
        case Pick():
            _check_pick(memory, command)
        case Accept() | Decline():
            _check_offer(memory, command)
        case ForceClose():
            _check_supervisor(command)
        case _:
            _check_mine(memory, command)
            _check_writing(memory, command, now)


def _check_pick(memory: Memory, command: Pick) -> None:
    if memory.state is State.WAITING and memory.preferred_agent_id != command.agent_id:
        raise NotYourConversation(
            "Another agent left this conversation waiting; it is theirs to revive."
        )
    if memory.state is State.OPEN and memory.offer and memory.offer.agent_id != command.agent_id:
        raise NotYourConversation("It is being offered to somebody else; it may come back.")
    if memory.state not in (State.OPEN, State.WAITING) and memory.agent_id != command.agent_id:
        raise NotYourConversation("Somebody else has taken this conversation.")


def _check_offer(memory: Memory, command: Accept | Decline) -> None:
    offer = memory.offer
    if offer is None and is_done_already(memory, command):
        return
    if offer is None or (offer.offer_id, offer.agent_id) != (command.offer_id, command.agent_id):
        raise Refused("This offer is over: it ran out of time, was withdrawn, or is somebody else's.")


def _check_supervisor(command: ForceClose) -> None:
    if not command.as_supervisor:
        raise Refused("Only a supervisor may close a conversation by force.")


def _check_mine(memory: Memory, command: AnyCommand) -> None:
    if memory.agent_id != command.agent_id and not command.as_supervisor:
        raise NotYourConversation("Take the conversation first: it is not assigned to you.")


def _check_writing(memory: Memory, command: AnyCommand, now: datetime) -> None:
    match command:
        case Send():
            _check_send(memory, command, now)
        case Park():
            _check_park(memory, now)
        case Withdraw():
            _check_withdraw(memory, command)


def _check_send(memory: Memory, command: Send, now: datetime) -> None:
    if memory.state not in WRITABLE:
        raise Refused(
            "Nothing can be sent in this state; take the conversation first.", state=memory.state
        )
    is_template = command.is_template
    require_sendable(is_template=is_template, expires_at=memory.window_expires_at, now=now)


def _check_park(memory: Memory, now: datetime) -> None:
    if memory.state not in WRITABLE:
        raise Refused("Nothing can be parked in this state.", state=memory.state)
    if is_window_open(memory.window_expires_at, now):
        raise Refused("The service window is open: send the reply instead of parking it.")
    if len(memory.parked) >= MAX_PARKED:
        raise Refused(f"{MAX_PARKED} replies are parked already; withdraw one first.")


def _check_withdraw(memory: Memory, command: Withdraw) -> None:
    if all(reply.message_id != command.message_id for reply in memory.parked):
        raise Refused("That reply is not parked: it has left, expired or been withdrawn.")
