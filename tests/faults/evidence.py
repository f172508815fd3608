"""What a run left behind, as its three independent witnesses tell it: provider, database, Temporal.

Plain values: a checker judges them, and a test of the checker can bend them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

RUNNING = "RUNNING"
"""Temporal's word for a workflow that has not ended."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One webhook the provider sent, and the status it was answered with, if any."""

    began: datetime
    ended: datetime
    status: int | None

    @property
    def acknowledged(self) -> bool:
        """Twilio and LINE count any 2xx; Google only 200, and we answer nothing else of them."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """The provider's record of one message of a customer."""

    customer: str
    provider_id: str
    text: str
    said_at: datetime
    attempts: tuple[Attempt, ...] = ()
    can_be_asked_for: bool = True
    """Its provider lists what it took. Where it does not, only a webhook can tell of a message."""

    @property
    def acknowledged_at(self) -> datetime | None:
        """When we first answered with success; from then on it is ours to keep."""
        return min((each.ended for each in self.attempts if each.acknowledged), default=None)

    @property
    def knocked_at(self) -> datetime | None:
        """When its first webhook set out."""
        return min((each.began for each in self.attempts), default=None)


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A message that really reached a customer's phone."""

    customer: str
    position: int
    message_id: str | None
    """Our own id, as its provider was told it: in the callback's address, as a key, or as its id."""
    text: str
    by_reply_token: bool = False
    """LINE's free answer, which takes no id of ours."""


class Outcome(StrEnum):
    """What an agent's client was told about a reply in the end."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an agent sent, and was told. `number` counts within one conversation."""

    customer: str
    conversation_id: str
    number: int
    text: str
    outcome: Outcome
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a transcript. `status` and what follows: outbound only."""

    customer: str
    conversation_id: str
    message_id: str
    seq: int
    is_inbound: bool
    text: str
    at: datetime
    provider_id: str | None = None
    recovered: bool = False
    """The look for lost webhooks brought it, not a webhook."""
    status: str | None = None
    resent_in_doubt: bool = False
    handed_over: bool = True


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One conversation as PostgreSQL shows it, and the workflow that is behind it."""

    customer: str
    conversation_id: str
    state: str
    agent_id: str | None
    holds_capacity: bool
    mailbox_seq: int
    mail_left: int
    workflow_status: str | None
    """As Temporal names it; None: there is no workflow."""
    workflow_state: str | None = None
    """Where the workflow says it is; None: it has ended."""
    workflow_handled: int | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything about the customers of one run."""

    utterances: tuple[Utterance, ...] = ()
    replies: tuple[Reply, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    lines: tuple[Line, ...] = ()
    conversations: tuple[Conversation, ...] = ()

    def of(self, customers: Collection[str]) -> "Evidence":
        """What concerns these customers."""
        return Evidence(
            utterances=tuple(each for each in self.utterances if each.customer in customers),
            replies=tuple(each for each in self.replies if each.customer in customers),
            arrivals=tuple(each for each in self.arrivals if each.customer in customers),
            lines=tuple(each for each in self.lines if each.customer in customers),
            conversations=tuple(each for each in self.conversations if each.customer in customers),
        )
