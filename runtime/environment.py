"""The HOLDFAST_ variables of this process, and which of them mean nothing to us."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

PREFIX: Final = "HOLDFAST_"
FILE: Final = ".env"
# Read by others: the tests, and the simulator, which knows nothing of us.
_NOT_OURS: Final = ("HOLDFAST_CHROMIUM", "HOLDFAST_SIMULATOR_")


def variable(field: str) -> str:
    """The variable that sets a field."""
    return f"{PREFIX}{field.upper()}"


def unknown_variables(fields: set[str]) -> list[str]:
    """One sentence for each variable that looks like a setting but is none: a typo, most likely."""
    known = {variable(field) for field in fields}
    return [_sentence(name, known) for name in sorted(_ours() - known)]


def share_with_libraries(prefix: str) -> None:
    """Some read only the environment. Everything else of ours is read from `.env` too."""
    for name, value in dotenv_values(FILE).items():
        if name.startswith(prefix) and value and not os.environ.get(name):
            os.environ[name] = value


def _ours() -> set[str]:
    names = {name.upper() for name in _all_names()}
    return {name for name in names if name.startswith(PREFIX) and not name.startswith(_NOT_OURS)}


def _all_names() -> Iterator[str]:
    yield from os.environ
    if Path(FILE).is_file():
        yield from dotenv_values(FILE)


def _sentence(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else " See .env.example."
    return f"{name} is not a setting.{hint}"
