"""Keeps the world in a JSON file, so that a restart of a demo loses nothing."""

import asyncio
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from simulator.clock import SimulatedClock
from simulator.world import Snapshot, World

SAVE_EVERY_SECONDS: Final = 1.0
log = logging.getLogger(__name__)


class Keeper:
    """Writes the world at most once a second, and only when it changed."""

    def __init__(self, path: Path, world: World, clock: SimulatedClock) -> None:
        self._path = path
        self._world = world
        self._clock = clock
        self._saved_revision = -1
        self._task: asyncio.Task[None] | None = None

    def load(self) -> None:
        """An unreadable file is put aside, not overwritten: somebody may want to look at it."""
        if not self._path.is_file():
            return
        try:
            snapshot = Snapshot.model_validate_json(self._path.read_bytes())
        except ValidationError:
            aside = self._path.with_suffix(".unreadable")
            self._path.replace(aside)
            log.warning("%s could not be read; it is now %s", self._path, aside)
            return
        self._world.restore(snapshot)
        self._clock.set_offset(snapshot.clock_offset)

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._save()

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_SECONDS)
            self._save()

    def _save(self) -> None:
        if self._world.revision == self._saved_revision:
            return
        self._saved_revision = self._world.revision
        content = self._world.snapshot(self._clock.offset).model_dump_json()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".draft")
        draft.write_text(content, encoding="utf-8")
        os.chmod(draft, 0o600)  # noqa: PTH101  (tokens, even of pretended accounts, are nobody else's)
        draft.replace(self._path)
