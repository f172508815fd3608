"""What one run of a conversation hands to the next, and what it is told."""

from domain.conversations import ConversationStart, Mail, Memory
from domain.ids import MessageId
from domain.values import Value


class ConversationRun(Value):
    """The workflow's input: how it starts, and everything that must survive continue-as-new.

    Mail needs no list of seen ids: positions count up, so `received` alone recognises a repetition.
    """

    start: ConversationStart
    memory: Memory | None = None
    received: int = 0
    """The highest mailbox position taken in."""
    revision: int = 0
    """Projections made so far."""
    outbox: tuple[MessageId, ...] = ()
    """Messages that wait for delivery, in order."""
    copying: tuple[MessageId, ...] = ()
    """Messages whose files are being copied."""
    obeyed: tuple[str, ...] = ()
    """The last commands carried out: a repeated one is the same one."""


def beginning(start: ConversationStart) -> Memory:
    """What a conversation remembers at first: nothing, or what PostgreSQL knows of a lost one."""
    known = start.known
    memory = Memory(
        channel=start.channel,
        service_window=start.service_window,
        persistent=start.persistent,
        last_inbound_at=start.opened_at,
        queued_at=start.opened_at,
    )
    if known is None:
        return memory
    has_agent = known.agent_id is not None
    held = has_agent if known.holds_capacity is None else known.holds_capacity
    facts = {name: value for name, value in known if name != "revision"}
    facts["offer"] = None if known.offer and known.offer.accepted else known.offer
    return memory.model_copy(update={**facts, "session_open": has_agent, "holds_capacity": held})


class MailBatch(Value):
    """All mail that was waiting when it was dispatched, in order: a burst is one signal."""

    items: tuple[Mail, ...]
