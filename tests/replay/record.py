"""Record one history per scenario (`make histories`). Kept ones are never overwritten."""

import asyncio
import json
import re
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from runtime.process import run_main
from runtime.simulate.server import time_skipping
from tests.replay.scenarios import SCENARIOS, STARTS
from tests.workflows.story import telling

HISTORIES: Final = Path(__file__).parent / "histories"
PROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"


def version() -> str:
    """The version whose histories these are."""
    name: str = tomllib.loads(PROJECT.read_text())["project"]["version"]
    return name


async def main(label: str) -> None:
    """`label` goes into the files' names."""
    async with time_skipping() as environment:
        for name, scenario in SCENARIOS.items():
            file = HISTORIES / f"{name}-{label}.json"
            if file.exists():
                sys.exit(f"{file.name} is kept already. Name another label: make histories LABEL=0.2.0")
            start = STARTS.get(name, {})
            async with telling(environment, opened_at=datetime.now(UTC), **start) as story:
                await scenario(story)
                history = await story.handle.fetch_history()
            kept = json.dumps(_anonymous(history.to_json_dict()), indent=1, sort_keys=True)
            await asyncio.to_thread(file.write_text, kept + "\n")


def _anonymous(value: Any) -> Any:
    """Without the names of the machine, its processes and its folders: no replay reads them."""
    if isinstance(value, list):
        return [_anonymous(each) for each in value]
    if isinstance(value, str):
        return re.sub(r"\d+@[\w.]+", "recorder", value)
    if isinstance(value, dict):
        blank = {"identity": "recorder", "stackTrace": ""}
        return {key: blank.get(key, _anonymous(each)) for key, each in value.items()}
    return value


if __name__ == "__main__":
    run_main(main(*sys.argv[1:2] or [version()]))
