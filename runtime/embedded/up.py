"""Bring the embedded stack up, keep it up, take it down again when asked."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from runtime.embedded import data_dir
from runtime.embedded.stack import Part, Together
from runtime.embedded.supervisor import Supervisor

Tell = Callable[[str], None]
_ASK_TO_STOP: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def keep_up(
    directory: Path,
    parts: Sequence[Part],
    *,
    tell: Tell,
    before: Callable[[], None],
    when_ready: Callable[[], None],
) -> None:
    """Start `parts` in order and return after a signal, when all of them have stopped.

    `before` runs once leftovers of an earlier stack are gone; it may refuse by raising.
    """
    stop = asyncio.Event()
    for number in _ASK_TO_STOP:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with data_dir.locked(directory):
        async with Supervisor(directory, tell) as supervisor:
            await asyncio.to_thread(before)
            if await _finished_before(stop, _start(supervisor, parts, tell)):
                when_ready()
            await stop.wait()
            tell("stopping")
    tell("stopped; the data stays")


async def _start(supervisor: Supervisor, parts: Sequence[Part], tell: Tell) -> None:
    for part in parts:
        if isinstance(part, Together):
            tell(f"starting {part.name}")
            await supervisor.start(*part.programs)
        else:
            tell(part.name)
            await part.run()


async def _finished_before(stop: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Do `work`, but drop it when asked to stop meanwhile."""
    working, asked = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if working.done():
        await working
        return True
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return False
