"""When a queue does not keep a conversation, and what becomes of it then."""

from datetime import timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from domain.ids import QueueId
from domain.operating_hours import OperatingHours
from domain.values import Value


class OverflowAction(StrEnum):
    """What happens instead of waiting."""

    END = "end"
    TRANSFER = "transfer"
    ASSIGN_ANYWAY = "assign_anyway"
    """It waits all the same."""


class OverflowCondition(StrEnum):
    """Why a queue does not keep it, in the order in which it is asked."""

    OUT_OF_HOURS = "out_of_hours"
    ITEM_LIMIT = "item_limit"
    WAITING_TIME = "waiting_time"


class Measure(Value):
    """What is done on one condition."""

    model_config = ConfigDict(extra="forbid")

    action: OverflowAction
    queue_id: QueueId | None = None
    """Where it is transferred to."""

    @model_validator(mode="after")
    def _names_a_queue(self) -> Self:
        if (self.action is OverflowAction.TRANSFER) != (self.queue_id is not None):
            raise ValueError("give a queue_id with the action `transfer`, and with no other")
        return self


class OutOfHours(Measure):
    """The queue is closed when a conversation comes."""

    action: OverflowAction = OverflowAction.ASSIGN_ANYWAY


class ItemLimit(Measure):
    """So many wait already when a conversation comes."""

    limit: int = Field(ge=1, le=100, examples=[20])
    action: Literal[OverflowAction.END, OverflowAction.TRANSFER]


class WaitingTime(Measure):
    """It has waited for so long."""

    after: timedelta = Field(ge=timedelta(minutes=1), le=timedelta(days=2), examples=["PT10M"])
    action: Literal[OverflowAction.END, OverflowAction.TRANSFER]


class Overflow(Value):
    """When a queue is too much. Without anything of it conversations wait until somebody comes."""

    model_config = ConfigDict(extra="forbid")

    out_of_hours: OutOfHours = OutOfHours()
    item_limit: ItemLimit | None = None
    waiting_time: WaitingTime | None = None

    @property
    def queues(self) -> tuple[QueueId, ...]:
        """Every queue that it names, each once."""
        measures = (self.out_of_hours, self.item_limit, self.waiting_time)
        named = (measure.queue_id for measure in measures if measure)
        return tuple(dict.fromkeys(queue_id for queue_id in named if queue_id))


class Entrance(Value):
    """A queue as somebody finds it who comes to it."""

    queue_id: QueueId
    hours: OperatingHours | None = None
    overflow: Overflow = Overflow()
    waiting: int = 0
    """How many wait in it; counted only as far as a limit asks for it."""


class Overflowed(Value):
    """What was found when a conversation came to a queue, and what was done about it."""

    condition: OverflowCondition
    action: OverflowAction
    from_queue_id: QueueId
    """The queue to which it came."""
    is_holiday: bool = False
    why: str
