"""What becomes of a message LINE took: it appears on the phone, or never, and nobody is told.

LINE answers 200 whether or not the person blocked the bot, and reports no delivery.
"""

from typing import Final

import httpx2

from simulator.journeys import AT_ONCE, Travelling
from simulator.records import Media, Message, Provider
from simulator.simulation import Simulation

_MEDIA_LIMIT: Final = 10 * 1024 * 1024


class Showing(Travelling):
    """Brings messages to phones, in order."""

    def __init__(self, sim: Simulation) -> None:
        super().__init__(sim, Provider.LINE, frozenset({"accepted"}))

    def read(self, business: str, chat: str) -> int:
        thread = self._sim.world.thread(business, chat, limit=AT_ONCE)
        unread = [message for message in thread if message.status == "delivered"]
        for message in unread:
            self._move(message, "read")
        return len(unread)

    async def _travel(self, message_id: str) -> None:
        await self._sim.clock.sleep(self._sim.settings.delivered_after_seconds)
        await self._sim.faults.until_up()
        message = self._sim.world.find_message(message_id)
        if message is not None:
            await self._show(await self._with_files(message))

    async def _show(self, message: Message) -> None:
        """A message takes along those before it: a phone shows them in order."""
        customer = self._sim.world.find_customer(message.customer)
        if customer is None or not customer.online:
            return
        for waiting in self._up_to(message):
            if customer.blocked:
                self._move(waiting, "hidden")
            else:
                self._hand_over(waiting)
        if customer.reads == "auto":
            await self._sim.clock.sleep(self._sim.settings.read_after_seconds)
            self.read(message.business, message.customer)

    def _up_to(self, message: Message) -> list[Message]:
        thread = self._sim.world.thread(message.business, message.customer, limit=AT_ONCE)
        found = [each for each in thread if each.status == "accepted"]
        ids = [each.message_id for each in found]
        return found[: ids.index(message.message_id) + 1] if message.message_id in ids else []

    def _hand_over(self, message: Message) -> None:
        delivery = self._sim.world.record_delivery(message, self._sim.clock.now())
        self._sim.feed.tell("delivery", delivery)
        self._move(message, "delivered")

    def _move(self, message: Message, status: str) -> None:
        moved = self._sim.world.amend_message(
            message.message_id, status=status, updated_at=self._sim.clock.now()
        )
        self._sim.feed.tell("message", moved)

    async def _with_files(self, message: Message) -> Message:
        """A phone fetches them itself; what cannot be fetched shows as a broken picture."""
        for number, url in enumerate(message.media_urls[len(message.media) :]):
            try:
                content, answer = await self._sim.courier.fetch(url, max_bytes=_MEDIA_LIMIT)
            except (httpx2.HTTPError, OSError):
                continue
            media = Media(
                media_id=f"L{message.message_id}{number}",
                message_id=message.message_id,
                account_id=message.account_id,
                content_type=answer.headers.get("content-type", "").partition(";")[0].strip(),
                size=len(content),
                created_at=self._sim.clock.now(),
            )
            self._sim.world.shelf.put(media, content)
            message = self._sim.world.amend_message(
                message.message_id, media=(*message.media, media.media_id)
            )
        return message
