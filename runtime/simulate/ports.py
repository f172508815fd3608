"""The world of a simulation, in memory: everything is taken at once, and nothing leaves."""
# ruff: noqa: ARG002 - ports tell more than a world that agrees to everything needs to know

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity

from activities.capacity import CapacityActivities
from activities.delivery import DeliveryActivities
from activities.projection import ProjectionActivities
from domain.ids import AccountId, ConversationId, EndpointId, MessageId, new_id
from domain.messages import DeliveryStatus, OutboundMessage, Receipt, Text
from domain.ports import CapacityRequest, Claim, CloseRequest, Projection
from domain.timers import TimerPolicy


class MemoryReadModel:
    """Projections in their order; closes unless mail is on its way."""

    def __init__(self, timers: TimerPolicy) -> None:
        self.projections: list[Projection] = []
        self.posted = 0
        """The position of the last mail."""
        self._timers = timers

    async def project(self, projection: Projection) -> tuple[MessageId, ...]:
        self.projections.append(projection)
        return ()

    async def close(self, request: CloseRequest) -> bool:
        return request.handled >= self.posted

    async def reclaim(self, conversation_id: ConversationId) -> int:
        return 0

    async def timer_policy(self, conversation_id: ConversationId) -> TimerPolicy:
        return self._timers


class MemoryOutbox:
    """Every claim is the first one. It knows what is a template, and until when text may leave."""

    def __init__(self) -> None:
        self.templates: set[MessageId] = set()
        self.window_expires_at: datetime | None = None

    async def claim(self, message_id: MessageId) -> Claim:
        return Claim(
            message=OutboundMessage(
                message_id=message_id, endpoint_address="", recipient="", content=Text(text="")
            ),
            account_id=new_id(),
            endpoint_id=new_id(),
            conversation_id=new_id(),
            attempt=1,
            is_template=message_id in self.templates,
            window_expires_at=self.window_expires_at,
        )

    async def accepted(self, message_id: MessageId, receipt: Receipt) -> DeliveryStatus:
        return receipt.status

    async def failed(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        return DeliveryStatus.FAILED

    async def skipped(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        return DeliveryStatus.WITHDRAWN

    async def not_taken(self, message_id: MessageId, *, code: str, reason: str) -> None: ...

    async def doubtful(self, message_id: MessageId) -> None: ...

    async def resend_in_doubt(self, message_id: MessageId) -> None: ...


class WillingProvider:
    """Takes every message; always has a slot; never complains."""

    async def send(self, account_id: AccountId, message: OutboundMessage) -> Receipt:
        return Receipt(provider_message_id=str(message.message_id))

    async def find_sent(
        self, account_id: AccountId, message: OutboundMessage, since: datetime
    ) -> Receipt | None:
        return None

    async def takes_keys(self, account_id: AccountId) -> bool:
        return True

    async def reserve(self, endpoint_id: EndpointId) -> timedelta:
        return timedelta(0)

    async def slow_down(self, endpoint_id: EndpointId, pause: timedelta) -> None: ...

    async def report_error(self, account_id: AccountId, message: str) -> None: ...

    async def report_success(self, account_id: AccountId) -> None: ...


class RoomForAll:
    """Nobody's capacity is ever used up."""

    async def take(self, request: CapacityRequest) -> str | None:
        return None


def activities_over(read_model: MemoryReadModel, outbox: MemoryOutbox) -> Sequence[Callable[..., Any]]:
    """The real activities, in this world and in the conversation's own time."""
    provider = WillingProvider()
    delivery = DeliveryActivities(
        outbox=outbox,
        provider=provider,
        slots=provider,
        health=provider,
        now=lambda: activity.info().started_time,
    )
    projection = ProjectionActivities(read_model)
    capacity = CapacityActivities(RoomForAll())
    return (*delivery.all, *projection.all, *capacity.all)
