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
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEAT.total_seconds())
