"""Every line that is logged for a request says which conversation and which account it is about."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

import structlog
from starlette.requests import HTTPConnection

SUBJECTS: Final = ("account_id", "conversation_id")


async def name_subject(connection: HTTPConnection) -> None:
    """A dependency of every route. What does not look like an id of ours is not repeated in a log."""
    structlog.contextvars.bind_contextvars(**dict(_ids(connection)))


def forget_subject() -> None:
    """The request is over."""
    structlog.contextvars.unbind_contextvars(*SUBJECTS)


def _ids(connection: HTTPConnection) -> Iterator[tuple[str, str]]:
    for name in SUBJECTS:
        given = connection.path_params.get(name) or connection.query_params.get(name)
        with suppress(ValueError):
            yield name, str(UUID(str(given)))
