"""Signing in to read payloads in the Temporal UI: a plain form and a cookie that no script can read."""

from html import escape
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api.codec import session
from api.dependencies import UseServices
from api.errors import PROBLEMS, status_of
from application.access import SignedIn, require
from application.services import Services
from domain.configuration import Scope
from domain.errors import HoldfastError, NotAllowed, NotSignedIn

router = APIRouter(
    prefix=session.PATH, tags=["operators"], responses=PROBLEMS, default_response_class=HTMLResponse
)

_POLICY: Final = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Payloads · Holdfast</title></head>
<body><h1>Payloads in the Temporal UI</h1>{content}</body></html>"""
_FORM: Final = """<p role="alert">{problem}</p><form method="post" action="/codec/sign-in">
<p><label>E-mail <input name="email" type="email" autocomplete="username" required></label></p>
<p><label>Password
<input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Sign in</button></p></form><p>For people with the role operator.</p>"""
_WELCOME: Final = """<p>You are signed in. Once for each browser, unless its server is configured so:
in the <a href="{temporal_ui}">Temporal UI</a> click the glasses, choose
<em>Use my browser setting</em>, enter the address of this page without <code>/sign-in</code>
as the endpoint, switch on <em>Include cross-origin credentials</em>, and apply.</p>
<form method="post" action="/codec/sign-out"><button>Sign out</button></form>"""


@router.get("/sign-in")
async def form() -> HTMLResponse:
    """The form."""
    return _page(_FORM.format(problem=""))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    services: UseServices,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
) -> HTMLResponse:
    """A session for this browser, if the person operates this deployment."""
    address = request.client.host if request.client else "unknown"
    try:
        _require_our_page(request)
        signed_in = await services.access.sign_in(email, password, address)
        await _require_operator(services, signed_in)
    except HoldfastError as error:
        return _page(_FORM.format(problem=escape(str(error))), status_of(error))
    answer = _page(_WELCOME.format(temporal_ui=escape(request.state.temporal_ui)))
    session.begin(answer, signed_in, is_secure=_is_secure(services))
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, services: UseServices) -> HTMLResponse:
    """End the session at once."""
    token = session.token_of(request)
    if not token:
        raise NotSignedIn("Nobody is signed in at this browser.")
    _require_our_page(request)
    await services.access.sign_out(token)
    answer = _page(_FORM.format(problem="You are signed out."))
    session.end(answer, is_secure=_is_secure(services))
    return answer


async def _require_operator(services: Services, signed_in: SignedIn) -> None:
    """A session that may read nothing is not left behind."""
    caller = await services.access.authenticate(signed_in.token)
    try:
        require(caller, [Scope.OPERATOR])
    except NotAllowed:
        await services.access.sign_out(signed_in.token)
        raise


def _require_our_page(request: Request) -> None:
    """Browsers say where a form comes from; nobody else's page may sign people in or out."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("This form was sent by another page.")


def _is_secure(services: Services) -> bool:
    return services.engine.public_url.startswith("https://")


def _page(content: str, status: int = 200) -> HTMLResponse:
    headers = {"Content-Security-Policy": _POLICY}
    return HTMLResponse(_PAGE.format(content=content), status, headers=headers)
