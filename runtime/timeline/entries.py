"""What a timeline consists of, and its order: by time, and never an effect before its cause."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from domain.ids import ConversationId, MessageId
from domain.values import Value


class Source(StrEnum):
    """Who says so. Of several at the same time, in this order."""

    TRANSCRIPT = "transcript"
    ROUTING = "routing"
    TEMPORAL = "temporal"
    DELIVERIES = "deliveries"


class Kind(StrEnum):
    """What happened."""

    ACTIVITY = "activity"
    COMMAND = "command"
    DELIVERY = "delivery"
    MAIL = "mail"
    MESSAGE = "message"
    ROUTING = "routing"
    RUN = "run"
    STATE = "state"
    TIMER = "timer"
    TROUBLE = "trouble"


class Entry(Value):
    """One thing that happened. `text` is what somebody said or a provider answered: it is private."""

    at: datetime
    source: Source
    kind: Kind
    name: str
    status: str
    message_id: MessageId | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    text: str | None = Field(default=None, repr=False)


class Timeline(Value):
    """All that is known of one conversation. `notices` say what is missing."""

    conversation_id: ConversationId
    state: str
    notices: tuple[str, ...] = ()
    entries: tuple[Entry, ...]


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """PostgreSQL and Temporal have clocks of their own: what is about a message follows the message."""
    found = list(entries)
    written = {each.message_id: each.at for each in found if each.kind is Kind.MESSAGE}
    rank = list(Source).index

    def place(entry: Entry) -> tuple[datetime, int]:
        return max(entry.at, written.get(entry.message_id, entry.at)), rank(entry.source)

    return tuple(sorted(found, key=place))
