"""What becomes of messages and conversations, counted where it is recorded."""

from typing import Final

from prometheus_client import Counter

from domain.effects import Trigger
from domain.ids import ConversationId, MessageId
from domain.messages import DeliveryStatus, Receipt
from domain.offers import OfferState
from domain.ports import Claim, CloseRequest, Outbox, Projection, ReadModel, Settled
from domain.timers import TimerPolicy

DELIVERIES: Final = Counter(
    "holdfast_deliveries",
    "Deliveries that came to have this status. A report that a provider repeats counts again.",
    ["status"],
)
RETRIES: Final = Counter(
    "holdfast_delivery_retries", "Attempts without success that are made again, by why.", ["code"]
)
ANNOUNCED: Final = Counter(
    "holdfast_announcements", "What agents were told of conversations, by what it was.", ["trigger"]
)
OFFERS: Final = Counter(
    "holdfast_offers_settled",
    "Offers that are over, by how. What runs out unseen counts as `timed_out`, too.",
    ["state"],
)
CLOSED: Final = Counter("holdfast_conversations_closed", "Closed conversations, by why.", ["reason"])

_COUNTED: Final = (
    DeliveryStatus.ACCEPTED,
    DeliveryStatus.SENT,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
    DeliveryStatus.FAILED,
    DeliveryStatus.WITHDRAWN,
    DeliveryStatus.EXPIRED,
)
"""Where something goes on: what waits (`queued`, `parked`, `unknown`) is better seen as it is now."""

# A series that begins with its first event hides that event from `increase()`.
for _status in _COUNTED:
    DELIVERIES.labels(_status)
for _state in OfferState:
    if _state not in {OfferState.OPEN, OfferState.UNDELIVERED}:
        OFFERS.labels(_state)
for _trigger in Trigger:
    ANNOUNCED.labels(_trigger)


class CountedOutbox:
    """Fulfils `domain.ports.Outbox` over another one."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def claim(self, message_id: MessageId) -> Claim | Settled:
        return await self._outbox.claim(message_id)

    async def accepted(self, message_id: MessageId, receipt: Receipt) -> DeliveryStatus:
        status = await self._outbox.accepted(message_id, receipt)
        DELIVERIES.labels(DeliveryStatus.ACCEPTED).inc()
        return status

    async def not_taken(self, message_id: MessageId, *, code: str, reason: str) -> None:
        await self._outbox.not_taken(message_id, code=code, reason=reason)
        RETRIES.labels(code).inc()

    async def doubtful(self, message_id: MessageId) -> None:
        await self._outbox.doubtful(message_id)
        RETRIES.labels("outcome_unknown").inc()

    async def resend_in_doubt(self, message_id: MessageId) -> None:
        await self._outbox.resend_in_doubt(message_id)
        RETRIES.labels("resent_in_doubt").inc()

    async def failed(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        status = await self._outbox.failed(message_id, code=code, reason=reason)
        if status is DeliveryStatus.FAILED:
            DELIVERIES.labels(status).inc()
        return status

    async def skipped(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        status = await self._outbox.skipped(message_id, code=code, reason=reason)
        if status is DeliveryStatus.WITHDRAWN:
            DELIVERIES.labels(status).inc()
        return status


class CountedReadModel:
    """Fulfils `domain.ports.ReadModel` over another one."""

    def __init__(self, read_model: ReadModel) -> None:
        self._read_model = read_model

    async def project(self, projection: Projection) -> tuple[MessageId, ...]:
        automated = await self._read_model.project(projection)
        for trigger in projection.announcements:
            ANNOUNCED.labels(trigger).inc()
        for state in projection.offers.values():
            OFFERS.labels(state).inc()
        for status in projection.settled.values():
            if status in _COUNTED:
                DELIVERIES.labels(status).inc()
        return automated

    async def close(self, request: CloseRequest) -> bool:
        closed = await self._read_model.close(request)
        if closed:
            CLOSED.labels(request.reason).inc()
        return closed

    async def reclaim(self, conversation_id: ConversationId) -> int:
        return await self._read_model.reclaim(conversation_id)

    async def timer_policy(self, conversation_id: ConversationId) -> TimerPolicy:
        return await self._read_model.timer_policy(conversation_id)
