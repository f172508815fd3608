"""Processes that a benchmark starts, measures, holds still, and ends by their ids."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict

import psutil

from tests.bench.load import Outcome, Plan
from tests.stack import ROOT

READY = b"ready"
PATIENCE = 60.0


@asynccontextmanager
async def running(module: str, *arguments: str, told: str = "") -> AsyncIterator[int]:
    """A module of ours as a process, from the line in which it says that it is ready; its pid.

    `told`: a line on its stdin, for what other processes should not see.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{told}\n".encode())
        async with asyncio.timeout(PATIENCE):
            line = await process.stdout.readline()
        assert line.strip() == READY, f"{module} did not start"
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)


async def generate(plan: Plan) -> Outcome:
    """Have the load generator carry out a plan."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    order = json.dumps(asdict(plan)).encode()
    async with asyncio.timeout(plan.warm_up + plan.seconds + PATIENCE):
        said, _ = await process.communicate(order)
    assert process.returncode == 0, "the load generator failed"
    return Outcome(**json.loads(said))


@contextmanager
def held_still(pid: int) -> Iterator[None]:
    """The process lives, but does nothing while the block runs."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


class CpuMeter:
    """Processor time that processes used since the meter was made."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._before = {name: _used(process) for name, process in self._processes.items()}

    def milliseconds(self, name: str, per: float) -> float:
        """Of one process, for each of so many things done."""
        return 1000 * (_used(self._processes[name]) - self._before[name]) / per


def memory_of(pid: int) -> int:
    """Resident bytes."""
    return int(psutil.Process(pid).memory_info().rss)


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
