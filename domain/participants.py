"""Who takes part in a conversation beside the agent who has it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import AgentId, ConversationId
from domain.values import Value

MOST_PARTICIPANTS: Final = 20
"""At the same time, and far more than ever help each other."""


class Role(StrEnum):
    """What they may do in it. All read it, and write to the agents in it."""

    CONSULT = "consult"
    """Asked for help; their help ends with the agent's having it."""
    MONITOR = "monitor"
    """A supervisor reads along."""
    JOIN = "join"
    """A supervisor writes to the customer, too."""


class Participant(Value):
    """Somebody who takes part, or did."""

    conversation_id: ConversationId
    agent_id: AgentId
    agent_name: str
    role: Role
    invited_by: AgentId | None = None
    joined_at: datetime
    left_at: datetime | None = None
