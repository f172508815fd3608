"""Whose pages may call what is below /chat/v1: those that a widget lists, each for that widget only.

A page of any other origin learns nothing, not even whether a widget exists. Who sends no `Origin` is
no browser on a stranger's page; there is nobody to protect from it.
"""

from typing import Final, TypeAlias

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencies import services_of
from api.errors import ours, problem
from api.sockets import TRY_AGAIN_LATER
from domain.errors import HoldfastError, NotAllowed
from domain.ids import EndpointId

PREFIX: Final = "/chat/v1/"
ORIGIN_NOT_ALLOWED: Final = 4403
"""Close code of a WebSocket: the page may not have this chat."""
_REFUSAL: Final = "Pages of this origin may not use this chat."
_KEY: Final = "chat_widgets"
_REMEMBERED: Final = "600"  # seconds that a browser need not ask again
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": _REMEMBERED,
}
_SHOWN: Final = "Content-Disposition, ETag, Retry-After, X-Request-ID"
_Carried: TypeAlias = frozenset[EndpointId] | None
"""The widgets that the calling page may carry. None: no page calls."""


def require_origin(connection: HTTPConnection, widget_id: EndpointId) -> None:
    """Raise NotAllowed, also for what does not exist, unless the page that calls may carry it."""
    carried: _Carried = connection.scope["state"][_KEY]
    if carried is not None and widget_id not in carried:
        raise NotAllowed(_REFUSAL)


class ChatCors:
    """Around errors too: without these headers the widget could not tell its customer what is wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"].startswith(PREFIX):
            await self._guarded(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin")
        try:
            carried = await _carried(scope, origin)
        except HoldfastError as error:
            await _unanswerable(scope, receive, send, error)
            return
        scope["state"][_KEY] = carried
        if origin is None:
            await self._app(scope, receive, _varying(send))
        elif not carried:
            await _refuse(scope, receive, send)
        elif _is_preflight(scope):
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, _allowing(origin, send))
        else:
            await self._app(scope, receive, _allowing(origin, send))


async def _carried(scope: Scope, origin: str | None) -> _Carried:
    if origin is None:
        return None
    return await services_of(HTTPConnection(scope)).engine.chat.widgets.carried_by(origin)


def _is_preflight(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["method"] == "OPTIONS")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await _close(receive, send, ORIGIN_NOT_ALLOWED)
        return
    refusal = problem(403, "not_allowed", _REFUSAL)
    refusal.headers["Vary"] = "Origin"
    await refusal(scope, receive, send)


async def _unanswerable(scope: Scope, receive: Receive, send: Send, error: HoldfastError) -> None:
    if scope["type"] == "websocket":
        await _close(receive, send, TRY_AGAIN_LATER)
        return
    await (await ours(Request(scope), error))(scope, receive, send)


async def _close(receive: Receive, send: Send, code: int) -> None:
    """A browser is told a close code only by a connection that stands."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code})


def _varying(send: Send) -> Send:
    """A cache between must not give browsers what others were answered."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return send_varying


def _allowing(origin: str, send: Send) -> Send:
    async def send_allowed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = _SHOWN
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            headers.add_vary_header("Origin")
        await send(message)

    return send_allowed
