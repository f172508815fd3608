"""How much work an agent can have at the same time, and what of it is taken."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from domain.configuration import Versioned
from domain.ids import AgentId, CapacityProfileId, ConversationId
from domain.texts import Name
from domain.values import Value

MOST_SESSIONS: Final = 10
"""However much capacity is left: nobody is offered more than this many conversations at once
(the product whose job we do sets the same bound on sessions)."""


class HeldFor(StrEnum):
    """What a lease on an agent's capacity is for."""

    OFFER = "offer"
    CONVERSATION = "conversation"
    CONSULT = "consult"


class CapacityProfile(Versioned):
    """A limit of its own for one kind of work, such as "three chats"."""

    profile_id: CapacityProfileId
    name: Name
    work_limit: int
    blocks_assignment: bool = True
    """When it is used up, its agent is offered nothing at all."""
    reset: Literal["immediate", "end_of_day"] = "immediate"


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
