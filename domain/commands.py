"""What people inside ask of a conversation. Each is an update: refused at once, or done."""

from typing import TypeAlias
from uuid import UUID

from domain.ids import AgentId, MessageId, OfferId, QueueId
from domain.values import Value


class Command(Value):
    """`command_id` makes a repeated request the same request.

    `as_supervisor`: the caller may act on a conversation that is another agent's.
    """

    command_id: UUID
    agent_id: AgentId
    as_supervisor: bool = False


class Pick(Command):
    """The agent takes an open conversation, or revives a waiting one of their own."""


class Accept(Command):
    """The agent takes what is offered to them."""

    offer_id: OfferId


class Decline(Command):
    """The agent leaves it to somebody else. Why is kept where no history is."""

    offer_id: OfferId


class Send(Command):
    """Deliver an outbound message that is already in the transcript as `queued`."""

    message_id: MessageId
    is_template: bool = False


class Park(Command):
    """Hold a message (already in the transcript as `parked`) until the customer writes."""

    message_id: MessageId


class Withdraw(Command):
    """A parked message shall not leave any more."""

    message_id: MessageId


class End(Command):
    """The matter is settled: wrap up."""


class CloseSession(Command):
    """The agent leaves: closes a wrap-up, puts an active conversation to waiting."""


class Release(Command):
    """Give the conversation back to its queue."""


class TransferToQueue(Command):
    """Somebody of another queue is to have it. Its name is for operators."""

    queue_id: QueueId
    queue_name: str


class ForceClose(Command):
    """A supervisor closes it, whatever state it is in."""


AnyCommand: TypeAlias = (
    Pick
    | Accept
    | Decline
    | Send
    | Park
    | Withdraw
    | End
    | CloseSession
    | Release
    | TransferToQueue
    | ForceClose
)
