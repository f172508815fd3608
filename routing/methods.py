"""Who of several suitable agents is asked first."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from domain.custom_order import AgentOrder
from domain.distribution import AssignmentMethod
from domain.ids import QueueId
from routing.demand import Demand
from routing.standing import LONG_AGO, Standing
from routing.suitability import Gap

Rank: TypeAlias = tuple[Any, ...]
"""Compared with others of the same order; the lowest comes first."""
_Order: TypeAlias = Callable[[Standing, Demand, Gap, QueueId], Rank]


def rank(
    method: AssignmentMethod, standing: Standing, demand: Demand, distance: Gap, queue_id: QueueId
) -> Rank:
    """Refusals count before all else; then skills, where they count; then the method; then turns."""
    refused = demand.refusals.get(standing.agent.agent_id) if demand.refusals else None
    by_method: Rank
    if demand.order_by:
        by_method = tuple(
            _ORDERS[order](standing, demand, distance, queue_id) for order in demand.order_by
        )
    else:
        by_method = _METHODS[method](standing, demand, distance, queue_id)
    return (
        refused.times if refused else 0,
        distance[:2] if demand.by_closeness and not demand.order_by else (),
        by_method,
        standing.turn(queue_id),
        standing.agent.agent_id,
    )


def _most_room(standing: Standing, demand: Demand, _: Gap, __: QueueId) -> Rank:
    # Where capacity has no limit, there is most of it left for who has least to do.
    room = standing.room(demand)
    return (-room, standing.sessions if room == float("inf") else 0)


def _in_turn(standing: Standing, _: Demand, __: Gap, queue_id: QueueId) -> Rank:
    return standing.turn(queue_id)


def _fewest_sessions(standing: Standing, _: Demand, __: Gap, ___: QueueId) -> Rank:
    return (standing.sessions,)


def _longest_idle(standing: Standing, _: Demand, __: Gap, ___: QueueId) -> Rank:
    return (standing.sessions > 0, standing.agent.freed_at or LONG_AGO)


def _least_active(standing: Standing, _: Demand, __: Gap, ___: QueueId) -> Rank:
    return (standing.sessions, standing.agent.freed_at or LONG_AGO)


def _closest_skills(_: Standing, __: Demand, distance: Gap, ___: QueueId) -> Rank:
    return distance[:2]


def _most_skilled(standing: Standing, demand: Demand, _: Gap, __: QueueId) -> Rank:
    asked_for = (*demand.skills, *demand.must)
    return (-sum(standing.agent.skills.get(name, 0) for name, _ in asked_for),)


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
