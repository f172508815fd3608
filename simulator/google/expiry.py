"""Messages that are worth something for a limited time only."""

from datetime import datetime
from typing import Final

from simulator.google.journeys import Journeys
from simulator.records import Message, Provider
from simulator.simulation import Simulation

EXPIRES_AT: Final = "expires_at"
REVOKE_FAILS: Final = "revoke_fails"
"""A customer with this detail has a phone from which nothing can be taken back."""
_UNDELIVERED: Final = frozenset({"queued", "sent"})


class Expiry:
    """Takes messages back when their time is over, and says so."""

    def __init__(self, sim: Simulation, journeys: Journeys) -> None:
        self._sim = sim
        self._journeys = journeys
        self._watched: set[str] = set()

    def watch(self, message: Message) -> None:
        if EXPIRES_AT in message.details and message.message_id not in self._watched:
            self._watched.add(message.message_id)
            self._sim.courier.spawn(self._expire(message))

    def resume(self) -> None:
        for message in self._sim.world.newest_messages():
            if message.provider is Provider.RCS and message.status in _UNDELIVERED:
                self.watch(message)

    async def _expire(self, message: Message) -> None:
        expires_at = datetime.fromisoformat(message.details[EXPIRES_AT])
        try:
            await self._sim.clock.sleep((expires_at - self._sim.clock.now()).total_seconds())
            known = self._sim.world.find_message(message.message_id)
            if known is not None and known.status in _UNDELIVERED:
                self._revoke(known)
        finally:
            self._watched.discard(message.message_id)

    def _revoke(self, message: Message) -> None:
        customer = self._sim.world.find_customer(message.customer)
        if customer is None or REVOKE_FAILS not in customer.details:
            self._journeys.move(message, "revoked")
            return
        self._journeys.move(message, "revoke_failed")
        # It is still on its way, and once is enough to say otherwise.
        kept = {name: told for name, told in message.details.items() if name != EXPIRES_AT}
        self._sim.world.amend_message(message.message_id, status="sent", details=kept)
