"""Heartbeats while an activity waits for the outside world, so that a dead worker is noticed soon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from temporalio import activity

BEAT: Final = timedelta(seconds=3)
"""A third of the heartbeat time-out in `workflows.policies`."""


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Beat every three seconds until the block ends."""
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()


async def _beat() -> None:
    # Most activities end before the first beat is due, and a heartbeat is a request like any other.
    while True:
        await asyncio.sleep(BEAT.total_seconds())
        activity.heartbeat()
