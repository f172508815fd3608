"""The pace at which one endpoint may send, shared by all processes: one row, one statement."""

from datetime import timedelta
from typing import Final

from domain.errors import RateLimited
from domain.ids import EndpointId
from storage.database import Database

# `next_at` is when the next slot begins. Taking one moves it; a queue that is too long takes none.
RESERVE: Final = """
    INSERT INTO send_slots AS slot (endpoint_id, next_at)
    VALUES (%(endpoint_id)s, clock_timestamp() + %(interval)s::interval)
    ON CONFLICT (endpoint_id) DO UPDATE
    SET next_at = greatest(slot.next_at, clock_timestamp()) + %(interval)s::interval
    WHERE slot.next_at <= clock_timestamp() + %(longest_wait)s::interval
    RETURNING greatest(next_at - %(interval)s::interval - clock_timestamp(), interval '0') AS wait
"""
WAIT: Final = """
    SELECT greatest(next_at - clock_timestamp(), interval '0') AS wait FROM send_slots
    WHERE endpoint_id = %(endpoint_id)s
"""
SLOW_DOWN: Final = """
    INSERT INTO send_slots AS slot (endpoint_id, next_at)
    VALUES (%(endpoint_id)s, clock_timestamp() + %(pause)s::interval)
    ON CONFLICT (endpoint_id) DO UPDATE SET next_at = greatest(slot.next_at, EXCLUDED.next_at)
"""


class SendSlots:
    """Slots of equal length, given out in the order in which they are asked for."""

    def __init__(self, db: Database, *, per_second: float, longest_wait: timedelta) -> None:
        self._db = db
        self._interval = timedelta(seconds=1 / per_second)
        self._longest_wait = longest_wait

    async def reserve(self, endpoint_id: EndpointId) -> timedelta:
        """Take the next slot; return how long to wait for it."""
        facts = {
            "endpoint_id": endpoint_id,
            "interval": self._interval,
            "longest_wait": self._longest_wait,
        }
        slot = await self._db.one(RESERVE, facts)
        if slot is not None:
            wait: timedelta = slot["wait"]
            return wait
        busy = await self._db.one(WAIT, facts)
        raise RateLimited(
            "Too many messages are waiting to leave from this endpoint. This one tries again later.",
            retry_after=busy["wait"] if busy else self._longest_wait,
        )

    async def slow_down(self, endpoint_id: EndpointId, pause: timedelta) -> None:
        """Nobody sends from this endpoint before the pause is over."""
        await self._db.execute(SLOW_DOWN, {"endpoint_id": endpoint_id, "pause": pause})
