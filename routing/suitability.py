"""Whether an agent can be asked for a conversation, and what stands in the way."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.assignments import Obstacle
from domain.capacity import Shortage, shortage
from domain.presences import BasePresence
from routing.contender import Contender
from routing.requirements import FoldedSkills, Requirements


class Gap(NamedTuple):
    """How far somebody is from what is asked for: the smaller, the closer."""

    missing: int
    levels: int
    widest: int


NO_GAP: Final = Gap(0, 0, 0)
_OF_SHORTAGES: Final[Mapping[Shortage, Obstacle]] = {
    Shortage.UNITS: Obstacle.CAPACITY,
    Shortage.PROFILE: Obstacle.CAPACITY,
    Shortage.NO_PROFILE: Obstacle.CAPACITY,
    Shortage.BLOCKED: Obstacle.BLOCKED,
    Shortage.SESSIONS: Obstacle.SESSIONS,
}


def gap(skills: FoldedSkills, known: Mapping[str, int]) -> Gap:
    """A skill that somebody does not have counts as its level zero."""
    short = [(name, level - known.get(name, 0)) for name, level in skills]
    off = [levels for _, levels in short if levels > 0]
    if not off:
        return NO_GAP
    return Gap(sum(name not in known for name, _ in short), sum(off), max(off))


def obstacle(needs: Requirements, contender: Contender, distance: Gap) -> Obstacle | None:
    """What is in the way; None: they can be asked. What lasts longest is told first."""
    if needs.levels_off is not None and distance.widest > needs.levels_off:
        return Obstacle.SKILLS
    if needs.must and gap(needs.must, contender.agent.skills).widest:
        return Obstacle.SKILLS
    return (
        _refusal(needs, contender)
        or (Obstacle.PRESENCE if contender.presence not in needs.presences else None)
        or capacity_obstacle(needs, contender)
    )


def capacity_obstacle(needs: Requirements, contender: Contender) -> Obstacle | None:
    """Whether there is room for it."""
    short = shortage(contender.standing, needs.demand)
    if short is not None:
        return _OF_SHORTAGES[short]
    return Obstacle.KEPT if contender.is_kept else None


def is_reachable(contender: Contender) -> bool:
    """Somebody is there who could answer, even if busy or away."""
    return contender.presence not in {BasePresence.OFFLINE, BasePresence.INACTIVE}


def _refusal(needs: Requirements, contender: Contender) -> Obstacle | None:
    if not needs.refusals:
        return None
    refused = needs.refusals.get(contender.agent.agent_id)
    if refused is None:
        return None
    if refused.times >= needs.most_refusals:
        return Obstacle.DECLINED
    if needs.again_from is not None and refused.last_at > needs.again_from:
        return Obstacle.DECLINED_LATELY
    return None
