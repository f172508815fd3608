"""The supervisor, with programs of two lines: it starts, revives, bounds and stops them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from domain.errors import ConfigurationError
from runtime.embedded.log_files import LogFile
from runtime.embedded.program import Program
from runtime.embedded.supervisor import Supervisor

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"


async def at_once(_since: float) -> bool:
    return True


def a_program(
    directory: Path, name: str = "sleeper", code: str = SLEEPER, **changes: object
) -> Program:
    log = directory / "logs" / f"{name}.log"

    async def has_printed(_since: float) -> bool:
        return log.exists() and log.stat().st_size > 0

    values = {"is_ready": has_printed, "start_timeout": 10, "stop_timeout": 5, **changes}
    return Program(
        name=name, command=(sys.executable, "-c", code), environment=dict(os.environ), **values
    )


def pids(directory: Path) -> dict[str, int]:
    entries = json.loads((directory / "pids.json").read_text())
    return {name: entry["pid"] for name, entry in entries.items()}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_program_is_ready_when_start_returns_and_gone_after_the_end(tmp_path: Path) -> None:
    async with Supervisor(tmp_path, print) as supervisor:
        await supervisor.start(a_program(tmp_path))
        pid = pids(tmp_path)["sleeper"]
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
    assert not (tmp_path / "pids.json").exists()


async def test_a_killed_program_is_started_again_and_this_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    async with Supervisor(tmp_path, told.append) as supervisor:
        await supervisor.start(a_program(tmp_path))
        first = pids(tmp_path)["sleeper"]
        os.kill(first, signal.SIGKILL)
        await until(lambda: any("is back" in line for line in told))
        await until(lambda: pids(tmp_path).get("sleeper", first) != first)
    assert told[0] == "sleeper was killed by SIGKILL; starting it again in 0.2 s"


async def test_programs_stop_in_reverse_order(tmp_path: Path) -> None:
    log = tmp_path / "order"
    code = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        f"    with open({str(log)!r}, 'a') as f: f.write(sys.argv[1] + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
    )
    async with Supervisor(tmp_path, print) as supervisor:
        for name in ("first", "second", "third"):
            program = a_program(tmp_path, name, code)
            await supervisor.start(Program(**{**vars(program), "command": (*program.command, name)}))
    assert log.read_text().split() == ["third", "second", "first"]


async def test_programs_that_need_nothing_of_each_other_start_at_the_same_time(tmp_path: Path) -> None:
    """Each is ready only when the other is running, so neither could be first."""

    def waiting_for(other: str) -> Callable[[float], Awaitable[bool]]:
        async def other_has_printed(_since: float) -> bool:
            log = tmp_path / "logs" / f"{other}.log"
            return log.exists() and log.stat().st_size > 0

        return other_has_printed

    async with Supervisor(tmp_path, print) as supervisor:
        await supervisor.start(
            a_program(tmp_path, "left", is_ready=waiting_for("right")),
            a_program(tmp_path, "right", is_ready=waiting_for("left")),
        )
        assert set(pids(tmp_path)) == {"left", "right"}


async def test_one_that_cannot_start_is_named_and_the_others_are_ended(tmp_path: Path) -> None:
    ghost = Program(name="ghost", command=("/no/such/program",), is_ready=at_once, environment={})
    with pytest.raises(ConfigurationError, match="ghost cannot be started"):
        async with Supervisor(tmp_path, print) as supervisor:
            await supervisor.start(a_program(tmp_path, "beside", STUBBORN, stop_timeout=0.3), ghost)
    left = [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]
    assert not [p for p in left if STUBBORN in p.cmdline()]


async def test_a_program_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    told: list[str] = []
    async with Supervisor(tmp_path, told.append) as supervisor:
        await supervisor.start(a_program(tmp_path, code=STUBBORN, stop_timeout=0.3))
        pid = pids(tmp_path)["sleeper"]
    assert not psutil.pid_exists(pid)
    assert told == ["sleeper did not stop in 0.3 s: killed"]


async def test_a_program_that_keeps_dying_at_the_start_is_reported_with_its_last_words(
    tmp_path: Path,
) -> None:
    async def never(_since: float) -> bool:
        return False

    program = a_program(tmp_path, code="raise SystemExit('no such port')", is_ready=never)
    with pytest.raises(ConfigurationError, match="no such port"):
        async with Supervisor(tmp_path, print) as supervisor:
            await supervisor.start(program)


async def test_a_program_that_never_becomes_ready_is_given_up_and_stopped(tmp_path: Path) -> None:
    program = a_program(tmp_path, code="import time; time.sleep(60)", start_timeout=0.5)
    with pytest.raises(ConfigurationError, match="printed nothing"):
        async with Supervisor(tmp_path, print) as supervisor:
            await supervisor.start(program)
    left = [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]
    assert not [p for p in left if "time.sleep(60)" in " ".join(p.cmdline())]


async def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    program = Program(name="ghost", command=("/no/such/program",), is_ready=at_once, environment={})
    with pytest.raises(ConfigurationError, match=r"ghost cannot be started.*/no/such/program"):
        async with Supervisor(tmp_path, print) as supervisor:
            await supervisor.start(program)


async def test_what_outlived_a_killed_supervisor_is_ended_by_the_next(tmp_path: Path) -> None:
    first = Supervisor(tmp_path, print)
    await first.__aenter__()
    await first.start(a_program(tmp_path))
    left_over = pids(tmp_path)
    record = (tmp_path / "pids.json").read_text()
    # A killed supervisor leaves its programs and its record, and starts nothing again.
    orphan = psutil.Process(left_over["sleeper"])
    keeping = [
        task for task in asyncio.all_tasks() if task.get_name() in {"housekeeping", "keep sleeper"}
    ]
    for task in keeping:
        task.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)
    assert orphan.is_running()
    assert record

    async with Supervisor(tmp_path, print):
        assert not orphan.is_running()


async def test_a_pid_that_now_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pids.json").write_text(json.dumps({"api": {"pid": os.getppid(), "since": 0.0}}))
    async with Supervisor(tmp_path, print):
        assert psutil.pid_exists(os.getppid())


def test_a_log_file_is_bounded_and_keeps_the_end(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "api", max_bytes=1000)
    output = log.open()
    os.write(output, b"old\n" * 500)
    log.bound()
    os.write(output, b"new\n")
    os.close(output)
    assert log.path.read_text() == "new\n"
    assert (tmp_path / "api.log.1").stat().st_size == 2000
