"""One log line and one measurement for each request. Never a query, a header or a body."""

import re
import time
from collections.abc import Mapping
from typing import Any, Final

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import unexpected
from api.log_subject import forget_subject
from domain.ids import new_id

REQUEST_ID: Final = "X-Request-ID"
ACCEPTABLE_ID: Final = re.compile(r"[A-Za-z0-9_.-]{8,64}")
QUIET_PATHS: Final = frozenset({"/livez", "/readyz", "/metrics"})
# The budget of a webhook's answer is 50 ms; LINE gives up after 2 s.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)

requests_total = Counter("holdfast_http_requests", "Answered requests.", ["method", "route", "status"])
request_seconds = Histogram(
    "holdfast_http_request_seconds", "Time to the last byte.", ["method", "route"], buckets=BUCKETS
)
log = structlog.get_logger("api.request_log")


def request_id_of(headers: Headers) -> str:
    """The proxy's name for this request, if it is a sane one; else ours."""
    given = headers.get(REQUEST_ID, "")
    return given if ACCEPTABLE_ID.fullmatch(given) else str(new_id())


def route_of(scope: Mapping[str, Any]) -> str:
    """The route's template: ids in paths must not become labels."""
    path: str = getattr(scope.get("route"), "path", "")
    return path or "unknown"


class RequestLog:
    """Names the request, lets the app answer it, and tells how that went."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope))
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await _Exchange(self._app, scope, request_id).run(receive, send)


class _Exchange:
    """One request and its answer."""

    def __init__(self, app: ASGIApp, scope: Scope, request_id: str) -> None:
        self._app = app
        self._scope = scope
        self._request_id = request_id
        self._began = time.monotonic()
        self._status: int | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = self._request_id
            await send(message)

        try:
            await self._app(self._scope, receive, send_named)
        except Exception:
            if self._status is not None:
                raise  # half an answer is out: only breaking the connection tells the truth
            log.exception("request failed", method=self._scope["method"], route=route_of(self._scope))
            await unexpected()(self._scope, receive, send_named)
        finally:
            self._tell()
            forget_subject()

    def _tell(self) -> None:
        seconds = time.monotonic() - self._began
        method, route = self._scope["method"], route_of(self._scope)
        status = self._status or 499  # the caller went away before there was an answer
        requests_total.labels(method, route, status).inc()
        request_seconds.labels(method, route).observe(seconds)
        if self._scope["path"] not in QUIET_PATHS:
            took = round(seconds * 1000, 1)
            log.info("request", method=method, route=route, status=status, milliseconds=took)
