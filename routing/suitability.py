"""Whether an agent can be asked for a conversation, and what stands in the way."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.assignments import Obstacle
from domain.capacity import MOST_SESSIONS
from domain.presences import BasePresence
from routing.demand import Demand, FoldedSkills
from routing.standing import Standing


class Gap(NamedTuple):
    """How far somebody is from what is asked for: the smaller, the closer."""

    missing: int
    levels: int
    widest: int


NO_GAP = Gap(0, 0, 0)


def gap(skills: FoldedSkills, known: Mapping[str, int]) -> Gap:
    """A skill that somebody does not have counts as its level zero."""
    short = [(name, level - known.get(name, 0)) for name, level in skills]
    off = [levels for _, levels in short if levels > 0]
    if not off:
        return NO_GAP
    return Gap(sum(name not in known for name, _ in short), sum(off), max(off))


def obstacle(demand: Demand, standing: Standing, distance: Gap) -> Obstacle | None:
    """What is in the way; None: they can be asked. What lasts longest is told first."""
    if demand.levels_off is not None and distance.widest > demand.levels_off:
        return Obstacle.SKILLS
    if demand.must and gap(demand.must, standing.agent.skills).widest:
        return Obstacle.SKILLS
    return (
        _refusal(demand, standing)
        or (Obstacle.PRESENCE if standing.presence not in demand.presences else None)
        or capacity_obstacle(demand, standing)
    )


def capacity_obstacle(demand: Demand, standing: Standing) -> Obstacle | None:
    """Whether there is room for it."""
    if standing.sessions >= MOST_SESSIONS:
        return Obstacle.SESSIONS
    if standing.is_blocked():
        return Obstacle.BLOCKED
    if standing.room(demand) < (1 if demand.profile_ids else demand.units):
        return Obstacle.CAPACITY
    return Obstacle.KEPT if standing.is_kept else None


def is_reachable(standing: Standing) -> bool:
    """Somebody is there who could answer, even if busy or away."""
    return standing.presence not in {BasePresence.OFFLINE, BasePresence.INACTIVE}


def _refusal(demand: Demand, standing: Standing) -> Obstacle | None:
    if not demand.refusals:
        return None
    refused = demand.refusals.get(standing.agent.agent_id)
    if refused is None:
        return None
    if refused.times >= demand.most_refusals:
        return Obstacle.DECLINED
    if demand.again_from is not None and refused.last_at > demand.again_from:
        return Obstacle.DECLINED_LATELY
    return None
