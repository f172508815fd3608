"""The way of an outbound message: queued, sent, delivered, read, or taken back in time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, Protocol, TypeAlias

from simulator.google import files
from simulator.records import Message, Provider
from simulator.simulation import Simulation

UNDER_WAY: Final = frozenset({"queued", "sent", "delivered"})
RUSH_SECONDS: Final = 5
# How many messages one look at the chat turns blue.
AT_ONCE: Final = 200
_KINDS: Final = ("image", "video", "audio")
Step: TypeAlias = Callable[[Message], Awaitable[bool]]


class Reporter(Protocol):
    """Tells the application how far a message has come."""

    def report(self, message: Message) -> None:
        """Called after each step that Google reports."""
        ...


class Journeys:
    """Moves one provider's messages. A step depends on the status alone, so any can be resumed."""

    def __init__(self, sim: Simulation, provider: Provider, reporter: Reporter) -> None:
        self._sim = sim
        self._provider = provider
        self._reporter = reporter
        self._travelling: set[str] = set()
        settings = sim.settings
        self._steps: dict[str, tuple[float, Step]] = {
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
            is_ours = message.provider is self._provider and message.direction == "outbound"
            if is_ours and message.status in UNDER_WAY:
                self.start(message.message_id)

    async def rush(self, message: Message) -> None:
        """Deliver it, and its receipt, before the request that made it is answered."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RUSH_SECONDS):
                await self._send(message)
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
            return message is not None  # taken back, or the customer was quicker
        return await take(message)

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
        """A message takes along those that were sent before it: a phone shows them in order."""
        customer = self._sim.world.find_customer(message.customer)
        if customer is None or not customer.online or customer.blocked:
            return False
        thread = self._sim.world.thread(message.business, message.customer, limit=AT_ONCE)
        earlier = [other for other in thread if other.created_at < message.created_at]
        waiting = [other for other in earlier if other.status == "sent"]
        for each in [*waiting, message]:
            delivery = self._sim.world.record_delivery(each, self._sim.clock.now())
            self._sim.feed.tell("delivery", delivery)
            self.move(each, "delivered")
        return True

    async def _read_by_itself(self, message: Message) -> bool:
        customer = self._sim.world.find_customer(message.customer)
        if customer is not None and customer.reads == "auto":
            self.move(message, "read")
        return False
