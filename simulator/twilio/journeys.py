"""The way of an outbound message: queued, sent, delivered, read, or failed; each step is reported."""

import asyncio
from contextlib import suppress
from typing import Final

from simulator.journeys import AT_ONCE, StepByStep
from simulator.records import Message, Provider
from simulator.simulation import Simulation
from simulator.twilio.attachments import Attachments
from simulator.twilio.callbacks import Callbacks
from simulator.twilio.rules import LATE_REFUSALS, is_window_open, refusal_of
from simulator.twilio.templates import current

RUSH_SECONDS: Final = 5


class Journeys(StepByStep):
    """Moves Twilio's messages along."""

    def __init__(self, sim: Simulation) -> None:
        settings = sim.settings
        super().__init__(
            sim,
            Provider.TWILIO,
            {
                "accepted": (0, self._enqueue),
                "queued": (settings.sent_after_seconds, self._send),
                "sent": (settings.delivered_after_seconds, self._deliver),
                "delivered": (settings.read_after_seconds, self._read_by_itself),
            },
        )
        self._attachments = Attachments(sim)
        self._callbacks = Callbacks(sim)

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
        customer = self._sim.world.find_customer(message.customer)
        if customer is None or not customer.online:
            return False
        for waiting in self._sent_up_to(message):
            self._hand_over(waiting)
        return True

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
