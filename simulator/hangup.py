"""Dropping a connection without an answer, which no web framework offers and every network does."""

import asyncio
from collections.abc import Callable

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_SEND = "simulator.send"


class HangUp(Exception):
    """Raised where a request must stay without any answer."""


class ConnectionDropped(Exception):
    """What a client without a socket (an in-process test) sees instead of a closed connection."""


class DroppingApp(FastAPI):
    """Remembers the server's own `send` of each request, before middleware wraps it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_SEND] = send
        await super().__call__(scope, receive, send)


class NoAnswer(Response):
    """Closes the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        abort = _abort_of(scope.get(_SEND))
        if abort is None:
            raise ConnectionDropped
        abort()
        # The server notices on the next turn of the loop; only then may the request end unanswered.
        await asyncio.sleep(0.01)


async def answer_hang_up(_request: object, _error: Exception) -> Response:
    return NoAnswer()


def _abort_of(send: object) -> Callable[[], None] | None:
    """Uvicorn hands out a method of its request cycle, which holds the transport. Not part of ASGI."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    return getattr(transport, "abort", None)
