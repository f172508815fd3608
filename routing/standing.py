"""An agent while work is given out: what is left of their capacity counts down with each piece."""

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.ids import QueueId
from domain.presences import BasePresence
from domain.work import Candidate
from routing.demand import Demand

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_A_MOMENT: Final = timedelta(microseconds=1)


class Standing:
    """Begins as PostgreSQL knows the agent."""

    __slots__ = ("_turns", "agent", "is_kept", "places", "presence", "sessions", "units_left")

    def __init__(self, agent: Candidate) -> None:
        self.agent = agent
        self.presence = agent.presence
        self.sessions = agent.sessions
        self.units_left: float = (
            float("inf") if agent.capacity_units is None else agent.capacity_units - agent.used_units
        )
        self.places = {each.profile_id: each.work_limit - each.used for each in agent.profiles}
        self.is_kept = False
        self._turns: dict[QueueId, datetime] = {}

    def take(self, demand: Demand, queue_id: QueueId, at: datetime) -> None:
        """From now on they have it."""
        self.sessions += 1
        self.units_left -= demand.units
        for profile_id in demand.profile_ids:
            self.places[profile_id] = self.places.get(profile_id, 0) - 1
        if self.presence is BasePresence.AVAILABLE:
            # What they have to do makes them busy; some work is only for those who have nothing.
            self.presence = BasePresence.BUSY
        self._turns[queue_id] = at + self.sessions * _A_MOMENT

    def is_blocked(self) -> bool:
        """One of their profiles is used up, and keeps all work away."""
        return any(
            each.blocks_assignment and self.places[each.profile_id] <= 0 for each in self.agent.profiles
        )

    def room(self, demand: Demand) -> float:
        """How much more they could take of what it takes."""
        if demand.profile_ids:
            return min(self.places.get(profile_id, 0) for profile_id in demand.profile_ids)
        return self.units_left

    def turn(self, queue_id: QueueId) -> tuple[datetime, datetime]:
        """The earliest is next: first who had none yet, by when they joined; then whose is oldest."""
        membership = self.agent.memberships.get(queue_id)
        added_at = membership.added_at if membership else LONG_AGO
        assigned_at = membership.assigned_at if membership else None
        return self._turns.get(queue_id) or assigned_at or LONG_AGO, added_at
