"""One span for each request of the API, named by its route: paths and queries hold ids and more."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from opentelemetry.trace import Span, SpanKind

from runtime.tracing.spans import NOBODY, Spans, fail

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

TRACED: Final = ("/webhooks/", "/agent/v1/", "/config/v1/", "/media/")
"""Not health checks, which nobody looks for, nor the console's files."""

_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_SERVER_ERROR: Final = 500


class TracedRequests:
    """An ASGI app. Each request begins a trace: a stranger's `traceparent` is not believed."""

    def __init__(self, app: ASGIApp, spans: Spans) -> None:
        self._app = app
        self._spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(TRACED):
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        asked = {"http.request.method": method}
        with self._spans.span(method, SpanKind.SERVER, asked, parent=NOBODY) as span:
            try:
                await self._app(scope, receive, _noting(span, send))
            finally:
                _name(span, method, scope)


def _noting(span: Span, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            status: int = message["status"]
            span.set_attribute("http.response.status_code", status)
            if status >= _SERVER_ERROR:
                fail(span, str(status))
        await send(message)

    return noting


def _name(span: Span, method: str, scope: Scope) -> None:
    """Known only afterwards: routing is the app's."""
    route = getattr(scope.get("route"), "path", "")
    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
