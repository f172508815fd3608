"""How much work an agent can have at the same time, and what of it is taken."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field

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
