"""An agent while work is given out: what is left of their capacity shrinks with each piece."""

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.capacity import Demand
from domain.ids import QueueId
from domain.presences import BasePresence
from domain.work import Candidate

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_A_MOMENT: Final = timedelta(microseconds=1)


class Contender:
    """Begins as PostgreSQL knows the agent."""

    __slots__ = ("_turns", "agent", "is_kept", "number", "presence", "standing")

    def __init__(self, agent: Candidate) -> None:
        self.agent = agent
        self.number = agent.agent_id.int
        """Decides when nothing else does; numbers are compared faster than ids."""
        self.presence = agent.presence
        self.standing = agent.standing
        self.is_kept = False
        """For a conversation that has waited longer, and needs more room."""
        self._turns: dict[QueueId, datetime] = {}

    def take(self, demand: Demand, queue_id: QueueId, at: datetime) -> None:
        """From now on they have it."""
        now = self.standing
        more = {
            profile_id: now.profiles[profile_id].model_copy(
                update={"used": now.profiles[profile_id].used + 1}
            )
            for profile_id in demand.profile_ids
            if profile_id in now.profiles
        }
        self.standing = now.model_copy(
            update={
                "sessions": now.sessions + 1,
                "used_units": now.used_units + demand.units,
                "profiles": now.profiles | more,
            }
        )
        if self.presence is BasePresence.AVAILABLE:
            # What they have to do makes them busy; some work is only for those who have nothing.
            self.presence = BasePresence.BUSY
        self._turns[queue_id] = at + self.standing.sessions * _A_MOMENT

    def room(self, demand: Demand) -> float:
        """How much more they could take: places in profiles, else units."""
        if demand.profile_ids:
            uses = [self.standing.profiles.get(profile_id) for profile_id in demand.profile_ids]
            return min(use.limit - use.used if use else 0 for use in uses)
        limit = self.standing.capacity_units
        return float("inf") if limit is None else limit - self.standing.used_units

    def turn(self, queue_id: QueueId) -> tuple[datetime, datetime]:
        """The earliest is next: first who had none yet, by when they joined; then whose is oldest."""
        membership = self.agent.memberships.get(queue_id)
        added_at = membership.added_at if membership else LONG_AGO
        assigned_at = membership.assigned_at if membership else None
        return self._turns.get(queue_id) or assigned_at or LONG_AGO, added_at
