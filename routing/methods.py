"""Who of several suitable agents is asked first."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from domain.custom_order import AgentOrder
from domain.distribution import AssignmentMethod
from domain.ids import QueueId
from routing.contender import LONG_AGO, Contender
from routing.requirements import Requirements
from routing.suitability import Gap

Rank: TypeAlias = tuple[Any, ...]
"""Compared with others of the same order; the lowest comes first."""
_Order: TypeAlias = Callable[[Contender, Requirements, Gap, QueueId], Rank]


def rank(
    method: AssignmentMethod,
    contender: Contender,
    needs: Requirements,
    distance: Gap,
    queue_id: QueueId,
) -> Rank:
    """Refusals count before all else; then skills, where they count; then the method; then turns."""
    refused = needs.refusals.get(contender.agent.agent_id) if needs.refusals else None
    by_method: Rank
    if needs.order_by:
        by_method = tuple(
            _ORDERS[order](contender, needs, distance, queue_id) for order in needs.order_by
        )
    else:
        by_method = _METHODS[method](contender, needs, distance, queue_id)
    return (
        refused.times if refused else 0,
        distance[:2] if needs.by_closeness and not needs.order_by else (),
        by_method,
        contender.turn(queue_id),
        contender.number,
    )


def _most_room(contender: Contender, needs: Requirements, _: Gap, __: QueueId) -> Rank:
    # Where capacity has no limit, there is most of it left for who has least to do.
    room = contender.room(needs.demand)
    return (-room, contender.standing.sessions if room == float("inf") else 0)


def _in_turn(contender: Contender, _: Requirements, __: Gap, queue_id: QueueId) -> Rank:
    return contender.turn(queue_id)


def _fewest_sessions(contender: Contender, _: Requirements, __: Gap, ___: QueueId) -> Rank:
    return (contender.standing.sessions,)


def _longest_idle(contender: Contender, _: Requirements, __: Gap, ___: QueueId) -> Rank:
    return (contender.standing.sessions > 0, contender.agent.freed_at or LONG_AGO)


def _least_active(contender: Contender, _: Requirements, __: Gap, ___: QueueId) -> Rank:
    return (contender.standing.sessions, contender.agent.freed_at or LONG_AGO)


def _closest_skills(_: Contender, __: Requirements, distance: Gap, ___: QueueId) -> Rank:
    return distance[:2]


def _most_skilled(contender: Contender, needs: Requirements, _: Gap, __: QueueId) -> Rank:
    asked_for = (*needs.skills, *needs.must)
    return (-sum(contender.agent.skills.get(name, 0) for name, _ in asked_for),)


_METHODS: Final[Mapping[AssignmentMethod, _Order]] = {
    AssignmentMethod.HIGHEST_CAPACITY: _most_room,
    AssignmentMethod.ROUND_ROBIN: _in_turn,
    AssignmentMethod.LEAST_ACTIVE: _least_active,
    AssignmentMethod.MOST_IDLE: _longest_idle,
    AssignmentMethod.CUSTOM: _most_room,
}
_ORDERS: Final[Mapping[AgentOrder, _Order]] = {
    AgentOrder.MOST_ROOM: _most_room,
    AgentOrder.FEWEST_SESSIONS: _fewest_sessions,
    AgentOrder.LONGEST_IDLE: _longest_idle,
    AgentOrder.IN_TURN: _in_turn,
    AgentOrder.CLOSEST_SKILLS: _closest_skills,
    AgentOrder.MOST_SKILLED: _most_skilled,
}
