"""Starts the programs of the stack in order, keeps them running, and stops them in reverse order."""

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from runtime.embedded.log_files import LogFile
from runtime.embedded.program import Keeper, Program

_ROUND: Final = 1.0
_LEFT_OVER_TIMEOUT: Final = 15
_SAME_START: Final = 2.0  # seconds between our clock and the kernel's idea of a process's start


class Supervisor:
    """Keeps programs running. `pids.json` says which they are, for people, tests and our successor."""

    def __init__(self, data_dir: Path, tell: Callable[[str], None]) -> None:
        self._logs = data_dir / "logs"
        self._pids_file = data_dir / "pids.json"
        self._tell = tell
        self._keepers: list[Keeper] = []
        self._housekeeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(_end_left_over, self._pids_file)
        self._housekeeping = asyncio.create_task(self._keep_house(), name="housekeeping")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._housekeeping:
            self._housekeeping.cancel()
        for keeper in reversed(self._keepers):
            await keeper.stop()
        self._pids_file.unlink(missing_ok=True)

    async def start(self, *programs: Program) -> None:
        """Start them at the same time and wait until all are ready."""
        keepers = [Keeper(each, LogFile(self._logs, each.name), self._tell) for each in programs]
        self._keepers += keepers
        try:
            async with asyncio.TaskGroup() as starting:
                for keeper in keepers:
                    starting.create_task(keeper.start())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None  # the others were only dropped because of it
        finally:
            self._write_pids()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(_ROUND)
            self._write_pids()
            for keeper in self._keepers:
                keeper.bound_log()

    def _write_pids(self) -> None:
        running = {
            keeper.program.name: {"pid": keeper.pid, "since": keeper.since}
            for keeper in self._keepers
            if keeper.pid is not None
        }
        draft = self._pids_file.with_suffix(".new")
        draft.write_text(json.dumps(running, indent=2))
        draft.replace(self._pids_file)


def _end_left_over(pids_file: Path) -> None:
    """End what outlived a supervisor that was killed. A pid that was given away is left alone."""
    if not pids_file.exists():
        return
    with suppress(ValueError):
        entries = json.loads(pids_file.read_text()).values()
        found = [
            process for entry in entries if (process := _same_process(entry["pid"], entry["since"]))
        ]
        for process in found:
            process.terminate()
        _, alive = psutil.wait_procs(found, timeout=_LEFT_OVER_TIMEOUT)
        for process in alive:
            process.kill()
    pids_file.unlink(missing_ok=True)


def _same_process(pid: int, since: float) -> psutil.Process | None:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if pid != os.getpid() and abs(process.create_time() - since) < _SAME_START:
            return process
    return None
