"""How much work an agent can have at the same time, and what of it is taken."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field

from domain.distribution import WorkSettings
from domain.ids import AgentId, CapacityProfileId, ConversationId
from domain.texts import Name
from domain.values import Value
from domain.versioned import Versioned

MOST_SESSIONS: Final = 10
"""However much capacity is left: nobody is offered more than this many conversations at once
(the product whose job we do sets the same bound on sessions)."""


WorkLimit: TypeAlias = Annotated[int, Field(ge=1, le=100)]
"""How many pieces of its kind of work at the same time (or in a day)."""

CapacityReset: TypeAlias = Literal["immediate", "end_of_day"]
"""When a place in a profile is free again: with the conversation, or with the day."""


class HeldFor(StrEnum):
    """What a lease on an agent's capacity is for."""

    OFFER = "offer"
    CONVERSATION = "conversation"
    CONSULT = "consult"


class CapacityProfile(Versioned):
    """A limit of its own for one kind of work, such as "three chats"."""

    profile_id: CapacityProfileId
    name: Name
    work_limit: WorkLimit
    blocks_assignment: bool = True
    """When it is used up, its agent is offered nothing at all."""
    reset: CapacityReset = "immediate"


class AgentCapacityProfile(Value):
    """A profile that an agent has. Work that needs a profile goes only to who has it."""

    model_config = ConfigDict(extra="forbid")

    profile_id: CapacityProfileId
    work_limit: WorkLimit | None = None
    """This agent's own limit. None: that of the profile."""


class ProfileUse(Value):
    """How much of one profile an agent has in use."""

    limit: int
    used: int
    blocks_assignment: bool


class Standing(Value):
    """What an agent may have, and what of it is taken."""

    agent_id: AgentId
    capacity_units: int | None = None
    """None: no limit in units."""
    used_units: int = 0
    sessions: int = 0
    profiles: dict[CapacityProfileId, ProfileUse] = Field(default_factory=dict)


class Demand(Value):
    """What one conversation takes."""

    units: int
    profile_ids: tuple[CapacityProfileId, ...] = ()

    @classmethod
    def of(cls, work: WorkSettings) -> "Demand":
        """Places in profiles stand instead of units."""
        profile_ids = work.capacity_profile_ids
        return cls(units=0 if profile_ids else work.capacity_units, profile_ids=profile_ids)


class Shortage(StrEnum):
    """Why there is no room for a conversation."""

    UNITS = "units"
    PROFILE = "profile"
    NO_PROFILE = "no_profile"
    """The agent does not do this kind of work at all."""
    BLOCKED = "blocked"
    """A profile that is used up keeps all other work away too."""
    SESSIONS = "sessions"


def shortage(standing: Standing, demand: Demand) -> Shortage | None:
    """Why this agent can be offered no such conversation now; None: there is room."""
    if standing.sessions >= MOST_SESSIONS:
        return Shortage.SESSIONS
    uses = standing.profiles.values()
    if any(use.blocks_assignment and use.used >= use.limit for use in uses):
        return Shortage.BLOCKED
    return shortage_of_own_choice(standing, demand)


def shortage_of_own_choice(standing: Standing, demand: Demand) -> Shortage | None:
    """The same for work that agents take themselves: only limits on work itself count."""
    if any(profile_id not in standing.profiles for profile_id in demand.profile_ids):
        return Shortage.NO_PROFILE
    uses = [standing.profiles[profile_id] for profile_id in demand.profile_ids]
    if any(use.used >= use.limit for use in uses):
        return Shortage.PROFILE
    limit = standing.capacity_units
    is_over = limit is not None and demand.units and standing.used_units + demand.units > limit
    return Shortage.UNITS if is_over else None


class Lease(Value):
    """What one conversation takes of one agent's capacity. Freed means: the lease is gone."""

    conversation_id: ConversationId
    agent_id: AgentId
    units: int
    profile_ids: tuple[CapacityProfileId, ...] = ()
    held_for: HeldFor
    forced: bool = False
    """A supervisor, or the customer's return to the same agent, put it above the limit."""
    since: datetime
