"""Which presence follows from what an agent chose, what was imposed, and what they have to do."""

from datetime import datetime
from typing import Final

from domain.attendance import AgentAtWork, Attendance
from domain.capacity import MOST_SESSIONS
from domain.presences import AgentPresence, BasePresence

LASTING: Final = (BasePresence.DO_NOT_DISTURB, BasePresence.AWAY, BasePresence.OFFLINE)
"""Whoever chooses one of these has it until they choose another one, or sign out. The others hold
only until work is given or taken: then what somebody has to do says how they are again."""


def presence_of(agent: Attendance) -> AgentPresence:
    """How they are now."""
    base, since = _base_of(agent)
    is_chosen = _holds(agent) and base is agent.chosen
    return AgentPresence(
        agent_id=agent.agent_id,
        base=base,
        name=(agent.chosen_name if is_chosen else None) or named(base),
        since=since,
        connected=agent.is_connected,
        chosen=is_chosen,
    )


def at_work(agent: Attendance) -> AgentAtWork:
    """How they are, and how much they have."""
    return AgentAtWork(
        agent_id=agent.agent_id,
        name=agent.agent_name,
        presence=presence_of(agent),
        sessions=agent.sessions,
        used_units=agent.used_units,
        capacity_units=agent.capacity_units,
    )


def named(base: BasePresence) -> str:
    """What a presence is called that no admin named."""
    return base.value.replace("_", " ").capitalize()


def is_used_up(agent: Attendance) -> bool:
    """Nothing more is offered to them: for lack of units and places, or of room for one more."""
    if agent.sessions >= MOST_SESSIONS:
        return True
    profiles = [(each.used >= each.limit, each.blocks_assignment) for each in agent.profiles]
    if any(is_full and blocks for is_full, blocks in profiles):
        return True
    limits = [] if agent.capacity_units is None else [agent.used_units >= agent.capacity_units]
    limits += [is_full for is_full, _ in profiles]
    return bool(limits) and all(limits)


def _base_of(agent: Attendance) -> tuple[BasePresence, datetime | None]:
    """And since when."""
    if not agent.is_connected:
        return BasePresence.OFFLINE, agent.lost_at
    if agent.imposed is not None:
        return agent.imposed, agent.imposed_at
    if agent.chosen is not None and _holds(agent):
        return agent.chosen, agent.chosen_at
    if is_used_up(agent):
        return BasePresence.DO_NOT_DISTURB, _latest(agent.came_at, agent.load_changed_at)
    if agent.used_units > 0 or any(profile.used for profile in agent.profiles):
        return BasePresence.BUSY, _latest(agent.came_at, agent.busy_since)
    return BasePresence.AVAILABLE, _latest(agent.came_at, agent.load_changed_at)


def _holds(agent: Attendance) -> bool:
    """What they chose is still what they are."""
    if agent.chosen is None or agent.chosen_at is None or agent.imposed is not None:
        return False
    is_before = agent.load_changed_at is None or agent.load_changed_at <= agent.chosen_at
    return agent.is_connected and (agent.chosen in LASTING or is_before)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
