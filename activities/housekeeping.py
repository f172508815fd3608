"""Forget what need not be kept."""

from temporalio import activity

from domain.ports import Housekeeper


class HousekeepingActivities:
    """One round through all tables."""

    def __init__(self, housekeeper: Housekeeper) -> None:
        self._housekeeper = housekeeper

    @activity.defn
    async def tidy_up(self) -> dict[str, int]:
        """How many rows were forgotten, by what they were."""
        return await self._housekeeper.tidy()
