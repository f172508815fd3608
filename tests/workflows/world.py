"""The world as activities see it, in memory: it remembers, or fails as told."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from activities.capacity import CapacityActivities
from activities.delivery import DeliveryActivities
from activities.media import MediaActivities
from activities.projection import ProjectionActivities
from domain.effects import Trigger
from domain.errors import LookupNotOffered, MediaUnavailable, Unavailable
from domain.ids import AccountId, ConversationId, EndpointId, MessageId, OfferId, new_id
from domain.messages import AuthorKind, DeliveryStatus, OutboundMessage, Receipt, Text
from domain.offers import OfferState
from domain.ports import CapacityRequest, Claim, CloseRequest, Projection, Settled
from domain.timers import TimerPolicy


class FakeReadModel:
    """Projections in order; closes unless mail is on its way."""

    def __init__(self) -> None:
        self.projections: list[Projection] = []
        self.closed: list[CloseRequest] = []
        self.refused_closings = 0
        self.reclaimed = 0
        self.posted = 0
        self.timers = TimerPolicy()
        self.automated: dict[Trigger, MessageId] = {}
        """What is said when; each message is one cause's only."""
        self.stumbles = 0
        """How often what it wrote is not answered: its worker died, or the network did."""

    async def project(self, projection: Projection) -> tuple[MessageId, ...]:
        self.projections.append(projection)
        said = [each for each in map(self.automated.get, projection.announcements) if each]
        if said and self.stumbles:
            self.stumbles -= 1
            raise Unavailable("The answer was lost.")
        return tuple(said)

    async def close(self, request: CloseRequest) -> bool:
        if request.handled < self.posted:
            self.refused_closings += 1
            return False
        self.closed.append(request)
        return True

    async def reclaim(self, conversation_id: ConversationId) -> int:
        self.reclaimed += 1
        return 0

    async def timer_policy(self, conversation_id: ConversationId) -> TimerPolicy:
        return self.timers

    @property
    def announced(self) -> list[Trigger]:
        return [trigger for each in self.projections for trigger in each.announcements]

    @property
    def offers(self) -> dict[OfferId, OfferState]:
        return {key: value for each in self.projections for key, value in each.offers.items()}

    @property
    def settled(self) -> dict[MessageId, DeliveryStatus]:
        return {key: value for each in self.projections for key, value in each.settled.items()}


@dataclass
class Delivery:
    """One row of the outbox."""

    is_template: bool = False
    author: AuthorKind = AuthorKind.AGENT
    status: DeliveryStatus = DeliveryStatus.QUEUED
    doubtful_since: datetime | None = None
    attempts: int = 0
    code: str | None = None


@dataclass
class FakeOutbox:
    """Deliveries by message."""

    window_expires_at: datetime | None = None
    now: datetime | None = None
    rows: dict[MessageId, Delivery] = field(default_factory=dict)
    seen_statuses: list[DeliveryStatus] = field(default_factory=list)
    claims: list[MessageId] = field(default_factory=list)
    resent_in_doubt: list[MessageId] = field(default_factory=list)

    async def claim(self, message_id: MessageId) -> Claim | Settled:
        self.claims.append(message_id)
        row = self.rows.setdefault(message_id, Delivery())
        if row.status.rank >= DeliveryStatus.ACCEPTED.rank:
            return Settled(status=row.status, error_code=row.code)
        row.attempts += 1
        doubt, row.doubtful_since = row.doubtful_since, row.doubtful_since or self.now
        return Claim(
            message=OutboundMessage(
                message_id=message_id,
                endpoint_address="whatsapp:+14155238886",
                recipient="whatsapp:+15550001111",
                content=Text(text="hello"),
                author=row.author,
            ),
            account_id=new_id(),
            endpoint_id=new_id(),
            conversation_id=new_id(),
            attempt=row.attempts,
            is_template=row.is_template,
            window_expires_at=self.window_expires_at,
            doubtful_since=doubt,
        )

    async def accepted(self, message_id: MessageId, receipt: Receipt) -> DeliveryStatus:
        return self._set(message_id, receipt.status)

    async def not_taken(self, message_id: MessageId, *, code: str, reason: str) -> None:
        self.rows[message_id].doubtful_since = None
        self._set(message_id, DeliveryStatus.QUEUED, code)

    async def resend_in_doubt(self, message_id: MessageId) -> None:
        self.rows[message_id].doubtful_since = None
        self.resent_in_doubt.append(message_id)

    async def doubtful(self, message_id: MessageId) -> None:
        self._set(message_id, DeliveryStatus.UNKNOWN)

    async def failed(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        return self._set(message_id, DeliveryStatus.FAILED, code)

    async def skipped(self, message_id: MessageId, *, code: str, reason: str) -> DeliveryStatus:
        return self._set(message_id, DeliveryStatus.WITHDRAWN, code)

    def code_of(self, message_id: MessageId) -> str | None:
        """Why it failed, if it did."""
        row = self.rows.get(message_id)
        return row.code if row else None

    def _set(
        self, message_id: MessageId, status: DeliveryStatus, code: str | None = None
    ) -> DeliveryStatus:
        row = self.rows.setdefault(message_id, Delivery())
        row.status, row.code = status, code
        self.seen_statuses.append(status)
        return status


class FakeProvider:
    """Takes messages; each entry of `errors` spoils one attempt, after taking it or before."""

    def __init__(self) -> None:
        self.sent: list[MessageId] = []
        self.errors: deque[Exception] = deque()
        self.takes_before_failing = False
        self.lookups = 0
        self.can_be_asked = True
        self.has_keys = False

    async def send(self, account_id: AccountId, message: OutboundMessage) -> Receipt:
        if self.errors:
            error = self.errors.popleft()
            if self.takes_before_failing:
                self.sent.append(message.message_id)
            raise error
        self.sent.append(message.message_id)
        return Receipt(provider_message_id=f"SM{message.message_id}")

    async def find_sent(
        self, account_id: AccountId, message: OutboundMessage, since: datetime
    ) -> Receipt | None:
        self.lookups += 1
        if not self.can_be_asked:
            raise LookupNotOffered("no way to know")
        if message.message_id in self.sent:
            return Receipt(provider_message_id=f"SM{message.message_id}")
        return None

    async def takes_keys(self, account_id: AccountId) -> bool:
        return self.has_keys


class FakeSlots:
    """No waiting; remembers being told to slow down."""

    def __init__(self) -> None:
        self.pauses: list[timedelta] = []

    async def reserve(self, endpoint_id: EndpointId) -> timedelta:
        return timedelta(0)

    async def slow_down(self, endpoint_id: EndpointId, pause: timedelta) -> None:
        self.pauses.append(pause)


class FakeFallbacks:
    """As many other ways as there are told to be."""

    def __init__(self) -> None:
        self.ways = 0
        self.diverted: list[MessageId] = []

    async def divert(self, claim: Claim) -> bool:
        if len(self.diverted) >= self.ways:
            return False
        self.diverted.append(claim.message.message_id)
        return True


class FakeHealth:
    """The last word on an account."""

    def __init__(self) -> None:
        self.alarms: list[str] = []

    async def report_error(self, account_id: AccountId, message: str) -> None:
        self.alarms.append(message)

    async def report_success(self, account_id: AccountId) -> None:
        return


class FakeCopier:
    """Copies files; fails as often as told."""

    def __init__(self) -> None:
        self.copied: list[MessageId] = []
        self.given_up: list[MessageId] = []
        self.errors: deque[Exception] = deque()
        self.holds_back_the_first = False
        self.first: MessageId | None = None

    async def copy(self, message_id: MessageId) -> None:
        self.first = self.first or message_id
        if self.holds_back_the_first and message_id == self.first:
            raise MediaUnavailable("not yet")
        if self.errors:
            raise self.errors.popleft()
        self.copied.append(message_id)

    async def give_up(self, message_id: MessageId, reason: str) -> None:
        self.given_up.append(message_id)


class FakeCapacity:
    """Room for everybody, unless told otherwise."""

    def __init__(self) -> None:
        self.refusal: str | None = None
        self.taken: list[CapacityRequest] = []

    async def take(self, request: CapacityRequest) -> str | None:
        if self.refusal is None or request.forced:
            self.taken.append(request)
            return None
        return self.refusal


class World:
    """Everything outside the workflow."""

    def __init__(self) -> None:
        self.read_model = FakeReadModel()
        self.outbox = FakeOutbox()
        self.capacity = FakeCapacity()
        self.provider = FakeProvider()
        self.slots = FakeSlots()
        self.health = FakeHealth()
        self.copier = FakeCopier()
        self.fallbacks = FakeFallbacks()

    def activities(self) -> list[Any]:
        """The real activities over this world."""
        delivery = DeliveryActivities(
            outbox=self.outbox,
            provider=self.provider,
            slots=self.slots,
            health=self.health,
            fallbacks=self.fallbacks,
        )
        projection = ProjectionActivities(self.read_model)
        media = MediaActivities(self.copier)
        capacity = CapacityActivities(self.capacity)
        return [*delivery.all, *projection.all, *media.all, *capacity.all]
