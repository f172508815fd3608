"""Every timer of a conversation, its default and where an admin sets it. All are durable."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from domain.ids import QueueId
from domain.values import Value


class Deadline(StrEnum):
    """What a conversation can be waiting for. At most one of each; the earliest is the one timer."""

    SERVICE_WINDOW = "service_window"
    WINDOW_REMINDER = "window_reminder"
    OPEN_AUTO_CLOSE = "open_auto_close"
    WAITING_INACTIVITY = "waiting_inactivity"
    CONNECTION_GRACE = "connection_grace"
    RECONNECT_LIMIT = "reconnect_limit"
    OFFER_COUNTDOWN = "offer_countdown"
    WRAP_UP_CAPACITY = "wrap_up_capacity"
    WRAP_UP_CLOSE = "wrap_up_close"
    PARKED_REPLY = "parked_reply"
    AGENT_LOST = "agent_lost"
    QUEUE_OVERFLOW = "queue_overflow"
    CLOSE_RETRY = "close_retry"
    """Closing was refused because mail was on its way; look again."""


class QueueOverflow(Value):
    """How long a conversation may wait in its queue, and where it goes then. None: it ends."""

    after: timedelta
    queue_id: QueueId | None = None
    queue_name: str | None = None


class TimerPolicy(Value):
    """The durations one conversation lives by. Read again before each decision that uses one.

    Defaults are those of the asynchronous channels; `for_live_chat` gives the others.
    """

    window_reminder: timedelta | None = timedelta(hours=1)
    """How long before the service window ends its agent is reminded. None: never."""
    open_auto_close: timedelta = timedelta(days=30)
    waiting_inactivity: timedelta = timedelta(hours=48)
    wrap_up_close: timedelta = timedelta(days=1)
    wrap_up_capacity: timedelta | None = None
    """How long wrap-up blocks the agent's capacity. None: until it closes. Zero: not at all."""
    parked_reply: timedelta = timedelta(days=7)
    connection_grace: timedelta = timedelta(minutes=3)
    reconnect_limit: timedelta | None = None
    """How long a live-chat customer may take to come back to the same agent. None: not offered."""
    agent_lost: timedelta = timedelta(minutes=5)
    """How long what a lost agent has waits for them; as the organisation says."""
    queue_overflow: QueueOverflow | None = None
    """As its queue says, or the rule that chose the queue. None: it waits until somebody comes."""
    same_agent: bool = Field(default=True)
    """A waiting conversation goes back to its agent first (affinity)."""

    @classmethod
    def for_live_chat(cls) -> "TimerPolicy":
        """The defaults of live chat."""
        return cls(
            window_reminder=None,
            open_auto_close=timedelta(minutes=20),
            wrap_up_close=timedelta(minutes=15),
        )
