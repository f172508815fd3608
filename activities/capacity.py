"""Reserve an agent's capacity for a conversation that they take themselves."""

from temporalio import activity

from activities import Activities
from domain.ports import CapacityKeeper, CapacityRequest


class CapacityActivities:
    """PostgreSQL owns capacity; the workflow asks before it lets somebody have the conversation."""

    def __init__(self, keeper: CapacityKeeper) -> None:
        self._keeper = keeper

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (self.take_capacity,)

    @activity.defn
    async def take_capacity(self, request: CapacityRequest) -> str | None:
        """Reserve it; or say, for people, why this agent cannot have it now."""
        return await self._keeper.take(request)
