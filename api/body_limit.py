"""No request may be larger than its route needs; the refusal looks like every other one."""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PROBLEM_TYPE, problem

# Far more than any webhook or any resource needs; uploads name their own limit.
MAX_BODY: Final = 1024 * 1024
TOO_LARGE: Final = 413


class BodyLimit:
    """Counts bytes as they come, so a false Content-Length helps nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = RequestBodyLimitMiddleware(app, max_body_size=MAX_BODY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, _InOurWords(scope, receive, send))


class _InOurWords:
    """Starlette answers 413 in plain text; this sends a problem instead."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == TOO_LARGE:
            self._replaced = Headers(raw=message["headers"])["content-type"] != PROBLEM_TYPE
            if self._replaced:
                refusal = problem(
                    TOO_LARGE, "content_too_large", "The request is larger than allowed here."
                )
                await refusal(self._scope, self._receive, self._send)
        if not self._replaced:
            await self._send(message)
