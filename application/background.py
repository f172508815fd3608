"""Work that goes on beside everything else for as long as a process, or a test, needs it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, NoReturn

import structlog

from domain.errors import HoldfastError

AGAIN_AFTER: Final = timedelta(seconds=2)

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these while the block lasts; at its end they are cancelled, and waited for."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def again_and_again(work: Callable[[], Awaitable[None]], name: str) -> NoReturn:
    """Begin it anew a moment after it ended or failed; nothing it can raise ends this."""
    while True:
        try:
            await work()
        except HoldfastError as error:
            log.warning("work begins anew in a moment", work=name, why=str(error))
        except Exception:
            log.exception("work failed in a way nobody planned for", work=name)
        await asyncio.sleep(AGAIN_AFTER.total_seconds())
