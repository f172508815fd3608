"""What is known of whether an agent is there, and of what they have to do. Their presence follows."""

from datetime import datetime

from domain.capacity import ProfileUse
from domain.ids import AgentId
from domain.presences import AgentPresence, BasePresence
from domain.values import Value


class Attendance(Value):
    """One agent: what they chose, what the system imposed, what they have to do."""

    agent_id: AgentId
    agent_name: str
    came_at: datetime | None = None
    """When their first window was opened, after a time without any. None: never so far."""
    lost_at: datetime | None = None
    """Since when no window of theirs is left. None: one is open, or none ever was."""
    chosen: BasePresence | None = None
    chosen_name: str | None = None
    """What an admin called the chosen one, if it is one of theirs."""
    chosen_at: datetime | None = None
    imposed: BasePresence | None = None
    imposed_at: datetime | None = None
    capacity_units: int | None = None
    """None: no limit in units."""
    used_units: int = 0
    sessions: int = 0
    load_changed_at: datetime | None = None
    """When work was last given to them or taken from them."""
    busy_since: datetime | None = None
    """When they got the oldest of what they have now."""
    profiles: tuple[ProfileUse, ...] = ()

    @property
    def is_connected(self) -> bool:
        return self.came_at is not None and self.lost_at is None


class AgentAtWork(Value):
    """An agent as supervisors see them, and as they see themselves."""

    agent_id: AgentId
    name: str
    presence: AgentPresence
    sessions: int
    """Conversations and offers that take of their capacity."""
    used_units: int
    capacity_units: int | None = None
