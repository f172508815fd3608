"""Which actions a page offers. Read from the conversation's table; the conversation itself decides."""

from enum import StrEnum
from typing import Final

from application.desk import Action as DeskAction
from console.reader import Reader
from domain.commands import CloseSession, End, ForceClose, Release
from domain.conversations import Event, State
from domain.values import Value
from domain.views import ConversationView
from statemachines.table import TABLE


class Action(StrEnum):
    """What an agent can do with a conversation as a whole."""

    TAKE = "take"
    END = "end"
    LEAVE = "leave"
    RELEASE = "release"
    FORCE_CLOSE = "force_close"


EVENTS: Final = {
    Action.TAKE: (Event.PICKED, Event.REVIVED),
    Action.END: (Event.AGENT_ENDED,),
    Action.LEAVE: (Event.SESSION_CLOSED,),
    Action.RELEASE: (Event.RELEASED,),
    Action.FORCE_CLOSE: (Event.FORCE_CLOSED,),
}
COMMANDS: Final[dict[Action, DeskAction]] = {
    Action.END: End,
    Action.LEAVE: CloseSession,
    Action.RELEASE: Release,
    Action.FORCE_CLOSE: ForceClose,
}
"""Taking is a use case of its own."""


class Offer(Value):
    """A button: what it does, and what it says."""

    action: Action
    label: str
    hint: str
    is_primary: bool = False


def offers(conversation: ConversationView, reader: Reader) -> tuple[Offer, ...]:
    """What may be done now, by this person."""
    return tuple(
        _offer(action, conversation.state, reader)
        for action in Action
        if _is_possible(action, conversation.state) and _is_for(action, conversation, reader)
    )


def _is_possible(action: Action, state: State) -> bool:
    return any(row.event in EVENTS[action] and state in row.source for row in TABLE)


def _is_for(action: Action, conversation: ConversationView, reader: Reader) -> bool:
    if action is Action.FORCE_CLOSE:
        return reader.is_supervisor
    if action is Action.TAKE:
        return True
    return conversation.agent_id == reader.agent_id or reader.is_supervisor


def _offer(action: Action, state: State, reader: Reader) -> Offer:
    texts = reader.texts
    match action:
        case Action.TAKE:
            label = texts.resume if state is State.WAITING else texts.take
            return Offer(action=action, label=label, hint=label, is_primary=True)
        case Action.END:
            return Offer(action=action, label=texts.end, hint=texts.end_hint)
        case Action.LEAVE if state is State.WRAP_UP:
            return Offer(action=action, label=texts.close, hint=texts.close_hint, is_primary=True)
        case Action.LEAVE:
            return Offer(action=action, label=texts.leave, hint=texts.leave_hint)
        case Action.RELEASE:
            return Offer(action=action, label=texts.release, hint=texts.release_hint)
        case Action.FORCE_CLOSE:
            return Offer(action=action, label=texts.force_close, hint=texts.force_close_hint)
