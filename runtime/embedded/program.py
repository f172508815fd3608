"""One program of the stack, and the keeper that sees to it that it runs until told otherwise."""

import asyncio
import os
import pwd
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.errors import ConfigurationError
from runtime.embedded.backoff import Backoff
from runtime.embedded.log_files import LogFile

_DEATHS_BEFORE_READY: Final = 3
_BETWEEN_PROBES: Final = 0.1


def _nothing() -> None:
    """Most programs need no preparation."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run, how to know that it is ready, and how to end it."""

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[float], Awaitable[bool]]
    """Asked again and again; told since when (UNIX time) the program has been running."""
    environment: Mapping[str, str]
    prepare: Callable[[], None] = _nothing
    """Called before every start, in a thread."""
    account: pwd.struct_passwd | None = None
    directory: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    start_timeout: float = 60
    stop_timeout: float = 15


class Keeper:
    """Runs one program, and runs it again whenever it ends by itself."""

    def __init__(self, program: Program, log: LogFile, tell: Callable[[str], None]) -> None:
        self.program = program
        self._log = log
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._deaths = 0
        self.since = 0.0

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        """Returns when the program is ready; raises when it does not become so."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")
        deadline = time.monotonic() + self.program.start_timeout
        while not await self._ready():
            if self._task.done():
                await self._task
            if self._deaths >= _DEATHS_BEFORE_READY or time.monotonic() > deadline:
                raise ConfigurationError(self._why_not_ready())
            await asyncio.sleep(_BETWEEN_PROBES)

    async def stop(self) -> None:
        """Ask, wait, then insist."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(self.program.stop_signal)
        done, _ = await asyncio.wait({self._task}, timeout=self.program.stop_timeout)
        if not done:
            self._tell(f"{self.program.name} did not stop in {self.program.stop_timeout:g} s: killed")
            self._signal(signal.SIGKILL)
        with suppress(Exception):  # the reason was told when it happened
            await self._task

    def bound_log(self) -> None:
        self._log.bound()

    async def _keep(self) -> None:
        backoff = Backoff()
        while True:
            how = await self._run_once()
            if self._stopping.is_set():
                return
            self._deaths += 1
            pause = backoff.pause_after(time.time() - self.since)
            self._tell(f"{self.program.name} {how}; starting it again in {pause:g} s")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
                return

    async def _run_once(self) -> str:
        try:
            await asyncio.to_thread(self.program.prepare)
            self._process = await self._spawn()
        except (OSError, ConfigurationError) as error:
            if not self._deaths:
                raise ConfigurationError(f"{self.program.name} cannot be started: {error}") from error
            return f"could not be started ({error})"
        if self._stopping.is_set():
            self._signal(self.program.stop_signal)
        news = asyncio.create_task(self._tell_when_back()) if self._deaths else None
        code = await self._process.wait()
        if news:
            news.cancel()
        return _how(code)

    async def _spawn(self) -> asyncio.subprocess.Process:
        account, output = self.program.account, self._log.open()
        self.since = time.time()
        try:
            return await asyncio.create_subprocess_exec(
                *self.program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self.program.environment),
                cwd=self.program.directory,
                process_group=0,  # Ctrl-C on the terminal is for us alone
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        finally:
            os.close(output)

    async def _tell_when_back(self) -> None:
        while True:
            if await self._ready():
                return self._tell(f"{self.program.name} is back (pid {self.pid})")
            await asyncio.sleep(_BETWEEN_PROBES)

    async def _ready(self) -> bool:
        return self.pid is not None and await self.program.is_ready(self.since) and self.pid is not None

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is None:
            return
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def _why_not_ready(self) -> str:
        return (
            f"{self.program.name} did not become ready. The end of {self._log.path}:\n\n"
            f"{self._log.last_lines() or '(it printed nothing)'}"
        )


def _how(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
