"""What the composer offers: free text, templates only, or nothing and why."""

from datetime import datetime
from enum import StrEnum
from typing import assert_never

from console.reader import Reader
from domain.conversations import State
from domain.service_window import is_window_open
from domain.values import Value
from domain.views import ConversationView


class Mode(StrEnum):
    """How much may be written."""

    FREE = "free"
    TEMPLATE = "template"
    OFF = "off"


class Writing(Value):
    """The composer's state, and the words that explain it."""

    mode: Mode
    hint: str | None = None
    is_warning: bool = False


def writing_in(conversation: ConversationView, reader: Reader, now: datetime) -> Writing:
    """A promise to the eye only: the conversation checks every message itself."""
    texts = reader.texts
    match conversation.state:
        case State.OPEN:
            return Writing(mode=Mode.OFF, hint=texts.take_to_answer)
        case State.WAITING:
            return Writing(mode=Mode.OFF, hint=texts.left_waiting)
        case State.WRAP_UP:
            return Writing(mode=Mode.OFF, hint=texts.wrapping_up)
        case State.CLOSED:
            return Writing(mode=Mode.OFF, hint=texts.is_closed)
        case State.ACTIVE | State.TEMPLATE_ONLY | State.DISCONNECTED | State.RECONNECT_WINDOW:
            return _in_hand(conversation, reader, now)
        case _:
            assert_never(conversation.state)


def _in_hand(conversation: ConversationView, reader: Reader, now: datetime) -> Writing:
    texts = reader.texts
    is_mine = conversation.agent_id == reader.agent_id
    holder = conversation.agent_name or texts.agent
    if not is_mine and not reader.is_supervisor:
        return Writing(mode=Mode.OFF, hint=texts.somebody_has_it.format(name=holder))
    if not _is_free(conversation, now):
        return Writing(mode=Mode.TEMPLATE, hint=texts.window_over, is_warning=True)
    if conversation.contact.opted_out_at is not None:
        return Writing(mode=Mode.FREE, hint=texts.opted_out, is_warning=True)
    if conversation.state is not State.ACTIVE:
        return Writing(mode=Mode.FREE, hint=texts.customer_away, is_warning=True)
    return Writing(mode=Mode.FREE, hint=None if is_mine else texts.writing_for.format(name=holder))


def _is_free(conversation: ConversationView, now: datetime) -> bool:
    is_open = is_window_open(conversation.window_expires_at, now)
    return is_open and conversation.state is not State.TEMPLATE_ONLY
