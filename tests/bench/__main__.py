"""`make bench`: measures one embedded stack, and writes docs/performance.md."""

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from rich.console import Console

from runtime.process import run_main
from tests.bench import assignment, history, idle, latency, machine, messages, replay, timers, webhook
from tests.bench.findings import Findings
from tests.bench.lab import Lab, Sizes, now, open_lab
from tests.bench.page import About, page, section, with_section
from tests.bench.soak import measuring as soak
from tests.stack import ROOT

Benchmark: TypeAlias = Callable[[Lab], Awaitable[Findings]]
PAGE = ROOT / "docs" / "performance.md"
BENCHMARKS: dict[str, Benchmark] = {
    "webhook": webhook.measure,
    "messages": messages.measure,
    "history": history.measure,
    "latency": latency.measure,
    "idle": idle.measure,
    "timers": timers.measure,  # ends conversations that `idle` left
    "replay": replay.measure,
    "assignment": assignment.measure,
    "soak": soak.measure,
}
console = Console(highlight=False, soft_wrap=True)


async def main(
    chosen: list[str], sizes: Sizes, *, output: Path | None, is_insertion: bool, command: str
) -> None:
    """Measure, print, and write the page, or its own section into it, if there is an `output`."""
    _end_with_the_stack()
    began, at = time.monotonic(), now()
    found = []
    async with open_lab(sizes) as lab:
        for name in chosen:
            console.print(f"measuring {name}", style="bold")
            since = time.monotonic()
            found.append(await BENCHMARKS[name](lab))
            console.print(section(found[-1]), markup=False)
            console.print(f"took {time.monotonic() - since:.0f} s\n")
    took = time.monotonic() - began
    if output is not None:
        about = About(command=command, at=at, seconds=took, machine=machine.describe())
        await asyncio.to_thread(_write, output, found, about, is_insertion=is_insertion)
    console.print(f"{took:.0f} s; written: {output or 'nothing'}")


def _write(output: Path, found: list[Findings], about: About, *, is_insertion: bool) -> None:
    text = with_section(output.read_text(), found[-1], about) if is_insertion else page(found, about)
    output.write_text(text)


def _end_with_the_stack() -> None:
    """Whoever ends a run early ends its servers too."""
    loop, run = asyncio.get_running_loop(), asyncio.current_task()
    assert run is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, run.cancel)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="this one; repeatable")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: does it work at all?")
    parser.add_argument("--idle", type=int, action="append", help="idle conversations; repeatable")
    parser.add_argument("--customers", type=int, default=0, help="of the soak")
    parser.add_argument("--minutes", type=float, default=0, help="of the soak")
    parser.add_argument("--insert", action="store_true", help="write one section into the page")
    parser.add_argument("--output", type=Path, help=f"default: {PAGE.name}, of a full run only")
    return parser.parse_args()


def _partial(given: argparse.Namespace) -> str:
    chosen = "".join(f" --only {name}" for name in given.only or ())
    sizes = "".join(f" --idle {number}" for number in given.idle or ())
    sizes += f" --customers {given.customers}" if given.customers else ""
    sizes += f" --minutes {given.minutes:g}" if given.minutes else ""
    return f"python -m tests.bench{' --quick' if given.quick else ''}{chosen}{sizes}"


if __name__ == "__main__":
    # Without bytecode on disk the sandbox would compile the workflow anew for every conversation.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    given = arguments()
    is_full = not (given.quick or given.only)
    run_main(
        main(
            given.only or list(BENCHMARKS),
            Sizes(
                is_quick=given.quick,
                idle=tuple(sorted(given.idle or ())),
                customers=given.customers,
                minutes=given.minutes,
            ),
            output=given.output or (PAGE if is_full or given.insert else None),
            is_insertion=given.insert,
            command="make bench" if is_full else _partial(given),
        )
    )
