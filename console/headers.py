"""Headers of the console's answers, and what it does not believe of a request's."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# NiceGUI builds its pages with scripts in the page and compiles them in the browser; nothing comes
# from elsewhere, and nothing that people wrote is ever put into a page as anything but text.
POLICY: Final = (
    "default-src 'none';"
    " script-src 'self' 'unsafe-inline' 'unsafe-eval';"
    " style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:;"
    " media-src 'self';"
    " font-src 'self';"
    " connect-src 'self';"
    " form-action 'self';"
    " frame-ancestors 'none';"
    " base-uri 'none'"
)
_KEPT_FOR_A_WEEK: Final = "private, max-age=604800, immutable"
_NOT_BELIEVED: Final = b"x-forwarded-prefix"


class ConsoleHeaders:
    """Adds what an answer did not set itself. `lasting`: where files never change under one name."""

    def __init__(self, app: ASGIApp, lasting: str) -> None:
        self._app = app
        self._lasting = lasting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
                if scope["path"].startswith(self._lasting) and message["status"] == 200:  # noqa: PLR2004
                    headers["Cache-Control"] = _KEPT_FOR_A_WEEK
            await send(message)

        await self._app(_without_prefix(scope), receive, send_guarded)


def _without_prefix(scope: Scope) -> Scope:
    """NiceGUI would put this header into its pages; a proxy of ours does not send it."""
    headers = scope.get("headers")
    if headers is not None:
        scope["headers"] = [(name, value) for name, value in headers if name != _NOT_BELIEVED]
    return scope
