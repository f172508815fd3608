"""Which of the waiting conversations comes first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from domain.conditions import Condition
from domain.custom_order import CustomOrder
from domain.distribution import AssignmentMethod
from domain.ids import ConversationId, QueueId
from domain.routing_decisions import Facts
from domain.work import WorkItem, WorkQueue
from routing.conditions import RuleFailed, finding
from routing.known import Known

_Place: TypeAlias = tuple[bool, int, bool, int, int, datetime, ConversationId]


def in_order(items: Iterable[WorkItem], queues: Mapping[QueueId, WorkQueue]) -> list[WorkItem]:
    """The most urgent first."""
    return sorted(items, key=lambda item: _place(item, queues[item.queue_id]))


def holds(condition: Condition | None, item: WorkItem) -> bool:
    """Whether it is about this conversation. One that cannot be answered is about none."""
    if condition is None:
        return True
    try:
        return finding(condition, _known(item)).holds
    except RuleFailed:
        return False


def _place(item: WorkItem, queue: WorkQueue) -> _Place:
    """Who returns to their agent; then by queue, bucket, priority, and who has waited longest.

    Among queues of the same priority, those with an order of their own come last: their buckets
    cannot be compared with what others have.
    """
    is_custom = queue.method is AssignmentMethod.CUSTOM
    return (
        item.last_agent_id is None,
        queue.priority,
        is_custom,
        _bucket(item, queue.custom_order) if is_custom else 0,
        item.priority,
        item.waiting_since,
        item.conversation_id,
    )


def _bucket(item: WorkItem, order: CustomOrder) -> int:
    matching = (at for at, bucket in enumerate(order.buckets) if holds(bucket.condition, item))
    return next(matching, len(order.buckets))


def _known(item: WorkItem) -> Known:
    facts = Facts(
        channel=item.channel,
        at=item.waiting_since,
        language=item.language,
        endpoint_id=item.endpoint_id,
    )
    known = Known(facts, {})
    known.attributes |= item.attributes
    return known
