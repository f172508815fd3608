"""Queues as agents see them, for example to choose where to transfer a conversation."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from domain.configuration import Caller
from domain.ids import QueueId
from domain.operating_hours import OperatingHours
from domain.presences import ALLOWED_BY_DEFAULT
from domain.queue_views import QueueView
from routing.operating_hours import opening
from routing.presences import presence_of
from storage.queue_list import ListedQueue, QueueList


class QueueDesk:
    """Everybody inside sees all queues: work may be handed over to any that is open."""

    def __init__(self, listed: QueueList) -> None:
        self._listed = listed

    async def listing(
        self, caller: Caller, cursor: str | None, limit: int
    ) -> tuple[list[QueueView], str | None]:
        """One page, oldest first."""
        queues, next_cursor = await self._listed.listing(caller.agent_id, cursor, limit)
        available = await self._available([queue.queue_id for queue in queues])
        return [_view(queue, available[queue.queue_id]) for queue in queues], next_cursor

    async def _available(self, queue_ids: Sequence[QueueId]) -> Counter[QueueId]:
        present = await self._listed.present(list(queue_ids))
        there = [each.agent_id for each in present if presence_of(each).base in ALLOWED_BY_DEFAULT]
        memberships = await self._listed.memberships(list(queue_ids), there)
        return Counter(membership.queue_id for membership in memberships)


def _view(queue: ListedQueue, available: int) -> QueueView:
    hours = OperatingHours.model_validate(queue.hours) if queue.hours else None
    now = opening(hours, datetime.now(UTC))
    return QueueView(
        **queue.model_dump(exclude={"hours"}),
        is_open=now.is_open,
        until=now.until,
        available=available,
    )
