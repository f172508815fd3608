"""Lets the pages of one other origin, the Temporal UI, call what is below /codec. Nobody else's."""

from typing import Final
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX: Final = "/codec/"
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_REMEMBERED: Final = 600  # seconds that a browser need not ask again


def origin_of(url: str) -> str:
    """What a browser calls the origin of this address: no path, no port that goes without saying."""
    parts = urlsplit(url.lower())
    return f"{parts.scheme}://{parts.netloc.removesuffix(_DEFAULT_PORTS.get(parts.scheme, ''))}"


class CodecCors:
    """Around errors too: without these headers the UI could not tell its user to sign in."""

    def __init__(self, app: ASGIApp, temporal_ui: str) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=[temporal_ui],
            allow_methods=["POST"],
            allow_headers=["Authorization", "Content-Type", "X-Namespace"],
            allow_credentials=True,
            max_age=_REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_shared = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self._shared if is_shared else self._app)(scope, receive, send)
