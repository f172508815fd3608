"""What every WebSocket of ours has in common: how long it may be slow, and how its two halves end."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Final

from fastapi import WebSocket

CHECK_SESSION_EVERY: Final = timedelta(minutes=1)
# A client that takes nothing for so long is gone, or will never catch up.
SEND_WITHIN: Final = timedelta(seconds=10)

# https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number
GOING_AWAY: Final = 1001
POLICY_VIOLATION: Final = 1008
TRY_AGAIN_LATER: Final = 1013


async def send(socket: WebSocket, frame: str) -> None:
    """Raise TimeoutError when the client does not take it."""
    async with asyncio.timeout(SEND_WITHIN.total_seconds()):
        await socket.send_text(frame)


async def until_one_ends(
    telling: Coroutine[None, None, None], hearing: Coroutine[None, None, None]
) -> None:
    """Both at once; the first that ends, or fails, ends the other."""
    tasks = {asyncio.create_task(telling), asyncio.create_task(hearing)}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
