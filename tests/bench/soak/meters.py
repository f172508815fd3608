"""What a load costs the processes: memory, connections and processor time while it goes on."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import psutil

from tests.bench.findings import quantile
from tests.bench.processes import memory_of

EVERY: Final = 1.0
A_MINUTE: Final = 60.0
GROWS_AT_MOST: Final = 1.1
"""Of the memory of the first minute: more than that in some minutes would be a leak."""


@dataclass
class Meters:
    """Of some processes, by their names."""

    pids: Mapping[str, int]
    memory: dict[str, list[int]] = field(default_factory=dict)
    sockets: dict[str, int] = field(default_factory=dict)
    """The most that were open at once."""
    seconds_used: dict[str, float] = field(default_factory=dict)
    """Processor time, of all processors."""

    async def read(self, seconds: float) -> None:
        """Once a second, for so long."""
        before = {name: _used(pid) for name, pid in self.pids.items()}
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for name, pid in self.pids.items():
                self.memory.setdefault(name, []).append(memory_of(pid))
                self.sockets[name] = max(self.sockets.get(name, 0), _sockets_of(pid))
            await asyncio.sleep(EVERY)
        self.seconds_used = {name: _used(pid) - before[name] for name, pid in self.pids.items()}

    def first_and_last(self, name: str) -> tuple[float, float]:
        """Bytes in the middle of the first and of the last minute, or of the halves of a short time."""
        values = self.memory[name]
        part = min(len(values) // 2, int(A_MINUTE / EVERY))
        return quantile(values[:part], 0.5), quantile(values[-part:], 0.5)

    def is_flat(self, name: str) -> bool:
        """It needs hardly more in the end than in the beginning."""
        first, last = self.first_and_last(name)
        return last <= GROWS_AT_MOST * first


def _sockets_of(pid: int) -> int:
    connections = psutil.Process(pid).net_connections(kind="tcp")
    return sum(each.status == psutil.CONN_ESTABLISHED for each in connections)


def _used(pid: int) -> float:
    """With its children: PostgreSQL has a process for each connection."""
    process = psutil.Process(pid)
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)
