"""An offer: a conversation that is proposed to one agent, to accept or to decline."""

from datetime import datetime
from enum import StrEnum

from domain.ids import AgentId, ConversationId, OfferId, QueueId
from domain.values import Value


class OfferPurpose(StrEnum):
    """What accepting means."""

    ASSIGNMENT = "assignment"
    """The conversation waits in its queue; whoever accepts has it."""
    TRANSFER = "transfer"
    """Another agent has it and hands it over; until somebody accepts it stays theirs."""
    CONSULT = "consult"
    """Another agent has it, keeps it, and asks for help."""


class OfferState(StrEnum):
    """What became of an offer. All but the first are final."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    UNDELIVERED = "undelivered"
    """Its agent never saw it: their window was gone."""
    WITHDRAWN = "withdrawn"
    """The conversation went elsewhere, or ended, before anybody answered."""


class NotOffered(StrEnum):
    """Why nothing came of an offer. Beside these: its agent has no capacity left."""

    LOCKED = "locked"
    """Something happens to the conversation just now."""
    NOT_WAITING = "not_waiting"
    """It is in no state in which it can be offered like this; or it does not exist."""
    IN_ANOTHER_QUEUE = "in_another_queue"
    OFFERED_ALREADY = "offered_already"
    NOT_THEIRS = "not_theirs"
    """Whoever wanted to hand it over, or asked for help, does not have it (any more)."""
    TAKEN = "taken"
    """Somebody has just taken it, or has it."""
    NO_SUCH_AGENT = "no_such_agent"


class OfferTerms(Value):
    """What a conversation's workflow knows of an offer: ids and times."""

    offer_id: OfferId
    agent_id: AgentId
    purpose: OfferPurpose = OfferPurpose.ASSIGNMENT
    expires_at: datetime
    accepted: bool = False
    """Nobody is asked: the conversation is theirs (auto-assign, or a supervisor's word)."""


class Offer(OfferTerms):
    """An offer as it is kept and shown."""

    conversation_id: ConversationId
    queue_id: QueueId
    state: OfferState = OfferState.OPEN
    offered_at: datetime
    offered_by: AgentId | None = None
    """Who hands it over, asks for help, or assigned it; None: the distribution of work."""
    shown_at: datetime | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    """What the agent said when they declined."""
