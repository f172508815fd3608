"""Why a conversation was offered to somebody, and not to others."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from domain.distribution import AssignmentMethod
from domain.ids import AgentId, OfferId, QueueId, RoutingDecisionId
from domain.offers import OfferState
from domain.values import Value

CONSIDERED_KEPT: Final = 100
"""So many agents are named in one decision, those who come closest first; the others are counted."""


class Obstacle(StrEnum):
    """What stood in the way of asking an agent."""

    SKILLS = "skills"
    DECLINED = "declined"
    """As often as anybody is asked."""
    DECLINED_LATELY = "declined_lately"
    PRESENCE = "presence"
    SESSIONS = "sessions"
    BLOCKED = "blocked"
    """A capacity profile that is used up keeps all work away."""
    CAPACITY = "capacity"
    RULES = "rules"
    """No rule of the queue's own order speaks of it."""
    KEPT = "kept"
    """Kept for a conversation that has waited longer, and needs more room."""


class Merit(StrEnum):
    """Why an agent is asked before others."""

    LAST_AGENT = "last_agent"
    PREFERRED = "preferred"
    METHOD = "method"


class Considered(Value):
    """One agent: their place among those who may be asked, or what stood in the way."""

    agent_id: AgentId
    place: int | None = None
    merit: Merit | None = None
    obstacle: Obstacle | None = None
    why: str
    """For people. Nothing of what was said, and no customer's name, is in it."""


class Explanation(Value):
    """One look at who could take a conversation."""

    queue_id: QueueId
    method: AssignmentMethod
    rule: str | None = None
    """Of a custom order: the one that found somebody."""
    waited_seconds: int
    considered: tuple[Considered, ...] = ()
    others: int = 0
    """How many more were looked at."""


class AssignmentDecision(Explanation):
    """A look that is kept, with what came of it."""

    about: Literal["agent"] = "agent"
    decision_id: RoutingDecisionId
    at: datetime
    queue_name: str
    offer_id: OfferId | None = None
    """None: nobody could be asked."""
    offered_to: AgentId | None = None
    offer_state: OfferState | None = None
    settled_at: datetime | None = None
