"""Forget what was said when it has been kept for long enough."""

from temporalio import activity

from activities import Activities
from activities.heartbeats import heartbeating
from domain.ports import Retention


class RetentionActivities:
    """One batch at a time."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (self.expire_some,)

    @activity.defn
    async def expire_some(self) -> int:
        """How much was forgotten; 0 when nothing is due."""
        async with heartbeating():
            return await self._retention.expire_some()
