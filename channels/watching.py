"""Who looks on while a provider is called. Nobody, unless the process is traced."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

Answered: TypeAlias = Callable[[int], None]
"""Told the status of the answer, as soon as there is one."""

Watch: TypeAlias = Callable[[str, str, str], AbstractContextManager[Answered]]
"""Around one request, from its beginning to the last byte of its answer or to what went wrong. Told
the method, the host, and the path; an empty path when it could tell something of a person."""


def unwatched(_method: str, _host: str, _path: str) -> AbstractContextManager[Answered]:
    """The default."""
    return nullcontext(_ignore)


def _ignore(_status: int) -> None:
    """Nobody wants to know."""
