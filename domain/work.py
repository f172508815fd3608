"""What work is distributed over: conversations that wait, and the agents who may take them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import Field

from domain.capacity import Standing
from domain.channels import ChannelName
from domain.custom_order import CustomOrder
from domain.distribution import AssignmentMethod, WorkSettings
from domain.ids import AgentId, ConversationId, EndpointId, QueueId, WorkstreamId
from domain.presences import BasePresence
from domain.routing_decisions import USUAL_PRIORITY
from domain.skills import RequiredSkill
from domain.values import Value

MOST_REFUSERS: Final = 100
"""After so many agents declined or missed it, a conversation is not offered any more: somebody takes it
(the product whose job we do gives up after as many)."""


class WorkQueue(Value):
    """A queue in which conversations wait."""

    queue_id: QueueId
    priority: int
    member_ids: frozenset[AgentId] = frozenset()
    method: AssignmentMethod = AssignmentMethod.HIGHEST_CAPACITY
    custom_order: CustomOrder = CustomOrder()


class Membership(Value):
    """What counts for taking turns in one queue."""

    added_at: datetime
    assigned_at: datetime | None = None


class Candidate(Value):
    """An agent who may be asked."""

    agent_id: AgentId
    presence: BasePresence
    standing: Standing
    skills: Mapping[str, int] = Field(default_factory=dict)
    """By the casefolded name."""
    freed_at: datetime | None = None
    """When something was taken from what they have to do."""
    memberships: Mapping[QueueId, Membership] = Field(default_factory=dict)


class Refusals(Value):
    """That one agent declined or missed a conversation, since it came to wait."""

    agent_id: AgentId
    times: int = 1
    last_at: datetime


class WorkItem(Value):
    """A conversation that waits for an agent. Nothing of what was said is in it."""

    conversation_id: ConversationId
    queue_id: QueueId
    workstream_id: WorkstreamId
    channel: ChannelName
    endpoint_id: EndpointId | None = None
    waiting_since: datetime
    """When its customer last wrote before it came to wait. Writing again loses no place."""
    queued_at: datetime
    """Since when it is for an agent to take."""
    priority: int = USUAL_PRIORITY
    language: str = "en"
    attributes: Mapping[str, str] = Field(default_factory=dict)
    required_skills: tuple[RequiredSkill, ...] = ()
    last_agent_id: AgentId | None = None
    """Who had it before it waited for its customer: asked first."""
    preferred_agent_ids: tuple[AgentId, ...] = ()
    """Whom its contact knows, the first one first."""
    refusals: tuple[Refusals, ...] = ()
    more_behind: bool = False
    """More that ask for the same wait behind it, and were not read."""


class Desk(Value):
    """All that is decided about at once: queues whose members are partly the same people."""

    queues: Mapping[QueueId, WorkQueue]
    work: Mapping[WorkstreamId, WorkSettings]
    items: tuple[WorkItem, ...]
    candidates: tuple[Candidate, ...]
    skills: frozenset[str] = frozenset()
    """All that there are, by their casefolded names: one may be named like a language."""
    most_refusals: int
    """So often one agent is asked for one conversation."""
