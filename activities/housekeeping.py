"""Forget what need not be kept."""

from temporalio import activity

from activities import Activities
from domain.ports import Housekeeper


class HousekeepingActivities:
    """One round through all tables."""

    def __init__(self, housekeeper: Housekeeper) -> None:
        self._housekeeper = housekeeper

    @property
    def all(self) -> Activities:
        """What a worker registers."""
        return (self.tidy_up,)

    @activity.defn
    async def tidy_up(self) -> dict[str, int]:
        """How many rows were forgotten, by what they were."""
        return await self._housekeeper.tidy()
