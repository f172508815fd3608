"""How the console's routes answer what went wrong: pages for people, never internals."""

from html import escape
from typing import Final

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import assets, paths
from console.session import CrossSite, SignInFirst
from console.texts import Texts
from domain.errors import HoldfastError, NotFound

_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_STATUS: Final[dict[type[HoldfastError], int]] = {NotFound: 404, CrossSite: 403}
_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{style}"></head>
<body class="door"><main><h1>{title}</h1><p><a href="{home}/">{link}</a></p></main></body></html>"""


def install(app: FastAPI, texts: Texts) -> None:
    """Have the app answer like this."""

    async def sign_in_first(request: Request, _error: Exception) -> Response:
        """Only a page leads to the form; whatever else was asked for is just refused."""
        if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
            return Response(status_code=_UNAUTHORIZED)
        wanted = request.url.path
        to = f"?to={wanted}" if paths.conversation_in(wanted) else ""
        return RedirectResponse(f"{paths.SIGN_IN}{to}", _SEE_OTHER)

    async def ours(_request: Request, error: Exception) -> Response:
        status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 503)
        return page(str(error), status, texts)

    async def plain(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return page(texts.not_found, status, texts)

    app.add_exception_handler(SignInFirst, sign_in_first)
    app.add_exception_handler(HoldfastError, ours)
    app.add_exception_handler(404, plain)


def page(title: str, status: int, texts: Texts) -> HTMLResponse:
    """A sentence and the way home."""
    words = {
        "title": title,
        "link": texts.to_console,
        "style": assets.address("console.css"),
        "home": paths.HOME,
    }
    return HTMLResponse(_PAGE.format(**{name: escape(word) for name, word in words.items()}), status)
