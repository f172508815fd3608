"""Signing in and out: plain forms, so that the cookie is set by an answer no script can read."""

from contextlib import suppress
from html import escape
from string import Template
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console import assets, paths, session
from console.paths import after_sign_in, within
from console.session import UseServices, require_same_site
from console.texts import ENGLISH, Texts
from domain.configuration import Scope
from domain.errors import HoldfastError, InvalidInput, NotAllowed, NotSignedIn, TooManyRequests

_PAGE: Final = Template((assets.FOLDER / "sign_in.html").read_text())
_STATUS: Final[dict[type[HoldfastError], int]] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    TooManyRequests: 429,
    InvalidInput: 422,
}
_SEE_OTHER: Final = 303


def routes(*, is_secure: bool, texts: Texts = ENGLISH) -> APIRouter:
    """The form, what it is sent to, and the way out."""
    router = APIRouter(include_in_schema=False)

    @router.get(within(paths.SIGN_IN), response_class=HTMLResponse)
    async def form(to: str = "", expired: str = "") -> Response:
        return _form(texts, to=to, problem=texts.expired if expired else "")

    @router.post(within(paths.SIGN_IN), response_class=Response)
    async def sign_in(
        request: Request,
        services: UseServices,
        email: Annotated[str, Form(max_length=320)] = "",
        password: Annotated[str, Form(max_length=1_000)] = "",
        to: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        address = request.client.host if request.client else "unknown"
        try:
            require_same_site(request)
            signed_in = await services.access.sign_in(email, password, address)
            await _require_agent(services, signed_in.token, texts)
        except HoldfastError as error:
            return _form(texts, to=to, email=email, problem=str(error), status=_status_of(error))
        answer = RedirectResponse(after_sign_in(to), _SEE_OTHER)
        session.begin(answer, signed_in, is_secure=is_secure)
        return answer

    @router.post(within(paths.SIGN_OUT), response_class=Response)
    async def sign_out(request: Request, services: UseServices) -> Response:
        require_same_site(request)
        if token := session.token_of(request):
            with suppress(NotSignedIn):
                await _leave(services, token)
        answer = RedirectResponse(paths.SIGN_IN, _SEE_OTHER)
        session.end(answer, is_secure=is_secure)
        return answer

    return router


async def _leave(services: UseServices, token: str) -> None:
    caller = await services.access.authenticate(token)
    await services.access.sign_out(token)
    await services.engine.windows.sign_out(caller, token)


async def _require_agent(services: UseServices, token: str, texts: Texts) -> None:
    """A session that cannot work here is not left behind."""
    caller = await services.access.authenticate(token)
    if Scope.AGENT not in caller.scopes:
        await services.access.sign_out(token)
        raise NotAllowed(texts.only_agents)


def _status_of(error: HoldfastError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 503)


def _form(
    texts: Texts, *, to: str = "", email: str = "", problem: str = "", status: int = 200
) -> HTMLResponse:
    words = {
        "title": texts.sign_in,
        "product": texts.product,
        "console": texts.console,
        "email_label": texts.email,
        "password_label": texts.password,
        "style": assets.address("console.css"),
        "script": assets.address("console.js"),
        "icon": assets.address("icon.svg"),
        "action": paths.SIGN_IN,
        "to": to,
        "email": email,
        "problem": problem,
        "problem_state": "" if problem else "hidden",
        "focus_email": "" if email else "autofocus",
        "focus_password": "autofocus" if email else "",
    }
    return HTMLResponse(_PAGE.substitute({name: escape(word) for name, word in words.items()}), status)
