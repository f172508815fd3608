"""Whether a queue keeps a conversation that comes to it. Pure: asked once, before it waits."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from domain.operating_hours import OperatingHours
from domain.overflow import (
    Entrance,
    Measure,
    Overflow,
    OverflowAction,
    OverflowCondition,
    Overflowed,
)
from domain.routing_decisions import Arrival, Decision
from routing.operating_hours import opening

_DONE: Final = {
    OverflowAction.END: "so it ends",
    OverflowAction.TRANSFER: "so another queue takes it",
    OverflowAction.ASSIGN_ANYWAY: "and it waits all the same",
}


def admitted(decision: Decision, arrival: Arrival, entrance: Entrance) -> Decision:
    """The decision when its queue was asked. Another queue that takes over is not asked again."""
    is_fallback = decision.queue_id == arrival.fallback_queue_id
    overflow = Overflow() if is_fallback else decision.overflow or entrance.overflow
    found = _found(entrance, overflow, arrival.facts.at)
    if found is None:
        return decision
    condition, measure = found
    overflowed = Overflowed(
        condition=condition,
        action=measure.action,
        from_queue_id=decision.queue_id,
        is_holiday=is_holiday(entrance.hours, arrival.facts.at),
        why=f"{_why(condition, overflow)}, {_DONE[measure.action]}.",
    )
    if measure.queue_id is None:
        return decision.model_copy(update={"overflowed": overflowed})
    # What the rule said of overflow, it said of its own queue.
    moved = {"queue_id": measure.queue_id, "overflow": None, "overflowed": overflowed}
    return decision.model_copy(update=moved)


def is_holiday(hours: OperatingHours | None, at: datetime) -> bool:
    """By the calendar of the hours."""
    if hours is None:
        return False
    today = at.astimezone(ZoneInfo(hours.time_zone)).date()
    return any(holiday.day == today for holiday in hours.holidays)


def _found(
    entrance: Entrance, overflow: Overflow, at: datetime
) -> tuple[OverflowCondition, Measure] | None:
    """The first condition that is met."""
    if not opening(entrance.hours, at).is_open:
        return OverflowCondition.OUT_OF_HOURS, overflow.out_of_hours
    limit = overflow.item_limit
    if limit is not None and entrance.waiting >= limit.limit:
        return OverflowCondition.ITEM_LIMIT, limit
    return None


def _why(condition: OverflowCondition, overflow: Overflow) -> str:
    if condition is OverflowCondition.ITEM_LIMIT and overflow.item_limit:
        return f"{overflow.item_limit.limit} or more wait in the queue"
    return "The queue is closed now"
