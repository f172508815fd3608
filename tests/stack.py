"""One embedded stack as its user starts it: `./holdfast up` in a process of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp, mkstemp
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
COMMAND = (str(ROOT / "holdfast"), "up")
PATIENCE = 120
READY = "Holdfast is up"
PORTS = ("API_PORT", "SIMULATOR_PORT", "TEMPORAL_PORT", "TEMPORAL_UI_PORT")


class Stack:
    """One stack as a process of its own; what it prints is kept in a file."""

    def __init__(
        self,
        data_dir: Path,
        ports: dict[str, int],
        command: Sequence[str] = COMMAND,
        settings: Mapping[str, str] = {},
    ) -> None:
        self.data_dir = data_dir
        self.ports = ports
        self._output = Path(mkstemp(dir=data_dir.parent, suffix=".out")[1])
        ours = {f"HOLDFAST_{name}": str(port) for name, port in ports.items()}
        with self._output.open("w") as output:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                cwd=ROOT,
                env={
                    **os.environ,
                    **ours,
                    **settings,
                    "HOLDFAST_DATA_DIR": str(data_dir),
                    "HOLDFAST_WORKER_METRICS_PORT": "0",
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def pids(self) -> dict[str, int]:
        file = self.data_dir / "pids.json"
        entries = json.loads(file.read_text()) if file.exists() else {}
        return {name: entry["pid"] for name, entry in entries.items()}

    @property
    def demo(self) -> dict[str, Any]:
        """What `up` tells people and tests: addresses, sign-ins, keys, ids."""
        known: dict[str, Any] = json.loads((self.data_dir / "demo.json").read_text())
        return known

    @property
    def conninfo(self) -> str:
        return str(self.demo["addresses"]["PostgreSQL"])

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports['API_PORT']}"

    @property
    def simulator(self) -> str:
        return f"http://127.0.0.1:{self.ports['SIMULATOR_PORT']}"

    @property
    def temporal(self) -> str:
        return f"127.0.0.1:{self.ports['TEMPORAL_PORT']}"

    def until_ready(self) -> "Stack":
        wait_for(lambda: READY in self.output or self.process.poll() is not None, self)
        assert READY in self.output, self.output
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def wait_for(condition: Callable[[], bool], stack: Stack) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, stack.output
        time.sleep(0.05)


def free_ports() -> dict[str, int]:
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in PORTS}
    found = {name: each.getsockname()[1] for name, each in sockets.items()}
    for each in sockets.values():
        each.close()
    return found


@contextmanager
def a_place() -> Iterator[Path]:
    """A data directory with a short path, as the path of a socket must be."""
    parent = Path(mkdtemp(prefix="holdfast-e2e-"))
    try:
        yield parent / "data"
    finally:
        shutil.rmtree(parent)


def kill_and_await(stack: Stack, *names: str, number: signal.Signals = signal.SIGKILL) -> None:
    """Signal these servers at once; return when each of them is ready again."""
    before = {name: _running(stack, name) for name in names}
    told = {name: stack.output.count(f"{name} is back") for name in names}
    for pid in before.values():
        os.kill(pid, number)
    wait_for(lambda: all(stack.output.count(f"{name} is back") > told[name] for name in names), stack)
    wait_for(lambda: all(stack.pids.get(name, before[name]) != before[name] for name in names), stack)


def _running(stack: Stack, name: str) -> int:
    """Its pid. The file may be a second old, so it counts only while that is a child of the stack."""
    found: list[int] = []

    def is_running() -> bool:
        children = {child.pid for child in psutil.Process(stack.process.pid).children()}
        found[:] = children & {stack.pids.get(name)}
        return bool(found)

    wait_for(is_running, stack)
    return found[0]
