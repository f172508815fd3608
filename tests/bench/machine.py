"""The machine and the versions that a run's figures belong to."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from runtime.embedded import postgres, temporal

PACKAGES = ("temporalio", "fastapi", "uvicorn", "uvloop", "httptools", "psycopg", "pydantic")
_GIB = 2**30


def describe() -> dict[str, str]:
    """Nothing that names the machine or its user."""
    return {
        "cores": f"{os.cpu_count()}, {_processor()}",
        "memory": f"{psutil.virtual_memory().total / _GIB:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": _said_by(postgres.program("postgres"), "--version").rpartition(" ")[2],
        "Temporal": _said_by(temporal.program(), "--version").removeprefix("temporal version "),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def _processor() -> str:
    """What Linux calls it; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _said_by(*command: str) -> str:
    said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    return said.stdout.strip().splitlines()[0]
