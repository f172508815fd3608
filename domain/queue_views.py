"""A queue as agents see it: whether somebody answers there, and how long it takes."""

from datetime import datetime

from domain.ids import QueueId
from domain.values import Value


class QueueView(Value):
    """One queue, now."""

    queue_id: QueueId
    name: str
    priority: int
    is_member: bool
    """Whoever asks belongs to it."""
    is_open: bool
    """By its operating hours. Without any it is always open."""
    until: datetime | None = None
    """When that changes. Null: not in the foreseeable future."""
    waiting: int
    longest_wait_seconds: int | None = None
    """Of what waits now."""
    average_wait_seconds: int | None = None
    """Of what was taken within the last hour."""
    members: int
    available: int
    """Members who are there: available, or busy with less than they can do."""
