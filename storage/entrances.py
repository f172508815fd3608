"""Queues as somebody finds them who comes to them: their hours, what waits, what is too much."""

from typing import Any, Final

from pydantic import ValidationError

from domain.ids import QueueId
from domain.operating_hours import OperatingHours
from domain.overflow import Entrance, Overflow
from domain.values import Value
from storage.database import Database
from storage.documents import document

# More than a limit can be is not counted. No lock: what comes at the same moment may be one too many.
ENTRANCE: Final = """
    SELECT q.queue_id, q.overflow, to_jsonb(h) AS hours,
           CASE WHEN coalesce(%(overflow)s::jsonb, q.overflow) -> 'item_limit' ->> 'limit' IS NOT NULL
                THEN (SELECT count(*) FROM (
                          SELECT 1 FROM conversations c
                          WHERE c.queue_id = q.queue_id AND c.state = 'open'
                            AND c.ended_by IS NULL LIMIT 100
                      ) waiting)
                ELSE 0 END AS waiting
    FROM queues q
    LEFT JOIN operating_hours h ON h.operating_hours_id = q.operating_hours_id
    WHERE q.queue_id = %(queue_id)s
"""


class _Row(Value):
    queue_id: QueueId
    overflow: Any
    hours: Any
    waiting: int


class Entrances:
    """Asked whenever a conversation comes to a queue."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, queue_id: QueueId, overflow: Overflow | None = None) -> Entrance:
        """`overflow` is what holds in place of the queue's own.

        What another version wrote and this one does not understand keeps nobody out.
        """
        which = {"queue_id": queue_id, "overflow": document(overflow) if overflow else None}
        row = await self._db.row(_Row, ENTRANCE, which)
        if row is None:
            return Entrance(queue_id=queue_id)
        try:
            return Entrance(
                queue_id=row.queue_id,
                hours=OperatingHours.model_validate(row.hours) if row.hours else None,
                overflow=Overflow.model_validate(row.overflow),
                waiting=row.waiting,
            )
        except ValidationError:
            return Entrance(queue_id=queue_id)
