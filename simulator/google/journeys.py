"""The way of an outbound message: queued, sent, delivered, read, or taken back in time."""

import asyncio
from contextlib import suppress
from typing import Final, Protocol

from simulator.google import files
from simulator.journeys import AT_ONCE, StepByStep
from simulator.records import Message, Provider
from simulator.simulation import Simulation

RUSH_SECONDS: Final = 5
_KINDS: Final = ("image", "video", "audio")


class Reporter(Protocol):
    """Tells the application how far a message has come."""

    def report(self, message: Message) -> None:
        """Called after each step that Google reports."""
        ...


class Journeys(StepByStep):
    """Moves the messages of one of Google's services along."""

    def __init__(self, sim: Simulation, provider: Provider, reporter: Reporter) -> None:
        settings = sim.settings
        super().__init__(
            sim,
            provider,
            {
                "queued": (settings.sent_after_seconds, self._send),
                "sent": (settings.delivered_after_seconds, self._deliver),
                "delivered": (settings.read_after_seconds, self._read_by_itself),
            },
        )
        self._reporter = reporter

    async def rush(self, message: Message) -> None:
        """Deliver it, and its receipt, before the request that made it is answered."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RUSH_SECONDS):
                for each in [*self._before(message, "queued"), message]:
                    await self._send(each)
                await self._deliver(self._sim.world.find_message(message.message_id) or message)
                await self._sim.courier.drain(message.message_id)

    def read(self, business: str, customer: str) -> int:
        """The customer looked at the chat: whatever had arrived is read now."""
        thread = self._sim.world.thread(business, customer, limit=AT_ONCE)
        ours = [message for message in thread if message.direction == "outbound"]
        unread = [message for message in ours if message.status == "delivered"]
        for message in unread:
            self.move(message, "read")
        return len(unread)

    def move(self, message: Message, status: str) -> None:
        now = self._sim.clock.now()
        sent_at = now if status == "sent" else message.sent_at
        moved = self._sim.world.amend_message(
            message.message_id, status=status, updated_at=now, sent_at=sent_at
        )
        self._sim.feed.tell("message", moved)
        self._reporter.report(moved)

    async def _send(self, message: Message) -> bool:
        for url in message.media_urls[len(message.media) :]:
            fetched = await files.fetch(self._sim, url)
            if fetched is None:
                self.move(message, "failed")
                return False
            message = self._attach(message, *fetched)
        self.move(message, "sent")
        return True

    def _attach(self, message: Message, content: bytes, content_type: str) -> Message:
        media = files.put(self._sim, message, content, content_type)
        kind = message.kind
        if kind == "file":
            kind = next((each for each in _KINDS if content_type.startswith(each)), "document")
        ids = (*message.media, media.media_id)
        return self._sim.world.amend_message(message.message_id, media=ids, kind=kind)

    async def _deliver(self, message: Message) -> bool:
        customer = self._sim.world.find_customer(message.customer)
        if customer is None or not customer.online or customer.blocked:
            return False
        for each in self._sent_up_to(message):
            delivery = self._sim.world.record_delivery(each, self._sim.clock.now())
            self._sim.feed.tell("delivery", delivery)
            self.move(each, "delivered")
        return True

    async def _read_by_itself(self, message: Message) -> bool:
        customer = self._sim.world.find_customer(message.customer)
        if customer is not None and customer.reads == "auto":
            self.move(message, "read")
        return False
