"""The way of an outbound message: queued, sent, delivered, read, or failed; each step is reported."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeAlias

from simulator.records import Message, Provider
from simulator.simulation import Simulation
from simulator.twilio.attachments import Attachments
from simulator.twilio.callbacks import Callbacks
from simulator.twilio.rules import LATE_REFUSALS, is_window_open, refusal_of
from simulator.twilio.templates import current

UNDER_WAY: Final = frozenset({"accepted", "queued", "sent", "delivered"})
RUSH_SECONDS: Final = 5
# How many messages one delivery brings along, and one look at the chat turns blue.
AT_ONCE: Final = 200
Step: TypeAlias = Callable[[Message], Awaitable[bool]]


class Journeys:
    """Moves messages along. A step depends on the status alone, so any journey can be resumed."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self._attachments = Attachments(sim)
        self._callbacks = Callbacks(sim)
        self._travelling: set[str] = set()
        settings = sim.settings
        self._steps: dict[str, tuple[float, Step]] = {
            "accepted": (0, self._enqueue),
            "queued": (settings.sent_after_seconds, self._send),
            "sent": (settings.delivered_after_seconds, self._deliver),
            "delivered": (settings.read_after_seconds, self._read_by_itself),
        }

    def start(self, message_id: str) -> None:
        if message_id not in self._travelling:
            self._travelling.add(message_id)
            self._sim.courier.spawn(self._travel(message_id))

    def resume(self) -> None:
        """Oldest first, so that a phone that comes back receives its messages in order."""
        for message in reversed(list(self._sim.world.newest_messages())):
            if _is_under_way(message):
                self.start(message.message_id)

    async def rush(self, message: Message) -> None:
        """Take the first step, and deliver its callback, at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RUSH_SECONDS):
                await self._send(message)
                await self._sim.courier.drain(message.message_id)

    def read(self, business: str, customer: str) -> int:
        """The customer looked at the chat: whatever had arrived is read now."""
        thread = self._sim.world.thread(business, customer, limit=AT_ONCE)
        unread = [message for message in thread if message.status == "delivered"]
        for message in unread:
            self._move(message, "read")
        return len(unread)

    async def _travel(self, message_id: str) -> None:
        try:
            while await self._step(message_id):
                await self._sim.faults.until_up()
        finally:
            self._travelling.discard(message_id)

    async def _step(self, message_id: str) -> bool:
        """One step. False: this message rests, for good or until something happens."""
        before = self._sim.world.find_message(message_id)
        if before is None or before.status not in self._steps:
            return False
        delay, take = self._steps[before.status]
        await self._sim.clock.sleep(delay)
        message = self._sim.world.find_message(message_id)
        if message is None or message.status != before.status:
            return message is not None  # deleted, or the customer was quicker
        return await take(message)

    async def _enqueue(self, message: Message) -> bool:
        self._move(message, "queued")
        return True

    async def _send(self, message: Message) -> bool:
        refusal = await self._attachments.fetch(message) or self._refusal_of(message)
        if refusal is not None and refusal not in LATE_REFUSALS:
            self._move(message, "failed", refusal)
            return False
        self._move(message, "sent")
        return True

    async def _deliver(self, message: Message) -> bool:
        """A message takes along those that were sent before it: a phone shows them in order."""
        customer = self._sim.world.find_customer(message.customer)
        if customer is None or not customer.online:
            return False
        for waiting in self._sent_up_to(message):
            self._hand_over(waiting)
        return True

    def _sent_up_to(self, message: Message) -> list[Message]:
        thread = self._sim.world.thread(message.business, message.customer, limit=AT_ONCE)
        earlier = [other for other in thread if other.created_at < message.created_at]
        return [other for other in earlier if other.status == "sent"] + [message]

    def _hand_over(self, message: Message) -> None:
        if (refusal := self._refusal_of(message)) in LATE_REFUSALS:
            self._move(message, "undelivered", refusal)
            return
        delivery = self._sim.world.record_delivery(message, self._sim.clock.now())
        self._sim.feed.tell("delivery", delivery)
        self._move(message, "delivered")

    async def _read_by_itself(self, message: Message) -> bool:
        customer = self._sim.world.find_customer(message.customer)
        if customer is not None and customer.reads == "auto":
            self._move(message, "read")
        return False

    def _refusal_of(self, message: Message) -> int | None:
        world, now = self._sim.world, self._sim.clock.now()
        template = world.templates.get(message.template_id or "")
        return refusal_of(
            message,
            customer=world.find_customer(message.customer),
            endpoint=world.endpoints[message.business],
            template=current(template, now, self._sim.settings) if template else None,
            window_open=is_window_open(world.last_written_at(message.business, message.customer), now),
            now=now,
        )

    def _move(self, message: Message, status: str, error_code: int | None = None) -> None:
        now = self._sim.clock.now()
        moved = self._sim.world.amend_message(
            message.message_id,
            status=status,
            error_code=error_code,
            updated_at=now,
            sent_at=now if status == "sent" else message.sent_at,
        )
        self._sim.feed.tell("message", moved)
        self._callbacks.report(moved)


def _is_under_way(message: Message) -> bool:
    is_ours = message.provider is Provider.TWILIO and message.direction == "outbound"
    return is_ours and message.status in UNDER_WAY
