"""What a conversation's machine may ask for. Values only; the workflow performs them."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from domain.conversations import State
from domain.ids import AgentId, OfferId, QueueId
from domain.offers import OfferState, OfferTerms
from domain.timers import Deadline
from domain.values import Value


class Trigger(StrEnum):
    """A moment at which an admin may have an automated message sent, or the agent be told."""

    CONVERSATION_OPENED = "conversation_opened"
    AGENT_ASSIGNED = "agent_assigned"
    AGENT_LEFT = "agent_left"
    AGENT_DISCONNECTED = "agent_disconnected"
    CUSTOMER_DISCONNECTED = "customer_disconnected"
    CUSTOMER_RETURNED = "customer_returned"
    WINDOW_CLOSING = "window_closing"
    WINDOW_CLOSED = "window_closed"
    WINDOW_OPENED = "window_opened"
    PARKED_REPLY_EXPIRED = "parked_reply_expired"
    CUSTOMER_OPTED_OUT = "customer_opted_out"
    OUT_OF_HOURS = "out_of_hours"
    HOLIDAY = "holiday"
    OVERFLOW_ENDED = "overflow_ended"
    CONVERSATION_ENDED = "conversation_ended"
    CONVERSATION_REQUEUED = "conversation_requeued"
    TRANSFERRED_TO_QUEUE = "transferred_to_queue"
    TRANSFER_ACCEPTED = "transfer_accepted"
    CONSULT_ACCEPTED = "consult_accepted"
    CONSULT_ENDED = "consult_ended"
    AGENT_JOINED = "agent_joined"
    JOINED_AGENT_LEFT = "joined_agent_left"
    CONVERSATION_CLOSED = "conversation_closed"


class EnterState(Value):
    """The conversation is in another state now: project it."""

    kind: Literal["enter_state"] = "enter_state"
    state: State


class Assign(Value):
    """The conversation belongs to this agent."""

    kind: Literal["assign"] = "assign"
    agent_id: AgentId


class Unassign(Value):
    """Nobody has the conversation. `remember`: the same agent is asked first next time."""

    kind: Literal["unassign"] = "unassign"
    remember: bool = False


class HoldCapacity(Value):
    """The assigned agent's capacity is used by this conversation."""

    kind: Literal["hold_capacity"] = "hold_capacity"


class FreeCapacity(Value):
    """The conversation uses nobody's capacity any more."""

    kind: Literal["free_capacity"] = "free_capacity"


class JoinQueue(Value):
    """It waits from then on: in another queue, or in the one in which it was before."""

    kind: Literal["join_queue"] = "join_queue"
    queue_id: QueueId | None = None
    at: datetime


class MakeOffer(Value):
    """Somebody is asked to take the conversation."""

    kind: Literal["make_offer"] = "make_offer"
    terms: OfferTerms


class SettleOffer(Value):
    """An offer is over: nobody has to answer it any more."""

    kind: Literal["settle_offer"] = "settle_offer"
    offer_id: OfferId
    outcome: OfferState


class SetDeadline(Value):
    """Wake up at that time, whatever happens in between."""

    kind: Literal["set_deadline"] = "set_deadline"
    deadline: Deadline
    at: datetime


class ClearDeadline(Value):
    """That time does not matter any more."""

    kind: Literal["clear_deadline"] = "clear_deadline"
    deadline: Deadline


class Announce(Value):
    """Something happened that people may be told about."""

    kind: Literal["announce"] = "announce"
    trigger: Trigger


class ReleaseParked(Value):
    """The customer wrote: parked replies may leave."""

    kind: Literal["release_parked"] = "release_parked"


class ExpireParked(Value):
    """Parked replies that are due will never leave; the others stay."""

    kind: Literal["expire_parked"] = "expire_parked"
    now: datetime


class OpenWindow(Value):
    """The service window ends at that time now (in the past: it is shut). None: it never ends."""

    kind: Literal["open_window"] = "open_window"
    wrote_at: datetime
    expires_at: datetime | None


class WithdrawParked(Value):
    """Parked replies will never leave."""

    kind: Literal["withdraw_parked"] = "withdraw_parked"


class Close(Value):
    """Ask PostgreSQL to close; it refuses while a customer's message is on its way."""

    kind: Literal["close"] = "close"
    reason: str


Effect: TypeAlias = (
    EnterState
    | Assign
    | Unassign
    | HoldCapacity
    | FreeCapacity
    | JoinQueue
    | MakeOffer
    | SettleOffer
    | SetDeadline
    | ClearDeadline
    | Announce
    | OpenWindow
    | ReleaseParked
    | ExpireParked
    | WithdrawParked
    | Close
)
