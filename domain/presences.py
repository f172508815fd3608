"""Whether an agent is there for work: what they chose, what the system says, what follows from both."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import AgentId, PresenceId
from domain.texts import Name
from domain.values import Value
from domain.versioned import Versioned


class BasePresence(StrEnum):
    """What every presence comes down to. Only the system makes somebody inactive."""

    AVAILABLE = "available"
    BUSY = "busy"
    DO_NOT_DISTURB = "do_not_disturb"
    AWAY = "away"
    OFFLINE = "offline"
    INACTIVE = "inactive"


ALLOWED_BY_DEFAULT: Final = (BasePresence.AVAILABLE, BasePresence.BUSY)
"""Whoever has one of these is offered work, unless a workstream says otherwise."""


class Presence(Versioned):
    """One that an admin named, such as "Lunch": it counts as its base."""

    presence_id: PresenceId
    name: Name
    base: BasePresence


class AgentPresence(Value):
    """The presence of one agent as it is now."""

    agent_id: AgentId
    base: BasePresence
    name: str
    """The one that an admin named, else that of the base."""
    since: datetime | None = None
    """None: they were never there."""
    connected: bool
    """A window of theirs is open, or their program answers."""
    chosen: bool = False
    """By themselves, or by a supervisor; else it follows from what they have to do."""
