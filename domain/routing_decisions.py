"""What rules know of a conversation that begins, what they decide, and why."""

from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from domain.channels import ChannelName
from domain.ids import ConversationId, EndpointId, QueueId, RoutingDecisionId, WorkstreamId
from domain.overflow import Overflow, Overflowed
from domain.routing_rules import RulesetKind
from domain.skills import RequiredSkill
from domain.values import Value

USUAL_PRIORITY: Final = 100


class Facts(Value):
    """What can be asked about. `text` is what the customer said: it is never kept or logged."""

    channel: ChannelName
    at: datetime
    language: str
    endpoint_id: EndpointId | None = None
    phone: str | None = Field(default=None, repr=False)
    name: str | None = Field(default=None, repr=False)
    text: str = Field(default="", repr=False)
    details: dict[str, str] = Field(default_factory=dict, repr=False)


class Arrival(Value):
    """A conversation that begins."""

    conversation_id: ConversationId
    workstream_id: WorkstreamId
    fallback_queue_id: QueueId
    facts: Facts


class Verdict(Value):
    """What became of one rule, and why. Nothing of what the customer said or is called is in it."""

    ruleset: RulesetKind
    rule: str
    result: Literal["matched", "not_matched", "failed"]
    why: str


class Decision(Value):
    """Where a conversation goes: to the queue of a rule, or else to its workstream's fallback queue.

    By an agent: it stays where it is, but needs other skills.
    """

    queue_id: QueueId
    by: Literal["rule", "fallback", "agent"]
    why: str
    attributes: dict[str, str] = Field(default_factory=dict)
    priority: int = USUAL_PRIORITY
    language: str
    required_skills: tuple[RequiredSkill, ...] = ()
    overflow: Overflow | None = None
    """Holds for this conversation in place of what its queue says, when its rule says so."""
    overflowed: Overflowed | None = None
    """Its queue was closed or full."""
    considered: tuple[Verdict, ...] = ()

    @property
    def failed(self) -> bool:
        """Something is wrong with the rules: somebody should look."""
        return any(verdict.result == "failed" for verdict in self.considered)


class KeptDecision(Decision):
    """A decision that was made."""

    about: Literal["queue"] = "queue"
    decision_id: RoutingDecisionId
    at: datetime
    queue_name: str
